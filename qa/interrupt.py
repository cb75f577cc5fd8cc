"""Ctrl+C, known again where a library has made an error of its own of it: pydantic does, and so does Cython."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """Within the block `heard` tells whether Ctrl+C was pressed; KeyboardInterrupt is raised as ever."""

    heard = False

    def __enter__(self) -> Self:
        self._ours = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if self._ours:
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = True
        signal.default_int_handler(number, frame)
