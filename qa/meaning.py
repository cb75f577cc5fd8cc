"""How near sentences are to a question in meaning, with the vectors of sentences met before kept at hand."""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.encode import Encoder

_KEPT_VECTORS = 10_000  # 15 MB of 384 float32 each
# An answer asks for a few short texts and waits for them: two runs at a time halve the wait.
_AT_A_TIME = 2
_POOL = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="meaning")


class Meanings:
    """Cosines by one encoder; safe to use from several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def cosines(self, question: NDArray[np.float32], sentences: Sequence[str]) -> list[float]:
        """The cosine of each sentence to the question, whose unit vector is given, -1 to 1."""
        return [float(question @ vector) for vector in self._vectors(sentences)]

    def _vectors(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        with self._lock:
            kept = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in kept]
        shares = [new[start::_AT_A_TIME] for start in range(min(_AT_A_TIME, len(new)))]
        for share, vectors in zip(shares, _POOL.map(self._encoder.encode, shares), strict=True):
            kept.update(zip(share, vectors, strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = kept[text]
                self._kept.move_to_end(text)
            while len(self._kept) > _KEPT_VECTORS:
                self._kept.popitem(last=False)
        return [kept[text] for text in texts]


_BY_ENCODER: dict[str, Meanings] = {}


def meanings(encoder: Encoder) -> Meanings:
    """The one `Meanings` of an encoder, by its digest: what vectors are comparable by."""
    return _BY_ENCODER.setdefault(encoder.digest, Meanings(encoder))
