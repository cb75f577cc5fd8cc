"""Connections: how many may be open, and how long one may take to say what it wants. The only file that knows h11.

Uvicorn closes a connection that is idle after an answer, but waits for ever for the first request of one, or for the
rest of one (slow loris), and its own bound of connections is answered without the headers of this server.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.limits import caller
from qa.policy import HEADERS

REQUEST_SECONDS = 20.0
"""How long a whole request may take to come, from the connection's start or from the answer before."""
HEAD_BYTES = 16_384
"""The longest line and headers of a request."""
_MOST_CONNECTIONS = 1_000
_MOST_LEAVING, _LEAVING_SECONDS = 100, 1.0
_SPARE_FILES = 250
"""File handles kept for the index and for what Python opens."""


def most_connections() -> int:
    """How many connections may be open: a thousand, or fewer where the system gives this process fewer files."""
    try:
        import resource
    except ImportError:  # Windows
        return _MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS if soft < 0 else max(50, min(_MOST_CONNECTIONS, soft - _SPARE_FILES))


def refusal(status: str, words: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole answer, as it goes over the wire, that ends the connection."""
    body = f"{words}\n".encode()
    told = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name}: {value}" for name, value in {**told, **HEADERS, **(headers or {})}.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


class Wire(H11Protocol):
    """One connection."""

    _most = most_connections()
    _leaving: ClassVar[set["Wire"]] = set()
    """Those that were told why they end, and may go on sending for a moment."""
    who = ""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it up, or turn it away where there are too many, of this address or of all."""
        super().connection_made(transport)
        self.who = caller(self.client[0]) if self.client else ""
        of_caller = sum(isinstance(each, Wire) and each.who == self.who for each in self.connections)
        if len(self.connections) > self._most or of_caller > self._most // 2:
            words = "Too many connections are open; close some pages of this server, or wait and try again."
            self._end(refusal("503 Service Unavailable", words, {"Retry-After": "10"}))
            return
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Read, but not what comes after the end."""
        if self not in self._leaving:
            super().data_received(data)

    def handle_events(self) -> None:
        """Read on; the whole request is here once nothing more of it is awaited."""
        super().handle_events()
        if self._deadline is not None and self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._deadline.cancel()
            self._deadline = None

    def on_response_complete(self) -> None:
        """Await the next request."""
        self._expect()  # first, as the next request may be here already and is then taken up by uvicorn
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Await nothing any more."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._leaving.discard(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or has too long a head, is told so with the headers of every response."""
        status = "431 Request Header Fields Too Large" if self._is_too_long() else "400 Bad Request"
        self._end(refusal(status, msg))

    def _is_too_long(self) -> bool:
        return len(self.conn.trailing_data[0]) > HEAD_BYTES

    def _expect(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self.transport.is_closing():
            return
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._too_slow)

    def _too_slow(self) -> None:
        begun = self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE)
        late = refusal("408 Request Timeout", "The request took too long to come; send it again.")
        self._end(b"" if begun or (self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]) else late)

    def _end(self, last: bytes) -> None:
        """Say the last, and close once it was heard: closed with something unread, it would be reset and not heard."""
        if self.transport.is_closing():
            return
        self.transport.write(last)
        self.connections.discard(self)
        if not last or len(self._leaving) >= _MOST_LEAVING:
            self.transport.close()
            return
        self.transport.write_eof()
        self._leaving.add(self)
        self.loop.call_later(_LEAVING_SECONDS, self.transport.close)


def wire_options() -> dict[str, Any]:
    """What uvicorn is to be told of this."""
    return {"http": Wire, "h11_max_incomplete_event_size": HEAD_BYTES, "timeout_keep_alive": 5, "ws": "none"}
