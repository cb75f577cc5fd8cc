"""Work on many files done in processes of their own, as Python computes on one core at a time in each."""

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # loaded when processes are asked for
    from concurrent.futures import ProcessPoolExecutor

FEWEST = 64
"""Fewer items than this are done here: a process takes half a second to start."""
_AT_A_TIME = 8
_MOST = 61  # Windows waits for no more
_OBJECTS_A_COLLECTION = 50_000  # what is made here is handed on and freed; looking through it takes a third more time
_HELD_BY_ALL = ["index.changes", "corpus.read", "index.cut", "index.word_pieces", "tokenizers", "yaml"]

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """Up to so many processes, started when there is enough to do; with one, everything is done in this process.

    More than one may be asked for by a program whose main module can be imported without harm: Python's "forkserver",
    and "spawn" on Windows, import it anew.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: list[ProcessPoolExecutor] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """Let the processes go, which end when what they have in hand is finished."""
        while self._pool:
            self._pool.pop().shutdown(wait=False, cancel_futures=True)

    def map(self, do: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """What `do`, a function that can be sent to another process, makes of each item, in order, as it comes."""
        if self._processes < 2 or len(items) < FEWEST:
            yield from map(do, items)
            return
        if not self._pool:
            self._pool += _started(self._processes)
        if not self._pool:
            yield from map(do, items)
            return
        from concurrent.futures.process import BrokenProcessPool

        done = 0
        try:
            for result in self._pool[0].map(do, items, chunksize=_AT_A_TIME):
                yield result
                done += 1
        except BrokenProcessPool:  # a process was killed
            yield from map(do, items[done:])


def make_ready() -> None:
    """Start to load, in a process of its own, what every process of a crew will hold; nothing where systems differ."""
    from multiprocessing import forkserver, set_forkserver_preload

    if _can_fork():
        set_forkserver_preload(_HELD_BY_ALL)
        with suppress(OSError):  # told when processes are asked for
            forkserver.ensure_running()


def _can_fork() -> bool:
    """Whether processes can be made of one that has no threads and has loaded everything once."""
    from multiprocessing import get_all_start_methods

    return "forkserver" in get_all_start_methods()


def _started(processes: int) -> "list[ProcessPoolExecutor]":
    """A pool of processes, or nothing where the system lets none be made."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    make_ready()
    try:
        return [
            ProcessPoolExecutor(min(processes, _MOST), get_context("forkserver" if _can_fork() else "spawn"), _begin)
        ]
    except (OSError, ImportError, NotImplementedError):
        return []


def _begin() -> None:
    """Leave interrupts to the process that asked, and end when that one does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
