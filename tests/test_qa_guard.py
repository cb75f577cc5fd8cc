"""What stands before every response: headers, the names the server answers to, the password, what is closed, bounds."""

import base64
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from qa.guard import BODY_BYTES, CALLS_AT_ONCE, QUESTIONS_AT_ONCE, Guard
from qa.hosts import Names
from qa.login import Login
from qa.policy import HEADERS
from qa.users import Hashed, hashed, shared_verifier, verifier

LOCAL = Names(frozenset({"localhost", "127.0.0.1", "[::1]"}))
ASK, LOOK = 1, 2


async def hello(request: Request) -> Response:
    """Says hello, and what it was asked."""
    if request.url.path == "/":
        return HTMLResponse("<script>1</script><script src=x></script>hello")
    own = {"Content-Security-Policy": "default-src 'none'"} if request.url.path == "/article/x" else {}
    body = (await request.body()).decode()
    return PlainTextResponse(f"hello {request.url.path}?{request.url.query} {body}", headers=own)


app = Starlette(routes=[Route("/{path:path}", hello, methods=["GET", "POST"])])


def client(guard: Guard, url: str = "http://localhost:7860") -> TestClient:
    return TestClient(guard, base_url=url)


def guard(**more: Any) -> Guard:
    return Guard(app, LOCAL, functions={ASK: 0, LOOK: 0}, questions=(ASK,), **more)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def call(function: int = ASK, session: str = "abc") -> bytes:
    return json.dumps({"data": [], "fn_index": function, "session_hash": session}).encode()


