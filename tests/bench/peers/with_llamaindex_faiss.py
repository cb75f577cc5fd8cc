"""LlamaIndex with its FAISS store; everything else as with_llamaindex.py has it."""

from functools import partial
from pathlib import Path
from typing import Any

import peer
import with_llamaindex


def changed(folder: Path, store: Path, _file: str) -> dict[str, Any]:
    return with_llamaindex.refresh(folder, store, faiss=True)


if __name__ == "__main__":
    peer.run(
        peer.Peer(
            partial(with_llamaindex.index, faiss=True),
            partial(with_llamaindex.open_index, faiss=True),
            partial(with_llamaindex.scale, faiss=True),
            partial(with_llamaindex.refresh, faiss=True),
            changed,
        )
    )
