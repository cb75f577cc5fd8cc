"""Prints what a stranger is answered: every route of the page's server, and hostile requests by the thousand.

    python tests/trust/strangers.py [--times 2000] [--seed 1]

A server is started by the real command on a small folder. Each request is made of hostile parts drawn at random; every
answer has to be one that the page gives to anyone, with the headers of every response, and nothing of a file outside
gradio's package. Exits 1 if one is not. The functions are used by the tests as well.
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from starlette.routing import BaseRoute

if TYPE_CHECKING:
    from browsing import Visit
    from playwright.sync_api import Browser

# What gradio 6.31 and Copydesk serve behind the guard, by method and path. A release that adds a route fails the test
# that compares: decide then whether the page needs it, and add it here, and to qa/allowed.py only if it does.
OPEN = {
    "GET /",
    "HEAD /",
    "GET /favicon.ico",
    "GET /copydesk/{name}",
    "GET /article/{digest}",
    "GET /theme.css",
    "GET /manifest.json",
    "GET /assets/{path:path}",
    "GET /static/{path:path}",
    "GET /gradio_api/app_id",
    "GET /gradio_api/heartbeat/{session_hash}",
    "GET /gradio_api/queue/data",
    "POST /gradio_api/queue/join",
    "POST /gradio_api/cancel",
    "POST /gradio_api/reset",
}

CLOSED = {
    "GET /config",
    "GET /config/",
    "GET /gradio_api/app_id/",
    "GET /gradio_api/call/v2/{api_name}/{event_id}",
    "GET /gradio_api/call/{api_name}/{event_id}",
    "GET /gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
    "GET /gradio_api/deep_link",
    "GET /gradio_api/dev/reload",
    "GET /gradio_api/file/{path:path}",
    "GET /gradio_api/file={path_or_url:path}",
    "GET /gradio_api/info",
    "GET /gradio_api/info/",
    "GET /gradio_api/login_check",
    "GET /gradio_api/login_check/",
    "GET /gradio_api/openapi.json",
    "GET /gradio_api/proxy={url_path:path}",
    "GET /gradio_api/queue/status",
    "GET /gradio_api/runs",
    "GET /gradio_api/runs/",
    "GET /gradio_api/startup-events",
    "GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file",
    "GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",
    "GET /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",
    "GET /gradio_api/theme.css",
    "GET /gradio_api/token",
    "GET /gradio_api/token/",
    "GET /gradio_api/upload_progress",
    "GET /gradio_api/user",
    "GET /gradio_api/user/",
    "GET /gradio_api/vibe-code",
    "GET /gradio_api/vibe-code/",
    "GET /logout",
    "GET /monitoring",
    "GET /monitoring/summary",
    "GET /monitoring/{key}",
    "GET /openapi.json",
    "GET /pwa_icon",
    "GET /pwa_icon/{size}",
    "GET /robots.txt",
    "GET /svelte/{path:path}",
    "HEAD /gradio_api/file={path_or_url:path}",
    "HEAD /gradio_api/proxy={url_path:path}",
    "HEAD /openapi.json",
    "POST /gradio_api/api/{api_name}",
    "POST /gradio_api/api/{api_name}/",
    "POST /gradio_api/call/v2/{api_name}",
    "POST /gradio_api/call/v2/{api_name}/",
    "POST /gradio_api/call/{api_name}",
    "POST /gradio_api/call/{api_name}/",
    "POST /gradio_api/component_server",
    "POST /gradio_api/component_server/",
    "POST /gradio_api/process_recording",
    "POST /gradio_api/reset/",
    "POST /gradio_api/run/{api_name}",
    "POST /gradio_api/run/{api_name}/",
    "POST /gradio_api/stream/{event_id}",
    "POST /gradio_api/stream/{event_id}/close",
    "POST /gradio_api/undo-vibe-edit",
    "POST /gradio_api/undo-vibe-edit/",
    "POST /gradio_api/upload",
    "POST /gradio_api/vibe-code",
    "POST /gradio_api/vibe-code/",
    "POST /gradio_api/vibe-edit",
    "POST /gradio_api/vibe-edit/",
    "POST /gradio_api/vibe-starter-queries",
    "POST /gradio_api/vibe-starter-queries/",
    "POST /login",
    "POST /login/",
}
"""All of them answer 404 to everyone: files in and out, other hosts, API, statistics, sessions of others, logins."""


def routes_of(routes: list[BaseRoute], prefix: str = "") -> Iterator[str]:
    """Every method and path of an application, through all that is mounted and included."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        router = getattr(route, "original_router", None)  # fastapi includes routers as they are asked for
        if router is not None:
            yield from routes_of(router.routes, path)
        elif getattr(route, "routes", None):
            yield from routes_of(route.routes, path)
        else:
            methods = getattr(route, "methods", None) or ["ANY"]
            yield from (f"{method} {path}" for method in sorted(methods))


