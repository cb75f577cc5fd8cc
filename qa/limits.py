"""How much one caller may ask for: buckets of tokens, and waits that grow with failures. Safe in one event loop."""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Iterable

_REMEMBERED = 10_000
"""Callers kept in mind; who was away longest is forgotten first."""


def caller(address: str) -> str:
    """The name under which an address is counted: itself, or the /64 that a home has of IPv6."""
    try:
        at = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if at.version == 4:
        return str(at)
    return str(at.ipv4_mapped or ipaddress.ip_network((at, 64), strict=False))


class Buckets:
    """A bucket of `burst` tokens for each caller, that fills by `per_second`."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, now: float) -> int:
        """0 after taking a token; where there is none, the whole seconds after which there is."""
        left, at = self._left.get(who, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._per_second)
        enough = left >= 1
        self._left[who] = (left - enough, now)
        self._left.move_to_end(who)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return 0 if enough else math.ceil((1 - left) / self._per_second)


class Waits:
    """Waits after failures: none for the first `free`, then a second, and twice as long each time up to `longest`.

    Who has not failed for `forgotten` seconds starts anew.
    """

    def __init__(self, free: int, longest: float, forgotten: float = 3_600) -> None:
        self._free = free
        self._longest = longest
        self._forgotten = forgotten
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def left(self, who: str, now: float) -> int:
        """The whole seconds until this one may try again; 0 for now."""
        failures, at = self._known(who, now)
        if failures < self._free:
            return 0
        wait = min(self._longest, 2.0 ** min(failures - self._free, 30))
        return max(0, math.ceil(at + wait - now))

    def fail(self, who: Iterable[str], now: float) -> None:
        """Count a failure of each of these."""
        for each in who:
            self._failed[each] = (self._known(each, now)[0] + 1, now)
            self._failed.move_to_end(each)
            if len(self._failed) > _REMEMBERED:
                self._failed.popitem(last=False)

    def forgive(self, who: Iterable[str]) -> None:
        """Take back one failure of each of these."""
        for each in who:
            failures, at = self._failed.pop(each, (0, 0.0))
            if failures > 1:
                self._failed[each] = (failures - 1, at)

    def _known(self, who: str, now: float) -> tuple[int, float]:
        failures, at = self._failed.get(who, (0, now))
        return (0, now) if now - at > self._forgotten else (failures, at)
