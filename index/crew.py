"""Work on many files done in processes of their own, as Python computes on one core at a time in each.

What an item does to its process is the item's loss alone: one that takes too long, or ends its process, is found by
doing what was in hand once more, item by item, and told as lost.
"""

import faulthandler
import gc
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:  # loaded when processes are asked for
    from concurrent.futures import ProcessPoolExecutor

FEWEST = 64
"""Fewer items than this are done here, where none is heavy: a process takes half a second to start."""
HEAVY = 1_000_000
"""From this weight on an item is not done here, where nothing can end it; it takes a second or two as it is."""
SECONDS = 60
"""Of a processor, that an item may take."""
_AT_A_TIME = 8
_MOST = 61  # Windows waits for no more
_OBJECTS_A_COLLECTION = 50_000  # what is made here is handed on and freed; looking through it takes a third more time
_LOST = "took more than {:g} seconds to read, or ended the process that read it; save it anew as plain text"
_CAN_LIMIT = hasattr(signal, "setitimer")
_OTHER_WORK = 5  # times as long by the clock on the wall
_HELD_BY_ALL = ["index.held_by_all"]

T = TypeVar("T")
R = TypeVar("R")
L = TypeVar("L")


class Crew:
    """Up to so many processes, started when there is enough to do; with one, everything is done in this process.

    More than one may be asked for by a program whose main module can be imported without harm: Python's "forkserver",
    and "spawn" on Windows, import it anew.
    """

    def __init__(self, processes: int, seconds: float = SECONDS) -> None:
        self._processes = processes
        self._seconds = seconds
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

    def map(
        self,
        do: Callable[[T], R],
        items: Sequence[T],
        lost: Callable[[T, str], L],
        weigh: Callable[[T], int] = lambda _: 0,
    ) -> Iterator[R | L]:
        """What `do`, a function that can be sent to another process, makes of each item, in order, as it comes.

        An item that takes too many seconds of a processor, or that ends its process, is `lost` instead, given why in
        words for the user. `weigh` tells, in bytes or characters, which are too heavy to be done here.
        """
        done = one_by_one = 0
        if self._processes > 1 and (len(items) >= FEWEST or any(weigh(item) >= HEAVY for item in items)):
            self._pool = self._pool or _started(self._processes)
            while self._pool and done < len(items):
                some = items[done:one_by_one] or items[done:]
                try:
                    for result in self._one_by_one(do, some, lost) if one_by_one > done else self._together(do, some):
                        yield result
                        done += 1
                except BrokenExecutor:
                    one_by_one = done + self._in_hand
                    self._pool = _started(self._processes)
        yield from map(do, items[done:])

    @property
    def _in_hand(self) -> int:
        """How many items the processes of a pool have taken at most, the first that has not come back among them."""
        return (2 * min(self._processes, _MOST) + 1) * _AT_A_TIME

    def _together(self, do: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        return self._pool[0].map(partial(_limited, do, self._seconds), items, chunksize=_AT_A_TIME)

    def _one_by_one(self, do: Callable[[T], R], items: Sequence[T], lost: Callable[[T, str], L]) -> Iterator[R | L]:
        """The same with one item in hand at a time, so that it is known which one ends its process."""
        for item in items:
            yield self._one(do, item, lost)
            if not self._pool:
                return

    def _one(self, do: Callable[[T], R], item: T, lost: Callable[[T, str], L]) -> R | L:
        for _ in range(2):  # the first time somebody else may have ended the process
            begun = time.monotonic()
            try:
                return self._pool[0].submit(_limited, do, self._seconds, item).result()
            except BrokenExecutor:
                self._pool = _started(self._processes)
            if not self._pool or time.monotonic() - begun >= self._seconds:
                break
        return lost(item, _LOST.format(self._seconds))


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


def _limited(do: Callable[[T], R], seconds: float, item: T) -> R:
    """What is made of the item, unless it takes too long: then this process ends, whatever it is in the middle of."""
    if _CAN_LIMIT:
        signal.setitimer(signal.ITIMER_PROF, seconds)
    else:  # Windows: by the clock on the wall, which other work may be the reason for
        faulthandler.dump_traceback_later(_OTHER_WORK * seconds, exit=True, file=_nowhere())
    try:
        return do(item)
    finally:
        if _CAN_LIMIT:
            signal.setitimer(signal.ITIMER_PROF, 0)
        else:
            faulthandler.cancel_dump_traceback_later()


@cache
def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


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
