"""What stands before every response of the server: who may ask, what may be asked, and the headers that go with it."""

import base64
import secrets
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""Gradio does not start without 'unsafe-inline' and its HTML component evaluates templates ('unsafe-eval')."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_CLOSED = (
    "/gradio_api/upload",
    "/gradio_api/proxy=",
    "/gradio_api/file=",
    "/gradio_api/runs",
    "/monitoring",
    "/openapi.json",
    "/docs",
    "/redoc",
)
"""Routes of Gradio and FastAPI that the page does not use: files in and out, requests to other hosts, statistics."""

_BODY_BYTES = 1_000_000
"""The largest request: a question and a conversation's state are far below it."""


class Guard:
    """An ASGI application around another one.

    `hosts` are the names by which the server may be called, empty for any: without the check, a page elsewhere that has
    its own name resolve to 127.0.0.1 could read the articles (DNS rebinding). With a password, HTTP Basic
    authentication (RFC 7617) stands before everything, under any user name.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = (), password: str | None = None) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._password = password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if "Content-Security-Policy" not in headers:
                    headers["Content-Security-Policy"] = PAGE_POLICY
            await send(message)

        refusal = self._refusal(scope["path"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, path: str, headers: Headers) -> PlainTextResponse | None:
        if self._hosts and _host_name(headers.get("host", "")) not in self._hosts:
            return PlainTextResponse("This server answers to its own name only.\n", 421)
        if self._password is not None and not _knows(headers.get("authorization", ""), self._password):
            challenge = {"WWW-Authenticate": 'Basic realm="Copydesk", charset="UTF-8"'}
            return PlainTextResponse("A password is needed.\n", 401, challenge)
        if path.startswith(_CLOSED):
            return PlainTextResponse("There is nothing here.\n", 404)
        if not _of_this_page(headers):
            return PlainTextResponse("Only this server's own page may ask.\n", 403)
        if "transfer-encoding" in headers:
            return PlainTextResponse("Say how long the request is.\n", 411)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _BODY_BYTES:
            return PlainTextResponse("The request is too large.\n", 413)
        return None


def _host_name(host: str) -> str:
    """The name in a Host header, without its port: `[::1]:80` gives `[::1]`."""
    return host.rpartition(":")[0].lower() if host.rpartition(":")[2].isdigit() else host.lower()


def _of_this_page(headers: Headers) -> bool:
    """False for a request that a browser sends for a page of another origin, another port of this machine included."""
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower():
        return False
    # a link on another page may lead here (navigate); nothing else there may ask
    return headers.get("sec-fetch-site") != "cross-site" or headers.get("sec-fetch-mode") == "navigate"


def _knows(authorization: str, password: str) -> bool:
    scheme, _, credentials = authorization.partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True).partition(b":")[2]
    except ValueError:
        return False
    return scheme.lower() == "basic" and secrets.compare_digest(given, password.encode())
