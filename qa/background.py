"""Threads that end with their owner."""

import threading
from collections.abc import Callable


class Background:
    """Work in threads of its own, all of it ended by `close`. Safe to use from several threads.

    `closing` is set once the work is to end; whatever takes long has to look at it.
    """

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self, work: Callable[[], object], name: str) -> threading.Thread:
        """A thread that does this work, started, and waited for by `close`."""
        thread = threading.Thread(target=work, name=f"copydesk-{name}", daemon=True)
        with self._lock:
            self._threads = [each for each in self._threads if each.is_alive()]
            thread.start()
            self._threads.append(thread)
        return thread

    def close(self) -> None:
        """Ask the work to end, and wait until it has, and all that it started meanwhile."""
        self.closing.set()
        while True:
            with self._lock:
                if not self._threads:
                    return
                thread = self._threads.pop()
            thread.join()
