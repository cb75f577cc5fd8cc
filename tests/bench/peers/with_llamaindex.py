"""LlamaIndex: VectorStoreIndex with its default store, or with its FAISS store (with_llamaindex_faiss.py)."""

from pathlib import Path
from typing import Any

import peer

PASSAGE_TOKENS, OVERLAP_TOKENS = 256, 20


def index(folder: Path, store: Path, faiss: bool = False) -> dict[str, Any]:
    from llama_index.core import StorageContext, VectorStoreIndex

    settings = _settings()
    context = StorageContext.from_defaults(vector_store=_new_faiss_store() if faiss else None)
    made = VectorStoreIndex.from_documents(_documents(folder), storage_context=context, **settings)
    made.storage_context.persist(str(store))
    return {"passages": len(made.docstore.docs)}


def refresh(folder: Path, store: Path, faiss: bool = False) -> dict[str, Any]:
    """Documents whose hash is another are inserted anew: "Document Management" in LlamaIndex's documentation."""
    loaded = _load(store, faiss)
    done = loaded.refresh_ref_docs(
        _documents(folder)
    )  # it deletes from the docstore by itself; asking for it is an error
    loaded.storage_context.persist(str(store))
    return {"passages": len(loaded.docstore.docs), "documents_refreshed": sum(done)}


def changed(folder: Path, store: Path, _file: str) -> dict[str, Any]:
    return refresh(folder, store)


def open_index(_folder: Path, store: Path, faiss: bool = False) -> peer.Search:
    retriever = _load(store, faiss).as_retriever(similarity_top_k=peer.K)

    def search(question: str) -> list[dict[str, Any]]:
        return [found.node.metadata | {"text": found.node.text} for found in retriever.retrieve(question)]

    return search


def scale(records: list[peer.Record], vectors: Any, store: Path, faiss: bool = False) -> None:
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode

    nodes = [
        TextNode(
            id_=record["id"],
            text=record["text"],
            metadata={key: record[key] for key in peer.HEADER},
            embedding=vector.tolist(),
        )
        for record, vector in zip(records, vectors, strict=True)
    ]
    context = StorageContext.from_defaults(vector_store=_new_faiss_store() if faiss else None)
    made = VectorStoreIndex(nodes, storage_context=context, **_settings())
    made.storage_context.persist(str(store))


def _load(store: Path, faiss: bool) -> Any:
    from llama_index.core import StorageContext, load_index_from_storage

    settings = _settings()
    if faiss:
        from llama_index.vector_stores.faiss import FaissVectorStore

        vectors = FaissVectorStore.from_persist_dir(str(store))
        context = StorageContext.from_defaults(vector_store=vectors, persist_dir=str(store))
    else:
        context = StorageContext.from_defaults(persist_dir=str(store))
    return load_index_from_storage(context, **settings)


def _documents(folder: Path) -> list[Any]:
    """The header is metadata, which LlamaIndex puts in front of each passage it embeds unless told otherwise."""
    from llama_index.core import Document

    return [Document(id_=one.file, text=one.text, metadata=one.header) for one in peer.read_folder(folder)]


def _settings() -> dict[str, Any]:
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return {
        "embed_model": HuggingFaceEmbedding(model_name=peer.model_folder(), device="cpu"),
        "transformations": [SentenceSplitter(chunk_size=PASSAGE_TOKENS, chunk_overlap=OVERLAP_TOKENS)],
    }


def _new_faiss_store() -> Any:
    import faiss
    from llama_index.vector_stores.faiss import FaissVectorStore

    return FaissVectorStore(faiss_index=faiss.IndexFlatL2(peer.DIM))


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, scale, refresh, changed))