class Clock:
    """A clock that goes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_response_carries_the_headers_and_a_policy_of_its_own_is_kept() -> None:
    for path, status in (("/", 200), ("/article/x", 200), ("/docs", 404), ("/article/y", 200)):
        reply = client(guard()).get(path)
        assert reply.status_code == status
        for name in HEADERS:
            assert name in reply.headers, (path, name)
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert client(guard()).get("/article/x").headers["content-security-policy"] == "default-src 'none'"


def test_the_page_s_inline_scripts_run_by_their_digests_alone() -> None:
    policy = client(guard()).get("/").headers["content-security-policy"]
    digest = "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s="  # printf 1 | openssl dgst -sha256 -binary | base64
    assert f"script-src 'self' 'sha256-{digest}' 'unsafe-eval';" in policy


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:7860", 200),
        ("127.0.0.1", 200),
        ("[::1]:7860", 200),
        ("LOCALHOST", 200),
        ("evil.example", 421),
        ("localhost.evil.example:7860", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost@evil.example", 421),
        ("192.168.1.7", 421),
        ("", 421),
    ],
)
def test_a_name_that_is_not_the_server_s_is_refused(host: str, status: int) -> None:
    assert client(guard()).get("/", headers={"Host": host}).status_code == status


def test_beyond_this_machine_numbers_can_not_be_made_to_mean_another_server_and_are_let_in() -> None:
    wide = client(Guard(app, Names(frozenset({"news.example"}), numbers=True)))
    for host, status in (("192.168.1.7:80", 200), ("[fe80::1]", 200), ("news.example", 200), ("evil.example", 421)):
        assert wide.get("/", headers={"Host": host}).status_code == status
    assert client(Guard(app, Names())).get("/", headers={"Host": "any.example"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:7860"}, 200),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_pages_of_other_origins_may_link_here_and_not_ask(headers: dict[str, str], status: int) -> None:
    assert client(guard()).get("/", headers=headers).status_code == status
    if headers.get("Sec-Fetch-Mode") != "navigate":
        asked = client(guard()).post("/gradio_api/queue/join", content=call(), headers=headers)
        assert asked.status_code == status


def test_a_name_made_to_mean_this_server_reads_nothing() -> None:
    rebound = {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}
    for path in ("/", "/article/x", "/gradio_api/app_id"):
        reply = client(guard()).get(path, headers=rebound)
        assert reply.status_code == 421
        assert "hello" not in reply.text


def test_the_query_holds_only_what_is_known() -> None:
    reply = client(guard()).get("/article/x?start=1&deep_link=../x&end=2&__proto__=1&file=a%2fb")
    assert "?start=1&end=2&file=a%2Fb " in reply.text


# --- sizes and numbers ---


def test_a_request_that_does_not_say_its_length_is_refused() -> None:
    assert client(guard()).post("/gradio_api/queue/join", content=iter([b"a" * 10] * 3)).status_code == 411


def test_a_request_that_is_too_large_or_says_nonsense_of_its_size_is_refused() -> None:
    asking = client(guard())
    too_large = asking.post("/gradio_api/queue/join", content=b"x" * (BODY_BYTES + 1))
    assert too_large.status_code == 413
    assert too_large.json()["detail"] == "The request is too large; the most is 1,000,000 bytes."
    for length in ("many", "-1", "1e3", "99999999999999999999"):
        said = {"Content-Length": length}
        assert asking.post("/gradio_api/queue/join", content=b"x", headers=said).status_code == 413


def test_questions_are_counted_by_address_and_answered_again_after_the_time_that_is_told() -> None:
    clock = Clock()
    with client(guard(clock=clock)) as asking:
        replies = [asking.post("/gradio_api/queue/join", content=call()) for _ in range(QUESTIONS_AT_ONCE + 1)]
    assert {each.status_code for each in replies[:-1]} == {200}
    assert replies[-1].status_code == 429
    assert replies[-1].json() == {"detail": "Too many questions from your address; wait 1 s and ask again."}
    wait = int(replies[-1].headers["retry-after"])
    assert asking.post("/gradio_api/queue/join", content=call(LOOK)).status_code == 200
    clock.now += wait
    assert asking.post("/gradio_api/queue/join", content=call()).status_code == 200


def test_other_calls_are_counted_too_and_nothing_else_is_called() -> None:
    asking = client(guard(clock=Clock()))
    statuses = [asking.post("/gradio_api/queue/join", content=call(LOOK)).status_code for _ in range(CALLS_AT_ONCE + 5)]
    assert statuses == [200] * CALLS_AT_ONCE + [429] * 5
    assert asking.post("/gradio_api/queue/join", content=call(3)).status_code == 400
    told = {"data": ["one value"], "fn_index": LOOK, "session_hash": "abc"}
    assert "number of values" in asking.post("/gradio_api/queue/join", json=told).text


def test_a_call_is_handed_on_with_a_session_that_no_one_else_can_name() -> None:
    def handed(asking: TestClient) -> str:
        text = asking.post("/gradio_api/queue/join", content=call()).text
        return str(json.loads(text.partition("? ")[2])["session_hash"])

    one = guard()
    first, second = client(one), client(one)
    first.get("/")
    second.get("/")
    own = handed(first)
    assert own != "abc"
    assert handed(first) == own
    assert handed(second) != own
    assert f"session_hash={own}" in first.get("/gradio_api/queue/data?session_hash=abc").text
    assert first.get("/gradio_api/heartbeat/abc").text.startswith(f"hello /gradio_api/heartbeat/{own}?")
    assert own not in second.get("/gradio_api/heartbeat/abc").text
    assert handed(client(guard())) != handed(client(guard()))  # another start, other names


# --- passwords ---


@pytest.fixture(scope="module")
def ann() -> dict[str, Hashed]:
    return {"ann": hashed("correct horse")}


@pytest.mark.parametrize(
    "headers",
    [{}, basic("me", "wrong"), basic("me", ""), {"Authorization": "Basic ???"}, {"Authorization": "Bearer pässword"}],
)  # fmt: skip
def test_without_the_password_nothing_is_shown(headers: dict[str, str]) -> None:
    asking = client(guard(login=Login(shared_verifier("päss:word"))))
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    for path in ("/", "/article/x", "/nowhere", "/copydesk/page.css"):
        refused = asking.get(path, headers=sent)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert "hello" not in refused.text


def test_with_the_shared_password_any_user_name_is_let_in() -> None:
    asking = client(guard(login=Login(shared_verifier("päss:word"))))
    for name in ("anyone", ""):
        assert "hello" in asking.get("/", headers=basic(name, "päss:word")).text


def test_users_are_let_in_by_their_own_passwords_alone(ann: dict[str, Hashed]) -> None:
    asking = client(guard(login=Login(verifier({**ann, "bob": hashed("battery staple")}))))
    assert "hello" in asking.get("/", headers=basic("ann", "correct horse")).text
    for name, password in (("ann", "battery staple"), ("bob", "correct horse"), ("eve", "correct horse")):
        assert asking.get("/", headers=basic(name, password)).status_code == 401


def test_two_users_of_one_browser_have_sessions_of_their_own(ann: dict[str, Hashed]) -> None:
    asking = client(guard(login=Login(verifier({**ann, "bob": hashed("battery staple")}))))
    asking.get("/", headers=basic("ann", "correct horse"))
    handed = {
        asking.post("/gradio_api/queue/join", content=call(), headers=basic(*who)).text
        for who in (("ann", "correct horse"), ("bob", "battery staple"))
    }
    assert len(handed) == 2


def test_a_password_is_hashed_once_and_then_known(ann: dict[str, Hashed]) -> None:
    tried: list[str] = []
    verify = verifier(ann)

    def counted(name: str, password: str) -> bool:
        tried.append(name)
        return verify(name, password)

    asking = client(guard(login=Login(counted)))
    for _ in range(20):
        assert asking.get("/", headers=basic("ann", "correct horse")).status_code == 200
    assert tried == ["ann"]


def test_wrong_passwords_wait_longer_and_longer_and_the_right_one_too_until_then() -> None:
    clock = Clock()
    asking = client(guard(login=Login(shared_verifier("right"), clock)))
    assert [asking.get("/", headers=basic("a", f"wrong {n}")).status_code for n in range(5)] == [401] * 5
    waits = []
    for number in range(12):
        refused = asking.get("/", headers=basic(f"user {number}", "right" if number == 3 else "wrong"))
        assert refused.status_code == 429
        assert "hello" not in refused.text
        wait = int(refused.headers["retry-after"])
        assert f"wait {wait} seconds" in refused.text
        clock.now += wait
        waits.append(wait)
        assert asking.get("/", headers=basic(f"user {number}", "wrong")).status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    clock.now += 3_601
    assert asking.get("/", headers=basic("a", "right")).status_code == 200


def test_who_is_in_stays_in_while_somebody_else_guesses() -> None:
    asking = client(guard(login=Login(shared_verifier("right"), Clock())))
    assert asking.get("/", headers=basic("ann", "right")).status_code == 200
    statuses = {asking.get("/", headers=basic("ann", f"guess {n}")).status_code for n in range(20)}
    assert statuses == {401, 429}
    assert asking.get("/", headers=basic("ann", "right")).status_code == 200
