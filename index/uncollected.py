"""A while in which no garbage is looked for, or hardly ever."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_A_COLLECTION = 100_000


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing that is loaded in this block is garbage: to go through it again and again would double its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Much is made in this block and nearly all of it kept: garbage is looked for every so many new objects only."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    try:
        yield
    finally:
        gc.set_threshold(*before)
