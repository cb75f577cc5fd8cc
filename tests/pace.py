"""How slow this machine is just now, for limits of time that were set on another one."""

import re
import time

_TEXT = "The harbour master was asking what the mooring at Skerry Head would be costing, and to whom. " * 20_000
_WORD = re.compile(r"\b[a-z]+ing\b")
_SECONDS = 0.020
"""Of a processor, that the work below takes on the machine on which the limits were set."""


def pace() -> float:
    """How many times as long work takes here and now as on that machine, at least 1."""
    return max(1.0, min(_once() for _ in range(3)) / _SECONDS)


def _once() -> float:
    begun = time.thread_time()
    _WORD.findall(_TEXT)
    return time.thread_time() - begun
