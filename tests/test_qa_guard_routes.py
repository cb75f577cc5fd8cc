"""The whole web surface, gradio's own routes included: what each serves to a stranger, and what none of them does."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Site, chromium, needs_chromium, serving
from running import ROOT, environment, write_corpus
from trust.strangers import (
    CLOSED,
    OPEN,
    SECRET,
    Stranger,
    bad_reply,
    cookie_of,
    filled,
    hostile_request,
    use_every_feature,
)

from qa.allowed import JOIN, WAYS, way_in

REPEATS = 300
QUESTION = "How long has Tom Garrow lit the lamp?"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("served")
    (root / "home").mkdir()
    (root / "secret.txt").write_text(SECRET, encoding="utf-8")
    (root / "tmp").mkdir()
    with serving(write_corpus(root / "news"), root / "home", TMPDIR=str(root / "tmp")) as site:
        Stranger(site.address).send("GET", "/")
        yield site


@pytest.fixture(scope="module")
def stranger(site: Site) -> Stranger:
    return Stranger(site.address)


@pytest.fixture(scope="module")
def asking(stranger: Stranger) -> int:
    return stranger.function("question", "submit")


def test_every_route_is_known_here_so_that_none_comes_in_with_a_release(tmp_path: Path) -> None:
    # in a process of its own: gradio leaves event loops open
    code = (
        "from pathlib import Path; from trust.strangers import real_routes; print(*real_routes(Path('.')), sep='\\n')"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path, PYTHONPATH=path), capture_output=True
    )
    found = set(done.stdout.decode().splitlines())
    assert found - OPEN - CLOSED == set(), "new routes: decide whether the page needs them"
    assert OPEN - found == set()
    assert len(found) > 70


@pytest.mark.parametrize("route", sorted(CLOSED))
def test_a_route_that_the_page_does_not_use_is_not_there_for_anyone(stranger: Stranger, route: str) -> None:
    method, _, path = route.partition(" ")
    for asked in {method, "GET", "POST"} if method != "HEAD" else {method}:
        reply = stranger.send(asked, filled(path), b"{}" if asked == "POST" else None)
        assert reply.status == 404, (asked, route)
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")


def test_what_each_open_route_serves_to_a_stranger(stranger: Stranger, site: Site) -> None:
    page = stranger.send("GET", "/")
    assert page.status == 200
    assert "Garrow" not in page.text
    asset = re.search(r"\./(assets/[\w.-]+\.js)", page.text)
    assert asset is not None
    served = {
        "/favicon.ico": "image/svg+xml",
        "/copydesk/page.css": "text/css",
        "/theme.css": "text/css",
        "/manifest.json": "application/manifest+json",
        f"/{asset[1]}": "javascript",
        "/gradio_api/app_id": "application/json",
    }
    for path, kind in served.items():
        reply = stranger.send("GET", path)
        assert reply.status == 200, path
        assert kind in reply.headers["content-type"], path
        assert reply.headers["content-security-policy"].startswith("default-src 'none'"), path
        assert str(site.folder) not in reply.text, path
    assert re.fullmatch(r'\{"app_id":\d+\}', stranger.send("GET", "/gradio_api/app_id").text)


def test_every_response_has_a_policy_and_the_page_s_lets_only_its_own_scripts_run(stranger: Stranger) -> None:
    page = stranger.send("GET", "/")
    policy = page.headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts is not None
    assert "unsafe-inline" not in scripts[1]
    assert scripts[1].count("'sha256-") == len(re.findall(r"<script(?![^>]*\bsrc=)", page.text))
    for fence in ("default-src 'none'", "object-src 'none'", "frame-ancestors 'none'", "connect-src 'self'"):
        assert fence in policy
    assert "http" not in policy
    assert "*" not in policy
    for path, status in (("/nowhere", 404), ("/article/x", 404), ("/copydesk/none.css", 404), ("/assets/none.js", 404)):
        reply = stranger.send("GET", path)
        assert (reply.status, bad_reply(reply)) == (status, ""), path


@pytest.mark.parametrize(
    "path",
    [
        f"{stem}{ups}{target}"
        for stem in ("/static/", "/assets/", "/copydesk/", "/article/", "/gradio_api/file=", "/svelte/")
        for ups in ("", "../../../", "..%2f..%2f..%2f", "%2e%2e/%2e%2e/", "..\\..\\", "..%5c..%5c", "%252e%252e%252f")
        for target in ("etc/passwd", "/etc/passwd", "qa/guard.py", "%00", "http://127.0.0.1:9/")
    ],
)
def test_no_route_reads_an_arbitrary_path(stranger: Stranger, path: str) -> None:
    reply = stranger.send("GET", path)
    assert reply.status in (400, 404), reply.text[:200]
    assert bad_reply(reply) == ""


def test_hostile_requests_drawn_at_random_get_nothing(stranger: Stranger) -> None:
    for number in range(REPEATS):
        method, path = hostile_request(random.Random(f"7-{number}"))
        reply = stranger.send(method, path)
        assert bad_reply(reply) == "", (number, method, path)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what was sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hear() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    heard.append(caller.recv(1000))

        thread = threading.Thread(target=hear, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_no_route_fetches_an_address_and_no_call_can_hand_it_a_file(
    stranger: Stranger, asking: int, listener: tuple[int, list[bytes]]
) -> None:
    port, heard = listener
    address = f"http://127.0.0.1:{port}/x.png"
    for stem in ("/gradio_api/proxy=", "/gradio_api/file=", "/proxy=", "/file=", "/gradio_api/file/"):
        assert stranger.send("GET", stem + address).status == 404
    for path in (address, "/etc/passwd", "secret.txt"):
        planted = {"path": path, "url": address, "meta": {"_type": "gradio.FileData"}}
        for data in ([planted, None, None], ["q", planted, None], ["q", {"outlets": [planted]}, None]):
            assert stranger.call(asking, data, "planted").status == 400
    assert stranger.send("POST", "/gradio_api/upload", b"x").status == 404
    assert heard == []


def test_a_session_can_not_be_read_or_stopped_without_the_browser_s_own_cookie(stranger: Stranger, asking: int) -> None:
    owner = {"Cookie": cookie_of(stranger.send("GET", "/"))}
    other = {"Cookie": cookie_of(stranger.send("GET", "/"))}
    assert owner != other
    assert stranger.call(asking, [QUESTION, None, None], "same", **owner).status == 200
    for headers in (other, {}):
        assert stranger.send("GET", "/gradio_api/queue/data?session_hash=same", **headers).status == 404
    told = {"session_hash": "same", "fn_index": asking, "event_id": "0" * 32}
    assert stranger.post("/gradio_api/cancel", told, **other).status == 200
    assert "31 years" in stranger.heard("same", **owner)
    retry = stranger.function("retry", "click")
    stranger.call(retry, [None, None], "same", **other)  # asks the last question of the session again: there is none
    assert "Garrow" not in stranger.heard("same", **other)
    stranger.call(retry, [None, None], "same", **owner)
    assert "31 years" in stranger.heard("same", **owner)


def test_the_cookie_is_long_hidden_from_scripts_and_of_this_site_alone(stranger: Stranger) -> None:
    set_cookie = stranger.send("GET", "/").headers["set-cookie"]
    assert re.fullmatch(r"copydesk=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict", set_cookie)
    assert "set-cookie" not in stranger.send("GET", "/", Cookie=set_cookie.partition(";")[0]).headers


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"session_hash":"a"}', b'{"fn_index":1}',
        b'{"session_hash":"../x","fn_index":1}', b'{"session_hash":"a","fn_index":"1"}',
        b'{"session_hash":"a","fn_index":true}', b'{"session_hash":"a","fn_index":1,"data":{"a":1}}',
        b'{"session_hash":"a","fn_index":1,"event_id":"x"}',
    ],
)  # fmt: skip
def test_a_call_that_the_page_would_not_make_is_refused_in_words(stranger: Stranger, body: bytes) -> None:
    reply = stranger.send("POST", JOIN, body)
    assert reply.status == 400
    assert json.loads(reply.text)["detail"].startswith("This is not what the page asks: ")


def test_a_function_that_is_not_there_is_no_fault_and_fills_no_log(stranger: Stranger, site: Site) -> None:
    for function in (-1, 99, 10**30):
        assert stranger.call(function, [], "none").status == 400, function
    assert stranger.send("GET", "/gradio_api/queue/data?session_hash=none").status == 404
    assert "Traceback" not in site.said


def test_nothing_is_uploaded_or_left_in_the_temporary_folder(stranger: Stranger, site: Site) -> None:
    temporary = site.folder.parent / "tmp"
    before = sorted(temporary.rglob("*"))
    for path in ("/gradio_api/upload", "/upload", "/gradio_api/process_recording", "/gradio_api/component_server"):
        reply = stranger.send("POST", path, b"--x\r\n", Content_Type="multipart/form-data; boundary=x")
        assert reply.status == 404
    assert sorted(temporary.rglob("*")) == before


@pytest.mark.browser
@needs_chromium[1]
def test_all_that_the_page_asks_for_is_let_in_and_all_that_is_let_in_is_asked_for_by_the_page(
    tmp_path: Path,
) -> None:
    asked: set[tuple[str, str]] = set()
    with chromium() as browser:
        complaints = use_every_feature(browser, tmp_path, asked)
    assert complaints == []
    ways = {way: (method, path) for method, path in asked if (way := way_in(method, path))}
    assert [each for each in asked if way_in(*each) is None] == []
    rare = {r"/manifest\.json"}  # asked for when a browser offers to install the page
    assert {way.path for way in ways} | rare | {r"/favicon\.ico"} == {way.path for way in WAYS}
