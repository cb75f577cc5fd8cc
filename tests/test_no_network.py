"""What the commands ask of the network: nothing, seen from Python and, where Linux lets one look, by the kernel."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import START, environment, write_corpus

from index.encode import find_default_model
from index.silence import SWITCHES, silence

HEAR = """
import sys
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request")
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pty.spawn")
def hear(event, arguments):
    if event in NETWORK:
        where = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        if not isinstance(where, (str, bytes)) or event != "socket.connect":  # a path is a socket of this machine
            print("network:", event, where, file=sys.stderr, flush=True)
    if event in PROGRAMS:
        print("program:", event, arguments[0], file=sys.stderr, flush=True)
sys.addaudithook(hear)
"""
ISOLATED = ["unshare", "--net", "--map-root-user"]
COUNTED = {"Ip": ["OutRequests", "OutNoRoutes"], "Tcp": ["ActiveOpens"], "Udp": ["OutDatagrams"]}
TELL_ALL = f"""
import atexit, os, sys
parent = os.getpid()
def tell():
    if os.getpid() != parent:
        return
    lines = [line.split() for line in open("/proc/net/snmp")]
    table = {{a[0][:-1]: dict(zip(a[1:], b[1:])) for a, b in zip(lines[::2], lines[1::2])}}
    out = {{f"{{k}} {{n}}": int(table[k][n]) for k, names in {COUNTED!r}.items() for n in names}}
    six = dict(line.split() for line in open("/proc/net/snmp6"))
    out |= {{n: int(six.get(n, 0)) for n in ("Ip6OutRequests", "Ip6OutNoRoutes")}}
    print("kernel:", out, file=sys.stderr, flush=True)
atexit.register(tell)
"""


def can_be_isolated() -> bool:
    """Whether a process can be given a network of its own, with nothing in it."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    return subprocess.run([*ISOLATED, "true"], capture_output=True).returncode == 0


def ran(home: Path, code: str, *typed: str | Path, isolated: bool = False) -> "subprocess.CompletedProcess[str]":
    """The real command, with code that runs before it."""
    command = [sys.executable, "-c", code + START, *map(str, typed)]
    kept = {name: value for name, value in environment(home).items() if name not in (*SWITCHES, "HF_HUB_OFFLINE")}
    return subprocess.run(
        [*(ISOLATED if isolated else []), *command], env=kept, cwd=home, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("articles"))


@pytest.mark.parametrize("typed", [["index"], ["ask", "How much is the new lamp?", "--corpus"]])
def test_a_command_asks_nothing_of_the_network_and_starts_no_program(
    folder: Path, tmp_path: Path, typed: list[str]
) -> None:
    done = ran(tmp_path, HEAR, *typed, folder)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith(("network:", "program:"))] == []


@pytest.mark.skipif(not can_be_isolated(), reason="a network of one's own can't be had here")
@pytest.mark.parametrize(
    "words", ["", "import socket\ntry: socket.getaddrinfo('example.org', 80)\nexcept OSError: pass\n"]
)
def test_the_kernel_saw_no_packet_and_no_attempt_of_a_build_and_its_answers(tmp_path: Path, words: str) -> None:
    folder = write_corpus(tmp_path / "articles")
    model = tmp_path / "model"
    shutil.copytree(find_default_model(), model)
    (tmp_path / "copydesk.toml").write_text(f'model = "{model}"\n')
    typed = ["ask", "How much is the new lamp?", "--corpus", folder, "--settings", tmp_path / "copydesk.toml"]
    done = ran(tmp_path, TELL_ALL + words, *typed, isolated=True)
    assert done.returncode == 0, done.stderr
    found = re.search(r"^kernel: (.+)$", done.stderr, re.MULTILINE)
    assert found, done.stderr
    counts = json.loads(found[1].replace("'", '"'))
    assert any(counts.values()) is bool(words), counts  # what does ask is seen, so that seeing nothing means something


def test_the_libraries_are_told_to_report_nothing_before_they_are_loaded(folder: Path, tmp_path: Path) -> None:
    code = """
import atexit, sys
def tell():
    import huggingface_hub.constants as hub
    import os
    print("told:", hub.HF_HUB_DISABLE_TELEMETRY, hub.is_offline_mode(), os.environ["GRADIO_ANALYTICS_ENABLED"])
atexit.register(tell)
"""
    done = ran(tmp_path, code, "search", "the lamp", "--corpus", folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "told: True True False"


def test_what_was_set_otherwise_is_switched_off_all_the_same() -> None:
    environ = {"GRADIO_ANALYTICS_ENABLED": "True", "HF_HUB_OFFLINE": "0", "HOME": "/nowhere"}
    silence(environ)
    assert environ == {"HF_HUB_OFFLINE": "0", "HOME": "/nowhere"} | SWITCHES
    silence(environ, offline=True)
    assert environ["HF_HUB_OFFLINE"] == "1"
