"""What stands before every response: headers, the names the server answers to, the password, what is closed."""

import base64

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from qa.guard import PAGE_POLICY, Guard


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    own = {"Content-Security-Policy": "default-src 'none'"} if scope["path"] == "/article" else {}
    await PlainTextResponse("hello", headers=own)(scope, receive, send)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_every_response_carries_the_headers_and_a_policy_of_its_own_is_kept() -> None:
    client = TestClient(Guard(app))
    for path, policy in (("/", PAGE_POLICY), ("/article", "default-src 'none'"), ("/docs", PAGE_POLICY)):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:7860", 200),
        ("127.0.0.1", 200),
        ("[::1]:7860", 200),
        ("LOCALHOST", 200),
        ("evil.example", 421),
        ("localhost.evil.example:7860", 421),
        ("", 421),
    ],
)
def test_a_name_that_is_not_the_server_s_is_refused(host: str, status: int) -> None:
    client = TestClient(Guard(app, ("localhost", "127.0.0.1", "[::1]")))
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost:7860"}, 200),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_pages_of_other_origins_may_link_here_and_not_ask(headers: dict[str, str], status: int) -> None:
    client = TestClient(Guard(app, ("localhost",)), base_url="http://localhost:7860")
    assert client.get("/", headers=headers).status_code == status


def test_a_request_that_does_not_say_its_length_is_refused() -> None:
    client = TestClient(Guard(app, ("localhost",)), base_url="http://localhost:7860")
    assert client.post("/", content=iter([b"a" * 10] * 3)).status_code == 411


def test_with_no_names_given_any_is_answered() -> None:
    assert TestClient(Guard(app)).get("/", headers={"Host": "news.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, basic("me", "wrong"), basic("me", ""), {"Authorization": "Basic ???"}, {"Authorization": "Bearer pässword"}],
)  # fmt: skip
def test_without_the_password_nothing_is_shown(headers: dict[str, str]) -> None:
    client = TestClient(Guard(app, (), "päss:word"))
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    refused = client.get("/article", headers=sent)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert "hello" not in refused.text


def test_with_the_password_any_user_name_is_let_in() -> None:
    assert TestClient(Guard(app, (), "päss:word")).get("/", headers=basic("anyone", "päss:word")).text == "hello"


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/docs", "/openapi.json", "/monitoring/x"]
)
def test_routes_that_the_page_does_not_use_are_closed(path: str) -> None:
    assert TestClient(Guard(app)).get(path).status_code == 404


def test_a_request_that_is_too_large_or_says_nonsense_of_its_size_is_refused() -> None:
    client = TestClient(Guard(app))
    assert client.post("/", content=b"x" * 2_000_000).status_code == 413
    assert client.post("/", content=b"x", headers={"Content-Length": "many"}).status_code == 413
