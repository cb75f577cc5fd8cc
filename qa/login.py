"""Who is asking: HTTP Basic authentication (RFC 7617), throttled, and remembered so that a password is hashed once."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from qa.limits import Waits
from qa.users import Verify

_FREE_TRIES = 5
_LONGEST_WAIT_SECONDS = 900
_LONGEST_USER_WAIT_SECONDS = 30
"""Short, as it is also what somebody elsewhere can do to a user: let them wait at their next login."""
_AT_ONCE = 2
"""Passwords hashed at once: each takes 32 MiB and a third of a second of a core."""
_REMEMBERED = 1_000
_MOST_CHARACTERS = 1_024


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody who may ask; may try again after so many seconds."""

    wait_seconds: int = 0


class Login:
    """Tells users from strangers. What was verified once is known by a keyed digest until the process ends."""

    def __init__(self, verify: Verify, clock: Callable[[], float] = time.monotonic) -> None:
        self._verify = verify
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._addresses = Waits(_FREE_TRIES, _LONGEST_WAIT_SECONDS)
        self._users = Waits(_FREE_TRIES, _LONGEST_USER_WAIT_SECONDS)
        self._hashing = asyncio.Semaphore(_AT_ONCE)

    async def user(self, authorization: str, address: str) -> str | Unknown:
        """The user that the header of this name proves, or Unknown."""
        digest = hmac.digest(self._key, authorization.encode("utf-8", "surrogatepass"), hashlib.sha256)
        if known := self._known.get(digest):
            self._known.move_to_end(digest)
            return known
        credentials = _credentials(authorization)
        if credentials is None:
            return Unknown()
        name, password = credentials
        now = self._clock()
        wait = max(self._addresses.left(address, now), self._users.left(name, now))
        if wait:
            return Unknown(wait)
        # counted before the slow part, so that many tries at once are as many failures
        self._addresses.fail([address], now)
        self._users.fail([name], now)
        async with self._hashing:
            right = await asyncio.to_thread(self._verify, name, password)
        if not right:
            return Unknown()
        self._addresses.forgive([address])
        self._users.forgive([name])
        self._known[digest] = name or "anyone"
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return self._known[digest]


def _credentials(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > _MOST_CHARACTERS:
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return (name, password) if colon else None
