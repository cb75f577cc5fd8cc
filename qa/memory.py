"""What a server that rebuilds again and again tells the system's allocator, where that is glibc's; elsewhere nothing.

Each build runs in a thread of its own, and glibc gives threads arenas of their own, up to eight a core, which keep what
was freed in them: a server grew by twenty megabytes a build in tests/trust/soak.py.
"""

import ctypes
from functools import cache
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_ARENAS = 2


def few_arenas() -> None:
    """Let all threads share two arenas. To be called before there are threads."""
    if libc := _glibc():
        libc.mallopt(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give the system back what was freed."""
    if libc := _glibc():
        libc.malloc_trim(0)


@cache
def _glibc() -> Any:
    try:
        libc = ctypes.CDLL("libc.so.6")
        return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
    except OSError:
        return None
