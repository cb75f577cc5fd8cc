"""The page's server without a browser: what it serves, what it keeps to itself, and what it asks of the network."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import pytest
from running import environment, write_corpus

from corpus.errors import CopydeskError, MisuseError
from qa.listen import bound

_START = """
import sys
def hear(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        print("network:", arguments[1] if event == "socket.connect" else arguments[0], flush=True)
sys.addaudithook(hear)
from qa.cli import main
sys.exit(main())
"""


@dataclass
class Served:
    """A running server, and the folder it was started from."""

    address: str
    folder: Path
    process: "subprocess.Popen[str]"
    said: list[str]

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=20) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = write_corpus(tmp_path_factory.mktemp("articles"))
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-c", _START, "serve", str(folder), "--port", "0", "--no-browser"]
    process = subprocess.Popen(
        command, cwd=home, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://\S+", line):
            yield Served(found.group(), home, process, said)
            break
    if process.poll() is None:
        process.terminate()
        process.wait(20)
    process.stdout.close()


def test_the_page_offers_no_api_and_keeps_no_history(served: Served) -> None:
    config = json.loads(served.get("/")[1].partition("window.gradio_config = ")[2].partition(";</script>")[0])
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    assert not config["run_history"]
    closed = ("/docs", "/redoc", "/openapi.json", "/config", "/gradio_api/info", "/gradio_api/upload")
    assert [served.get(path)[0] for path in closed] == [404] * 6


def test_only_the_page_s_own_files_are_served(served: Served) -> None:
    assert served.get("/copydesk/page.css")[0] == 200
    assert served.get("/favicon.ico")[0] == 200
    assert [served.get(f"/copydesk/{name}")[0] for name in ("no.css", "..%2Fpage.py", "page.py")] == [404] * 3


def test_the_page_writes_nothing_where_it_was_started(served: Served) -> None:
    served.get("/")
    assert [path.name for path in served.folder.iterdir() if path.name != ".cache"] == []


def test_the_server_asks_nothing_of_the_network_and_ends_at_once_when_interrupted(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", int(served.address.rsplit(":", 1)[1]))):
        served.process.send_signal(signal.SIGINT)
        served.process.wait(15)
    assert served.process.returncode == 0
    assert served.process.stdout is not None
    said = "".join([*served.said, served.process.stdout.read()])
    asked = [line for line in said.splitlines() if line.startswith("network:")]
    assert [line for line in asked if not re.search(r"127\.0\.0\.1|localhost", line)] == []
    assert "Traceback" not in said


def test_a_port_in_use_is_named_with_the_next_one_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CopydeskError, match=rf"port {port} .* --port {port + 1}"):
            bound("127.0.0.1", port)


def test_an_address_that_is_not_this_machine_s_is_refused() -> None:
    with pytest.raises(MisuseError, match="no such address"):
        bound("no.such.host.invalid", 0)


def test_the_port_is_taken_before_anything_heavy_is_loaded() -> None:
    code = "import sys, qa.commands, qa.listen; sys.exit('numpy' in sys.modules or 'fastapi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=environment(Path.home())).returncode == 0


def test_gradio_neither_counts_calls_nor_reads_a_constructor_twice(tmp_path: Path) -> None:
    # in a process of its own: gradio leaves event loops open
    code = """
import inspect, os
from pathlib import Path
from index.silence import silence
silence(os.environ)
from qa.desk import Desk
from qa.page import Page, build_app
desk = Desk(Path("."))
page = Page(desk, 10)
build_app(desk, page)
queue = page.blocks._queue
queue.event_analytics = {"a call": {"time": 0.0, "status": "success", "process_time": 1.0, "function": "f"}}
queue.events_recorded = 10_000
print(queue.compute_analytics_summary(list(queue.event_analytics.values())), queue.ANALYTICS_MAX_EVENTS)
print({"__signature__" in vars(inspect.unwrap(type(each).__init__)) for each in page.blocks.blocks.values()})
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path), capture_output=True)
    assert done.stdout.decode().splitlines() == ["{'functions': {}} 1", "{True}"], done.stderr.decode()


def test_an_answer_that_ends_while_it_is_stopped_is_no_fault_of_the_server(tmp_path: Path) -> None:
    code = """
import asyncio
from pathlib import Path
from index.silence import silence
import os
silence(os.environ)
import gradio as gr
from starlette.routing import Mount
from starlette.testclient import TestClient
from qa.desk import Desk
from qa.page import Page, build_app
desk = Desk(Path("."))
app = build_app(desk, Page(desk, 10))
within = next(each.app for each in app.routes if isinstance(each, Mount) and isinstance(each.app, gr.routes.App))
class Ending:
    async def aclose(self):
        del within.iterators["e"]  # as the queue does, when the answer ends by itself
within.iterators["e"] = Ending()
with TestClient(app) as client:
    told = client.post("/gradio_api/cancel", json={"session_hash": "s", "fn_index": 1, "event_id": "e"})
print(told.status_code, within.iterators)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path), capture_output=True)
    assert done.stdout.decode().splitlines() == ["200 {}"], done.stderr.decode()
