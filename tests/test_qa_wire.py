"""Connections that mean harm: half a request, an endless head, too many at once. Each is ended, with words."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from qa.wire import HEAD_BYTES, REQUEST_SECONDS, Wire, most_connections, wire_options

PATIENCE_SECONDS = 1.0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole request and says hello."""
    while (await receive()).get("more_body"):
        pass
    await PlainTextResponse("hello")(scope, receive, send)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits one second for a request and has room for 8 connections."""
    monkeypatch.setattr("qa.wire.REQUEST_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(Wire, "_most", 8)
    with serving() as port:
        yield port


@contextmanager
def serving() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_level="error", timeout_graceful_shutdown=1, **wire_options())
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def heard(port: int, sent: bytes, then: bytes = b"", after_seconds: float = 0.0) -> tuple[bytes, float]:
    """All that the server says until it ends the connection, and how long that took."""
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        if then:
            time.sleep(after_seconds)
            connection.sendall(then)
        said = whole(connection)
    return said, time.monotonic() - begun


def whole(connection: socket.socket) -> bytes:
    """All that comes until the other end is closed: the head and the body may come one after the other."""
    said = b""
    while part := connection.recv(65_536):
        said += part
    return said


def test_the_bounds_are_what_the_documents_say() -> None:
    assert (REQUEST_SECONDS, HEAD_BYTES) == (20.0, 16_384)
    assert 50 <= most_connections() <= 1_000


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"HTTP/1.1 408 "),
        (b"G", b"HTTP/1.1 408 "),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc", b""),
    ],
    ids=["nothing", "half a head", "a letter", "half a body"],
)
def test_a_request_that_does_not_come_to_its_end_is_given_up_on(port: int, sent: bytes, status: bytes) -> None:
    said, took = heard(port, sent)
    assert said.startswith(status)
    assert b"hello" not in said
    assert took >= PATIENCE_SECONDS * 0.9
    if status:
        assert b"Content-Security-Policy: default-src 'none'" in said


def test_a_letter_at_a_time_does_not_keep_a_connection_open(port: int) -> None:
    begun = time.monotonic()
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, suppress(OSError):
        for letter in b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000:
            connection.send(bytes([letter]))
            sent += 1
            time.sleep(0.05)
    assert sent < 1_000
    assert time.monotonic() - begun < 30


def test_the_second_request_of_a_connection_has_its_own_time(port: int) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    said, _ = heard(port, whole, b"GET / HTTP/1.1\r\nHo", PATIENCE_SECONDS * 0.7)
    assert said.count(b"hello") == 1
    assert b"408 Request Timeout" in said
    said, _ = heard(port, whole * 3)
    assert said.count(b"hello") == 3


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES * 2,
        b"GET /" + b"a" * HEAD_BYTES * 2,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * HEAD_BYTES,
    ],
    ids=["a long header", "a long address", "many headers"],
)
def test_a_head_without_end_is_refused(port: int, sent: bytes) -> None:
    said, took = heard(port, sent)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"Content-Security-Policy: default-src 'none'" in said
    assert took < PATIENCE_SECONDS * 5


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n: a\r\n\r\n"])
def test_what_is_no_http_is_refused_with_the_headers_of_every_response(port: int, sent: bytes) -> None:
    said, _ = heard(port, sent)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"X-Content-Type-Options: nosniff" in said


def test_too_many_connections_are_turned_away_in_words_and_one_address_has_half(port: int) -> None:
    with ExitStack() as open_ones:
        for _ in range(4):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.2)
        said, _ = heard(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 10" in said
        assert b"Too many connections are open" in said
        elsewhere = open_ones.enter_context(socket.socket())
        elsewhere.bind(("127.0.0.2", 0))
        elsewhere.connect(("127.0.0.1", port))
        elsewhere.settimeout(10)
        elsewhere.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"hello" in whole(elsewhere)
    time.sleep(0.2)
    assert b"hello" in heard(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")[0]