def real_routes(folder: Path) -> list[str]:
    """Every method and path of the real application."""
    from qa.desk import Desk
    from qa.page import Page, build_app

    with Desk(folder) as desk:
        return sorted(set(routes_of(build_app(desk, Page(desk, 10)).routes)))


def filled(path: str) -> str:
    """A path with something in place of its parameters."""
    return re.sub(r"\{\w+(:path)?\}", lambda found: "a/b.js" if found[1] else "abc", path)


@dataclass(frozen=True)
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Stranger:
    """Somebody who speaks HTTP to a server without a browser; a path is sent byte for byte as given."""

    def __init__(self, address: str) -> None:
        self.host, self.port = urlsplit(address).hostname or "", urlsplit(address).port or 80

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        connection._validate_path = lambda _: None  # type: ignore[attr-defined]
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, path: str, told: Any, **headers: str) -> Reply:
        return self.send("POST", path, json.dumps(told).encode(), **{"Content_Type": "application/json", **headers})

    def config(self, **headers: str) -> dict[str, Any]:
        """What the page tells gradio's script of itself."""
        page = self.send("GET", "/", **headers).text
        found = json.loads(page.partition("window.gradio_config = ")[2].partition(";</script>")[0])
        assert isinstance(found, dict)
        return found

    def function(self, elem_id: str, event: str, **headers: str) -> int:
        """The number of the function behind an event of the page."""
        config = self.config(**headers)
        by_id = {each["id"]: each["props"].get("elem_id") for each in config["components"]}
        for each in config["dependencies"]:
            if any(by_id.get(target) == elem_id and name == event for target, name in each["targets"]):
                return int(each["id"])
        raise LookupError(f"no function for {event} of {elem_id}")

    def call(self, function: int, data: list[Any], session: str, **headers: str) -> Reply:
        """A call put into the queue."""
        told = {"data": data, "event_data": None, "fn_index": function, "trigger_id": None, "session_hash": session}
        return self.post("/gradio_api/queue/join", told, **headers)

    def heard(self, session: str, **headers: str) -> str:
        """All that the queue says to a session until its calls are done."""
        return self.send("GET", f"/gradio_api/queue/data?session_hash={session}", **headers).text


def cookie_of(reply: Reply) -> str:
    """The cookie that an answer sets."""
    return reply.headers["set-cookie"].partition(";")[0]


# --- the page, used in full ---

_STOP_AT_ONCE = """
new MutationObserver((_, watch) => {
  const stop = document.querySelector('#stop');
  if (stop?.offsetParent) { watch.disconnect(); setTimeout(() => stop.click(), 20); }
}).observe(document, {childList: true, subtree: true, attributes: true})"""
_LONG = "How long has Tom Garrow lit the lamp, and what does a ticket to the islands cost, says Ada Finch? " * 15


def use_every_feature(browser: "Browser", root: Path, asked: set[tuple[str, str]]) -> list[str]:
    """What the browser complained of while every feature of the page was used; `asked` gets each method and path."""
    from browsing import Visit, serving
    from running import write_corpus

    folder, home = write_corpus(root / "news"), root / "home"
    home.mkdir()
    with serving(folder, home) as site, Visit(browser, site) as visit:
        page, port = visit.page, urlsplit(site.address).port or 0
        visit.context.on("request", lambda told: asked.add((told.method, urlsplit(told.url).path)))
        page.reload()
        page.wait_for_selector(".filters input[name=outlet]", timeout=60_000)
        page.locator(".chip").first.click(timeout=60_000)
        visit.answer(1)
        visit.ask("How long has Tom Garrow lit the lamp?")
        page.get_by_role("button", name="Ask again").click()
        visit.answer(2)
        page.locator("#turn-2 .st .m").first.click()
        page.locator(".src.on").get_by_text("Open in article").click()
        page.frame_locator("#reader iframe").locator("#cited").wait_for()
        page.get_by_role("button", name="Close article").click()
        page.get_by_role("tab", name="Articles").click()
        page.fill("#find input, #find textarea", "ferry")
        page.get_by_role("tab", name="Ask", exact=True).click()
        page.locator(".filters").get_by_role("button", name="None").click()
        visit.ask("What costs 12 pounds?")
        page.locator(".filters").get_by_role("button", name="All").click()
        page.get_by_role("button", name="Rebuild").click()
        for _ in range(20):
            page.evaluate(_STOP_AT_ONCE)
            page.fill("#question textarea", _LONG)
            page.keyboard.press("Enter")
            page.wait_for_timeout(500)
            if any(path.endswith("/cancel") for _, path in asked):
                break
        page.locator("#clear").click()
        page.locator(".welcome").wait_for()
        complaints = list(visit.complaints)
        _restart(visit, site.process, folder, home, port)
    return complaints


