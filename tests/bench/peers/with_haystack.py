"""Haystack: its in-memory document store, searched by meaning; a CacheChecker tells which files it knows already."""

import hashlib
from pathlib import Path
from typing import Any

import peer

PASSAGE_WORDS = 200  # the splitter's default


def index(folder: Path, store: Path) -> dict[str, Any]:
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    documents = InMemoryDocumentStore(embedding_similarity_function="cosine")
    _embed(peer.read_folder(folder), documents)
    store.mkdir(parents=True)
    documents.save_to_disk(str(store / "documents.json"))
    return {"passages": documents.count_documents()}


def unchanged(folder: Path, store: Path) -> dict[str, Any]:
    """The store knows a file by the digest of its text, kept as a field of its passages."""
    from haystack.components.caching import CacheChecker

    documents = _load(store)
    articles = {_digest(article): article for article in peer.read_folder(folder)}
    missing = CacheChecker(documents, cache_field="digest").run(items=list(articles))["misses"]
    for digest in missing:
        documents.delete_by_filter({"field": "meta.file", "operator": "==", "value": articles[digest].file})
    if missing:
        _embed([articles[digest] for digest in missing], documents)
        documents.save_to_disk(str(store / "documents.json"))
    return {"passages": documents.count_documents(), "files_embedded": len(missing)}


def changed(folder: Path, store: Path, _file: str) -> dict[str, Any]:
    return unchanged(folder, store)


def open_index(_folder: Path, store: Path) -> peer.Search:
    from haystack import Pipeline
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

    asking = Pipeline()
    asking.add_component(
        "embed", SentenceTransformersTextEmbedder(model=peer.model_folder(), device=_cpu(), progress_bar=False)
    )
    asking.add_component("retrieve", InMemoryEmbeddingRetriever(_load(store), top_k=peer.K))
    asking.connect("embed.embedding", "retrieve.query_embedding")

    def search(question: str) -> list[dict[str, Any]]:
        found = asking.run({"embed": {"text": question}})["retrieve"]["documents"]
        return [document.meta | {"text": document.content} for document in found]

    return search


def scale(records: list[peer.Record], vectors: Any, store: Path) -> None:
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    documents = InMemoryDocumentStore(embedding_similarity_function="cosine")
    documents.write_documents(
        [
            Document(
                id=record["id"],
                content=record["text"],
                meta={key: record[key] for key in peer.HEADER},
                embedding=vector.tolist(),
            )
            for record, vector in zip(records, vectors, strict=True)
        ]
    )
    store.mkdir(parents=True)
    documents.save_to_disk(str(store / "documents.json"))


def _embed(articles: list[peer.Article], documents: Any) -> None:
    from haystack import Document, Pipeline
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.writers import DocumentWriter
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

    indexing = Pipeline()
    indexing.add_component("split", DocumentSplitter(split_by="word", split_length=PASSAGE_WORDS))
    indexing.add_component(
        "embed", SentenceTransformersDocumentEmbedder(model=peer.model_folder(), device=_cpu(), progress_bar=False)
    )
    indexing.add_component("write", DocumentWriter(documents))
    indexing.connect("split", "embed")
    indexing.connect("embed", "write")
    made = [
        Document(content=one.text, meta=one.header | {"file": one.file, "digest": _digest(one)}) for one in articles
    ]
    indexing.run({"split": {"documents": made}})


def _digest(article: peer.Article) -> str:
    return hashlib.sha256(f"{article.header}{article.text}".encode()).hexdigest()


def _load(store: Path) -> Any:
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    return InMemoryDocumentStore.load_from_disk(str(store / "documents.json"))


def _cpu() -> Any:
    from haystack.utils import ComponentDevice

    return ComponentDevice.from_str("cpu")


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, scale, unchanged, changed))
