"""Chroma: a collection on disk, embedded by its own sentence-transformers function."""

from pathlib import Path
from typing import Any

import peer

BATCH_PASSAGES = 1000  # Chroma takes a few thousand at a time


def index(folder: Path, store: Path) -> dict[str, Any]:
    collection = _collection(store)
    _add(collection, peer.read_folder(folder))
    return {"passages": collection.count()}


def changed(folder: Path, store: Path, file: str) -> dict[str, Any]:
    """Chroma does not know which file changed: it is told. Passages that the file no longer has are deleted first."""
    collection = _collection(store)
    collection.delete(where={"file": file})
    _add(collection, [peer.read_article(folder / file)])
    return {"passages": collection.count()}


def open_index(_folder: Path, store: Path) -> peer.Search:
    collection = _collection(store)

    def search(question: str) -> list[dict[str, Any]]:
        found = collection.query(query_texts=[question], n_results=peer.K)
        return [meta | {"text": text} for text, meta in zip(found["documents"][0], found["metadatas"][0], strict=True)]

    return search


def scale(records: list[peer.Record], vectors: Any, store: Path) -> None:
    collection = _collection(store)
    for at in range(0, len(records), BATCH_PASSAGES):
        some = records[at : at + BATCH_PASSAGES]
        collection.add(
            ids=[record["id"] for record in some],
            embeddings=vectors[at : at + BATCH_PASSAGES],
            documents=[record["text"] for record in some],
            metadatas=[{key: record[key] for key in peer.HEADER} for record in some],
        )


def _add(collection: Any, articles: list[peer.Article]) -> None:
    passages = [
        (f"{article.file}#{n}", text, article.header | {"file": article.file})
        for article in articles
        for n, text in enumerate(peer.windows(article.text))
    ]
    for some in peer.batches(passages, BATCH_PASSAGES):
        ids, texts, headers = (list(column) for column in zip(*some, strict=True))
        collection.upsert(ids=ids, documents=texts, metadatas=headers)


def _collection(store: Path) -> Any:
    import chromadb
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    client = chromadb.PersistentClient(str(store), settings=chromadb.Settings(anonymized_telemetry=False))
    return client.get_or_create_collection(
        "articles",
        embedding_function=SentenceTransformerEmbeddingFunction(model_name=peer.model_folder(), device="cpu"),
        configuration={"hnsw": {"space": "cosine"}},
    )


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, scale, None, changed))
