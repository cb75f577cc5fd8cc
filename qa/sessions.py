"""What a browser asks the page's queue, read and tied to that browser.

A page names its session by 52 random bits that its script draws (`Math.random`, which is no cipher). So the name alone
opens nothing here: behind this file a session is called by a digest of that name, of a cookie of 256 bits that scripts
can't read, and of the user who is logged in. Somebody else with the same name has another session, an empty one.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from qa.allowed import SESSION

COOKIE = "copydesk"
_REMEMBERED = 20_000
_KEYS = ("data", "event_data", "fn_index", "trigger_id", "event_id")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_MARKS = frozenset({"_type", "__type__", "path", "meta", "url"})
_EVENT = re.compile(r"[0-9a-f]{32}")


class BadCallError(Exception):
    """A call that the page would not make."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the page's functions, as it is handed on."""

    function: int
    values: int
    session: str
    body: bytes


class Sessions:
    """Names of sessions that only their own browser can use; good until the process ends."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._joined: OrderedDict[str, None] = OrderedDict()

    def own(self, name: str, secret: str, user: str) -> str:
        """The session of that name as this browser and user have it. Raises BadCallError for what is no name."""
        if re.fullmatch(SESSION, name) is None:
            raise BadCallError("a session's name has letters and digits")
        holder = "\0".join((name, secret, user)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, holder, hashlib.sha256).hex()[:40]

    def join(self, own: str) -> None:
        """Keep in mind that this session has called something."""
        self._joined[own] = None
        self._joined.move_to_end(own)
        if len(self._joined) > _REMEMBERED:
            self._joined.popitem(last=False)

    def has_joined(self, own: str) -> bool:
        """Whether this session has called something: for another one gradio raises, and fills the terminal."""
        return own in self._joined

    def call(self, body: bytes, secret: str, user: str) -> Call:
        """The call in a request's body, with its own session in it. Raises BadCallError."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            raise BadCallError("the call is not JSON") from None
        if not isinstance(told, dict) or not isinstance(told.get("session_hash"), str):
            raise BadCallError("the call names no session")
        function = told.get("fn_index")
        if type(function) is not int:
            raise BadCallError("the call names no function")
        if not isinstance(told.get("data", []), list) or _names_files(told):
            raise BadCallError("the call holds what the page does not send")
        if "event_id" in told and not (isinstance(told["event_id"], str) and _EVENT.fullmatch(told["event_id"])):
            raise BadCallError("the call names no event")
        kept = {key: told[key] for key in _KEYS if key in told}
        kept["session_hash"] = own = self.own(told["session_hash"], secret, user)
        return Call(function, len(told.get("data", [])), own, json.dumps(kept).encode("ascii"))


def secret_of(cookies: str) -> str:
    """The secret that a browser sent in its cookies, or "" where it has none."""
    try:
        held = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return held.value if held is not None and _SECRET.fullmatch(held.value) else ""


def new_cookie() -> str:
    """The header that gives a browser a secret, for as long as it is open."""
    return f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; HttpOnly; SameSite=Strict"


def _names_files(told: Any) -> bool:
    """Whether any object in it has the marks by which gradio takes it for a file to be fetched or copied."""
    waiting = [told]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if not _MARKS.isdisjoint(each):
                return True
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return False
