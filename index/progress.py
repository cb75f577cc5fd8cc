"""How far a build is, told as it goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: `stage` is "reading", "cutting", "embedding" or "writing".

    `rate` is a second, None while unknown.
    """

    stage: str
    done: int
    total: int
    rate: float | None
    seconds_left: float | None


Listener = Callable[[Progress], None]


def clock(stage: str, progress: Listener) -> Callable[[int, int], None]:
    """What tells `progress` of a stage, given how much of how much is done, as of now."""
    begun = time.monotonic()

    def step(done: int, total: int) -> None:
        passed = time.monotonic() - begun
        rate = done / passed if done and passed > 0 else None
        progress(Progress(stage, done, total, rate, (total - done) / rate if rate else None))

    return step
