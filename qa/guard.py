"""What stands before every response of the server: who may ask, what and how much may be asked, and the headers.

The order of the checks: the name that the server is called by, the origin of the page that asks, who asks, what for,
how large, how often. A refusal is a status and a sentence.
"""

import json
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.allowed import CANCEL, DATA, HEARTBEAT, JOIN, Way, known_query, way_in
from qa.hosts import Names
from qa.limits import Buckets, caller
from qa.login import Login, Unknown
from qa.policy import HEADERS, page_policy
from qa.sessions import BadCallError, Sessions, new_cookie, secret_of

BODY_BYTES = 1_000_000
"""The largest request: a question and a conversation's state are far below it."""
QUESTIONS_A_SECOND, QUESTIONS_AT_ONCE = 30, 200
"""What one address may ask: more than a laptop can answer, and a newsroom behind one address beginning at once."""
CALLS_A_SECOND, CALLS_AT_ONCE = 100, 600
"""The calls of all kinds from one address: an open page looks for news up to three times in two seconds."""


@dataclass(slots=True)
class _Refused(Exception):  # noqa: N818 (an answer, not a fault)
    """A request that goes no further."""

    status: int
    words: str
    headers: dict[str, str] = field(default_factory=dict)


class Guard:
    """An ASGI application around another one.

    `functions` are what the page may call: by its number, how many values it takes. `questions` are those among them
    that take work and are counted more strictly. With a `login`, HTTP Basic authentication stands before everything.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Names | None = None,
        login: Login | None = None,
        functions: Mapping[int, int] | None = None,
        questions: Collection[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._names = names or Names()
        self._login = login
        self._functions = dict(functions or {})
        self._questions = frozenset(questions)
        self._clock = clock
        self._sessions = Sessions()
        self._asked = Buckets(QUESTIONS_A_SECOND, QUESTIONS_AT_ONCE)
        self._called = Buckets(CALLS_A_SECOND, CALLS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSocket: nothing here speaks it
            return
        headers = Headers(scope=scope)
        secret = secret_of(headers.get("cookie", ""))
        try:
            scope, receive = await self._let_in(scope, receive, headers, secret)
        except _Refused as refused:
            await _answer(refused, scope["path"])(scope, receive, _with_headers(send))
            return
        if scope["path"] == "/":
            await self._app(scope, receive, _Page(send, "" if secret else new_cookie()).send)
        else:
            await self._app(scope, receive, _with_headers(send))

    async def _let_in(self, scope: Scope, receive: Receive, headers: Headers, secret: str) -> tuple[Scope, Receive]:
        """The request as it is handed on. Raises _Refused."""
        if not self._names.hold(headers.get("host", "")):
            raise _Refused(421, "This server answers to its own name only; see --allow-host.")
        if not _of_this_page(headers):
            raise _Refused(403, "Only this server's own page may ask.")
        who = caller(scope["client"][0]) if scope.get("client") else ""
        user = await self._user(headers, who)
        way = way_in(scope["method"], scope["path"])
        if way is None:
            raise _Refused(404, "There is nothing here.")
        _check_size(headers)
        try:
            if way.path in (JOIN, CANCEL):
                return await self._call(scope, receive, way, secret, user, who)
            return self._look(scope, way, secret, user), receive
        except BadCallError as error:
            raise _Refused(400, f"This is not what the page asks: {error}.") from None

    async def _user(self, headers: Headers, who: str) -> str:
        if self._login is None:
            return ""
        found = await self._login.user(headers.get("authorization", ""), who)
        if not isinstance(found, Unknown):
            return found
        if found.wait_seconds:
            words = f"Too many wrong passwords; wait {found.wait_seconds} seconds, then load the page again."
            raise _Refused(429, words, {"Retry-After": str(found.wait_seconds)})
        challenge = {"WWW-Authenticate": 'Basic realm="Copydesk", charset="UTF-8"'}
        raise _Refused(401, "A name and a password are needed.", challenge)

    async def _call(
        self, scope: Scope, receive: Receive, way: Way, secret: str, user: str, who: str
    ) -> tuple[Scope, Receive]:
        call = self._sessions.call(await _whole_body(receive), secret, user)
        if call.function not in self._functions:
            raise BadCallError("the page has no such function")
        if way.path == JOIN:
            if call.values != self._functions[call.function]:
                raise BadCallError("the function takes another number of values")
            bucket = self._asked if call.function in self._questions else self._called
            if wait := bucket.take(who, self._clock()):
                words = f"Too many questions from your address; wait {wait} s and ask again."
                raise _Refused(429, words, {"Retry-After": str(wait)})
            self._sessions.join(call.session)
        kept = [each for each in scope["headers"] if each[0] not in (b"content-length", b"transfer-encoding")]
        length = (b"content-length", str(len(call.body)).encode())
        return {**scope, "query_string": b"", "headers": [*kept, length]}, _told_once(call.body, receive)

    def _look(self, scope: Scope, way: Way, secret: str, user: str) -> Scope:
        query = known_query(way, scope["query_string"])
        # uncompressed, so that the page's scripts can be told by their digests
        kept = [each for each in scope["headers"] if way.path != "/" or each[0] != b"accept-encoding"]
        scope = {**scope, "query_string": query, "headers": kept}
        if way.path == DATA:
            name = parse_qs(query.decode("ascii")).get("session_hash", [""])[-1]
            own = self._sessions.own(name, secret, user)
            if not self._sessions.has_joined(own):
                raise _Refused(404, "Nothing was asked under this name from here.")
            return {**scope, "query_string": f"session_hash={own}".encode()}
        if scope["path"].startswith(HEARTBEAT):
            path = HEARTBEAT + self._sessions.own(scope["path"].removeprefix(HEARTBEAT), secret, user)
            return {**scope, "path": path, "raw_path": path.encode()}
        return scope


class _Page:
    """Sends the page, held back until its scripts are known, with the policy that lets them and no others run."""

    def __init__(self, send: Send, cookie: str) -> None:
        self._send = _with_headers(send)
        self._cookie = cookie
        self._start: Message = {}
        self._body = b""

    async def send(self, message: Message) -> None:
        """Keep what comes, and send it once it is whole."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        headers = MutableHeaders(scope=self._start)
        headers["Content-Security-Policy"] = page_policy(self._body)
        headers["Cache-Control"] = "no-store"
        if self._cookie:
            headers.append("Set-Cookie", self._cookie)
        await self._send(self._start)
        await self._send({**message, "body": self._body})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            for name in [each for each in headers if each.startswith("access-control-")]:
                del headers[name]
        await send(message)

    return sending


