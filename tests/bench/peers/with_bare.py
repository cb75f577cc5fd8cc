"""The short script that people write first: sentence-transformers and a flat FAISS index."""

import json
from pathlib import Path
from typing import Any

import peer


def index(folder: Path, store: Path) -> dict[str, Any]:
    import faiss

    passages = [
        article.header | {"text": text} for article in peer.read_folder(folder) for text in peer.windows(article.text)
    ]
    texts = [passage["text"] for passage in passages]
    vectors = _model().encode(texts, normalize_embeddings=True, show_progress_bar=False)
    flat = faiss.IndexFlatIP(peer.DIM)
    flat.add(vectors)
    _save(store, flat, passages)
    return {"passages": len(passages)}


def open_index(_folder: Path, store: Path) -> peer.Search:
    import faiss

    model = _model()
    flat = faiss.read_index(str(store / "flat.faiss"))
    passages = json.loads((store / "passages.json").read_text(encoding="utf-8"))

    def search(question: str) -> list[dict[str, Any]]:
        vector = model.encode([question], normalize_embeddings=True, show_progress_bar=False)
        _, rows = flat.search(vector, peer.K)
        return [passages[row] for row in rows[0] if row >= 0]

    return search


def scale(records: list[peer.Record], vectors: Any, store: Path) -> None:
    import faiss

    flat = faiss.IndexFlatIP(peer.DIM)
    flat.add(vectors)
    _save(store, flat, records)


def _model() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(peer.model_folder(), device="cpu")


def _save(store: Path, flat: Any, passages: list[dict[str, str]]) -> None:
    import faiss

    store.mkdir(parents=True)
    faiss.write_index(flat, str(store / "flat.faiss"))
    (store / "passages.json").write_text(json.dumps(passages), encoding="utf-8")


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, scale))
