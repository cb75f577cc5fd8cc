"""What embedding needs, loaded in a thread of its own while files are still read and cut."""

from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.encode import Encoder
    from index.generation import Generation


class Beside:
    """Loads an encoder's model and the vectors of a generation once it is expected that text will be embedded."""

    def __init__(self, encoder: "Encoder") -> None:
        self._encoder = encoder
        self._thread: list[ThreadPoolExecutor] = []

    def __enter__(self) -> "Beside":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._thread:
            self._thread.pop().shutdown(cancel_futures=True)

    def begin(self, previous: "Generation") -> None:
        """Start to load, unless that was begun before. Where it fails, it will again when it is needed."""
        if not self._thread:
            self._thread.append(ThreadPoolExecutor(1, thread_name_prefix="prepare"))
            self._thread[0].submit(_load, self._encoder, previous)


def _load(encoder: "Encoder", previous: "Generation") -> None:
    encoder.prepare()
    if previous.has_vectors:
        _ = previous.dense