def _restart(visit: "Visit", process: int, folder: Path, home: Path, port: int) -> None:
    """The server gone and back at the same address, with the page left open."""
    from browsing import serving

    os.kill(process, signal.SIGINT)
    visit.page.wait_for_timeout(3_000)
    with visit.page.expect_request(re.compile(r".*/gradio_api/app_id$"), timeout=60_000):
        visit.page.wait_for_timeout(10)
    with serving(folder, home, port=port):
        visit.page.wait_for_selector(".welcome", timeout=60_000)
        visit.page.wait_for_timeout(3_000)


# --- many hostile requests ---

_STEMS = [
    "/gradio_api/file=", "/file=", "/gradio_api/file/", "/gradio_api/proxy=", "/proxy=", "/static/", "/assets/",
    "/svelte/", "/copydesk/", "/article/", "/gradio_api/custom_component/x/client/component/", "/gradio_api/deep_link?",
    "/config?deep_link=", "/?deep_link=", "/gradio_api/stream/", "/monitoring/", "/gradio_api/", "/", "//", "/static//",
    "/gradio_api/upload_progress?upload_id=", "/gradio_api/call/", "/gradio_api/run/", "/gradio_api/api/", "/login",
]  # fmt: skip
_TARGETS = [
    "etc/passwd", "/etc/passwd", "http://127.0.0.1:1/x", "//127.0.0.1:1/x", "file:///etc/passwd", "C:\\win.ini",
    "\\\\127.0.0.1\\share\\x", "proc/self/environ", "/proc/self/cmdline", "qa/guard.py", "../copydesk.toml",
    ".copydesk/current", "secret.txt", "%00", "a%00.js", "index.html", "~/.ssh/id_rsa", "predict", "x.js\r\nX-Evil: 1",
]  # fmt: skip
_UPS = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "%252e%252e%252f",
    "....//",
    "%c0%ae%c0%ae/",
    "..;/",
    "",
]
_METHODS = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"]
SECRET = "the word that stands in no article"


def hostile_request(chance: random.Random) -> tuple[str, str]:
    """A method and a path that nobody's page asks for."""
    ups = chance.choice(_UPS) * chance.randint(0, 12)
    target = chance.choice(_TARGETS)
    if chance.random() < 0.3:
        target = quote(target, safe="%")
    return chance.choice(_METHODS), re.sub(r"[\r\n ]", "%0a", chance.choice(_STEMS) + ups + target)


def bad_reply(reply: Reply) -> str:
    """What is wrong with an answer to a hostile request, or ""."""
    if reply.status >= 500:
        return f"a fault: {reply.status}"
    if "content-security-policy" not in reply.headers or reply.headers.get("x-content-type-options") != "nosniff":
        return "no policy"
    if "x-evil" in reply.headers or reply.headers.get("access-control-allow-origin"):
        return "a header of the stranger's"
    if any(word in reply.text for word in ("root:x:0", SECRET, "PYTHONPATH", "def __init__(self, app")):
        return "a file that is none of theirs"
    return ""


def main() -> int:
    """The exit code: 1 if an answer was wrong."""
    from browsing import serving
    from running import write_corpus

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, home = write_corpus(Path(name) / "news"), Path(name) / "home"
        home.mkdir()
        (Path(name) / "secret.txt").write_text(SECRET, encoding="utf-8")
        with serving(folder, home) as site:
            return trial(Stranger(site.address), chosen.times, chosen.seed)


def trial(stranger: Stranger, times: int, seed: int) -> int:
    """The exit code of so many hostile requests."""
    answered: Counter[int] = Counter()
    wrong = 0
    for number in range(times):
        chance = random.Random(f"{seed}-{number}")
        method, path = hostile_request(chance)
        reply = stranger.send(method, path)
        answered[reply.status] += 1
        if fault := bad_reply(reply):
            wrong += 1
            print(f"{fault}: {method} {path!r} (seed {seed}, number {number})", flush=True)
    told = ", ".join(f"{count:,} with {status}" for status, count in sorted(answered.items()))
    print(f"{times:,} hostile requests, {wrong} answered wrongly; answered {told}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