def _answer(refused: _Refused, path: str) -> Response:
    """What the page's queue is told stands in JSON, since the page shows that sentence; all else is plain text."""
    if path in (JOIN, CANCEL):
        told: Any = json.dumps({"detail": refused.words})
        return Response(told, refused.status, refused.headers, "application/json")
    return Response(refused.words + "\n", refused.status, refused.headers, "text/plain")


def _check_size(headers: Headers) -> None:
    if "transfer-encoding" in headers:
        raise _Refused(411, "Say how long the request is.")
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > BODY_BYTES:
        raise _Refused(413, f"The request is too large; the most is {BODY_BYTES:,} bytes.")


async def _whole_body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(400, "The request ended too soon.")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            raise _Refused(413, f"The request is too large; the most is {BODY_BYTES:,} bytes.")
        if not message.get("more_body", False):
            return body


def _told_once(body: bytes, receive: Receive) -> Receive:
    """Tells a body that was read already, then what comes after it."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _of_this_page(headers: Headers) -> bool:
    """False for a request that a browser sends for a page of another origin, another port of this machine included.

    What sends neither header is no page in a browser of today: curl, a script. It may ask what a person may.
    """
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower():
        return False
    # a link on another page may lead here (navigate); nothing else there may ask
    site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
    return site not in ("cross-site", "same-site") or mode == "navigate"
