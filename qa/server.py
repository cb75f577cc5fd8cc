"""The web server around the page: its own small routes, and the line that says where it is."""

import logging
import socket
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from qa.desk import Desk
from qa.door import Door
from qa.guard import Guard
from qa.hosts import Names
from qa.login import Login
from qa.viewer import routes
from qa.wire import wire_options

_STATIC = Path(__file__).parent / "static"
_FILES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "article.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_GOODBYE_SECONDS = 2
"""How long Ctrl+C waits for requests: every open page holds one that never ends."""


def own_routes(desk: Desk) -> FastAPI:
    """The application without the page: articles, style sheets and script, and no API documentation."""
    app = FastAPI(title="Copydesk", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(desk))

    @app.get("/favicon.ico")
    def icon() -> Response:
        return static("icon.svg")

    @app.get("/copydesk/{name}")
    def static(name: str) -> Response:
        if name not in _FILES:
            return PlainTextResponse("There is no such file.\n", 404)
        return FileResponse(_STATIC / name, media_type=_FILES[name], headers={"Cache-Control": "no-cache"})

    return app


def guarded(app: ASGIApp, door: Door, functions: Mapping[int, int], questions: Collection[int]) -> Guard:
    """The application behind its guard, which lets these functions of the page be called; `questions` take work."""
    login = Login(door.verify) if door.verify is not None else None
    return Guard(app, Names(door.names, numbers=not door.is_local), login, functions, questions)


def run(app: ASGIApp, listener: socket.socket, door: Door, ready: Callable[[str], None]) -> None:
    """Serve on the socket until interrupted; `ready` is called with the address when the page can be opened."""
    config = uvicorn.Config(
        app,
        **wire_options(),
        lifespan="on",
        log_level="error",  # below it a line for each request that is no HTTP, as many as a stranger likes
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        _Server(config, _address(door.host, listener.getsockname()[1]), ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, address: str, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._address = address
        self._ready = ready

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; every open page holds a request that never ends, and cutting it short is no error to be told."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets=sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then tell the address."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready(self._address)


def _address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"
