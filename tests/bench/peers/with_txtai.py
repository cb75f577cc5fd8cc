"""txtai: one Embeddings object, hybrid of BM25 and vectors, with its content stored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peer


def index(folder: Path, store: Path) -> dict[str, Any]:
    from txtai import Embeddings

    made = Embeddings(path=peer.model_folder(), content=True, hybrid=True, gpu=False)
    made.index(_rows(peer.read_folder(folder)))
    made.save(str(store))
    return {"passages": made.count()}


def changed(folder: Path, store: Path, file: str) -> dict[str, Any]:
    """Txtai does not know which file changed: it is told. Passages that the file no longer has are deleted."""
    loaded = _load(store)
    query = "select id from txtai where file = :file"
    before = {row["id"] for row in loaded.search(query, limit=10_000, parameters={"file": file})}
    rows = list(_rows([peer.read_article(folder / file)]))
    if gone := before - {row["id"] for row in rows}:
        loaded.delete(sorted(gone))
    loaded.upsert(rows)
    loaded.save(str(store))
    return {"passages": loaded.count()}


def open_index(_folder: Path, store: Path) -> peer.Search:
    loaded = _load(store)
    return lambda question: loaded.search(question, peer.K)


def scale(records: list[peer.Record], vectors: Any, store: Path) -> None:
    """Vectors made elsewhere come in by the method "external"; the model for questions is named afterwards."""
    import numpy as np
    from txtai import Embeddings

    known = {record["text"]: vector for record, vector in zip(records, vectors, strict=True)}

    def look_up(texts: list[str]) -> Any:
        return np.stack([known[text] for text in texts])

    made = Embeddings(method="external", transform=look_up, content=True, hybrid=True)
    made.index(records)
    for key in ("method", "transform"):
        made.config.pop(key)
    made.config |= {"path": peer.model_folder(), "gpu": False}
    made.save(str(store))


def _rows(articles: list[peer.Article]) -> Iterator[dict[str, Any]]:
    for article in articles:
        for n, text in enumerate(peer.windows(article.text)):
            yield {"id": f"{article.file}#{n}", "text": text, "file": article.file} | article.header


def _load(store: Path) -> Any:
    from txtai import Embeddings

    loaded = Embeddings()
    loaded.load(str(store))
    return loaded


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, scale, None, changed))
