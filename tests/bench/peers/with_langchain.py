"""LangChain: its FAISS store, kept up to date by its indexing API (`index` with a record manager)."""

from pathlib import Path
from typing import Any

import peer

PASSAGE_CHARACTERS, OVERLAP_CHARACTERS = 1000, 200  # as its tutorials cut; about 220 tokens


def index(folder: Path, store: Path) -> dict[str, Any]:
    import faiss
    from langchain_community.docstore.in_memory import InMemoryDocstore
    from langchain_community.vectorstores import FAISS

    empty = FAISS(_embeddings(), faiss.IndexFlatL2(peer.DIM), InMemoryDocstore(), {})
    return _bring_up_to_date(folder, store, empty)


def unchanged(folder: Path, store: Path) -> dict[str, Any]:
    return _bring_up_to_date(folder, store, _load(store))


def changed(folder: Path, store: Path, _file: str) -> dict[str, Any]:
    return unchanged(folder, store)


def open_index(_folder: Path, store: Path) -> peer.Search:
    loaded = _load(store)

    def search(question: str) -> list[dict[str, Any]]:
        return [found.metadata | {"text": found.page_content} for found in loaded.similarity_search(question, peer.K)]

    return search


def scale(records: list[peer.Record], vectors: Any, store: Path) -> None:
    from langchain_community.vectorstores import FAISS

    made = FAISS.from_embeddings(
        [(record["text"], vector.tolist()) for record, vector in zip(records, vectors, strict=True)],
        _embeddings(),
        metadatas=[{key: record[key] for key in peer.HEADER} for record in records],
        ids=[record["id"] for record in records],
    )
    made.save_local(str(store))


def _bring_up_to_date(folder: Path, store: Path, vectors: Any) -> dict[str, Any]:
    from langchain_classic.indexes import SQLRecordManager, index
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    articles = [
        Document(page_content=one.text, metadata=one.header | {"file": one.file}) for one in peer.read_folder(folder)
    ]
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=PASSAGE_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    store.mkdir(parents=True, exist_ok=True)
    records = SQLRecordManager("faiss/articles", db_url=f"sqlite:///{store}/records.sqlite")
    records.create_schema()
    # "full" alone also takes out what has gone from the folder, and it does not embed anything twice as "incremental"
    # does where an article's passages fall into two batches.
    report = index(
        splitter.split_documents(articles),
        records,
        vectors,
        cleanup="full",
        source_id_key="file",
        key_encoder="sha256",
    )
    vectors.save_local(str(store))
    return {"passages": vectors.index.ntotal, "embedded": report["num_added"]}


def _load(store: Path) -> Any:
    from langchain_community.vectorstores import FAISS

    # Its docstore is a pickle: the flag says that we trust the file that we wrote.
    return FAISS.load_local(str(store), _embeddings(), allow_dangerous_deserialization=True)


def _embeddings() -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=peer.model_folder(), model_kwargs={"device": "cpu"})


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, scale, unchanged, changed))
