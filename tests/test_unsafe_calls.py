"""What no file of the project may do, held by reading it: unpickle, run text as code, start a shell, ask a network."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for layer in ("corpus", "index", "qa") for path in (ROOT / layer).glob("*.py"))
PICKLES = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg"}
SHELLS = {"subprocess", "pty", "commands", "popen2"}
CLIENTS = {"requests", "httpx", "httpx2", "urllib3", "aiohttp", "safehttpx", "ftplib", "smtplib", "http", "xmlrpc"}
CLIENTS |= {"urllib.request", "urllib.error", "huggingface_hub", "socketserver", "telnetlib", "imaplib", "poplib"}
NO_CLIENTS = ("http.cookies.", "http.HTTPStatus", "http.HTTPMethod")  # what is of use without asking anyone
ASKS_A_HUB = "index/any_model.py"  # the one file that may, when the user named a model of the hub's
SAFE_YAML = {"BaseLoader", "CBaseLoader", "SafeLoader", "CSafeLoader"}
CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "compile": "makes code of text",
    "__import__": "imports by a name made at run time",
    "os.system": "starts a shell",
    "os.popen": "starts a shell",
    "asyncio.create_subprocess_shell": "starts a shell",
    "torch.load": "unpickles",
    "torch.jit.load": "runs a model's code",
    "tempfile.mktemp": "names a file that somebody else may make first",
    "yaml.unsafe_load": "runs what a document says",
    "yaml.full_load": "makes objects of what a document says",
    "builtins.eval": "runs text as code",
    "builtins.exec": "runs text as code",
    "importlib.import_module": "imports by a name made at run time",
    "pandas.read_pickle": "unpickles",
}
SHORT = {"np": "numpy", "pd": "pandas"}


def dotted(node: ast.expr) -> str:
    """The name that an expression spells, or ""."""
    if isinstance(node, ast.Name):
        return SHORT.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def is_constant(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def called(node: ast.Call) -> Iterator[str]:
    """What is wrong with one call."""
    name = dotted(node.func)
    named = {each.arg: each.value for each in node.keywords if each.arg}
    if name in CALLS:
        yield f"{name} {CALLS[name]}"
    if name.startswith(("os.exec", "os.spawn", "os.posix_spawn")):
        yield f"{name} starts a program"
    if name == "numpy.load" and not is_constant(named.get("allow_pickle"), False):
        yield f"{name} without allow_pickle=False"
    if name in ("yaml.load", "yaml.load_all", "yaml.scan", "yaml.parse", "yaml.compose"):
        loader = dotted(named.get("Loader") or (node.args[1] if len(node.args) > 1 else ast.Name(id="")))
        if loader.removeprefix("yaml.") not in SAFE_YAML:
            yield f"{name} with no safe loader"
    for word, wrong in (("shell", True), ("verify", False), ("trust_remote_code", True), ("allow_pickle", True)):
        if is_constant(named.get(word), wrong):
            yield f"{word}={wrong}"
    if name.split(".")[-1] == "SentenceTransformer" and not is_constant(named.get("trust_remote_code"), False):
        yield "a model is loaded without trust_remote_code=False"


def unsafe(code: str, path: str) -> list[str]:
    """What a file does that it may not."""
    found = []
    for node in ast.walk(ast.parse(code)):
        modules: set[str] = set()
        if isinstance(node, ast.Import):
            modules = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in modules if not name.startswith(NO_CLIENTS)}
            modules |= {node.module} if modules else set()
        heads = {name.split(".")[0] for name in modules}
        found += [f"imports {each}" for each in sorted(heads & (PICKLES | SHELLS))]
        if path != ASKS_A_HUB:
            found += [f"imports {each}" for each in sorted((heads | modules) & CLIENTS)]
        found += [f"imports {each}" for each in sorted(modules & CALLS.keys())]
        if isinstance(node, ast.Call):
            found += called(node)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_does_nothing_unsafe(path: Path) -> None:
    assert unsafe(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import marshal",
        "eval('1')",
        "exec(text)",
        "compile(text, '', 'exec')",
        "import os\nos.system('ls')",
        "from os import system",
        "import subprocess",
        "run('ls', shell=True)",
        "os.execv(path, words)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.load(text, yaml.UnsafeLoader)",
        "yaml.unsafe_load(text)",
        "np.load(path)",
        "numpy.load(path, allow_pickle=True)",
        "torch.load(path, weights_only=True)",
        "tempfile.mktemp()",
        "get(address, verify=False)",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import http",
        "import http.client",
        "import http.cookies, http.client",
        "from http import client",
        "from http import HTTPStatus, client",
        "from http import *",
        "from http.client import HTTPConnection",
        "from http.cookiejar import CookieJar",
        "import urllib.request",
        "import httpx",
        "from huggingface_hub import HfApi",
        "SentenceTransformer(name)",
        "SentenceTransformer(name, trust_remote_code=True)",
    ],
)
def test_what_is_unsafe_is_seen(code: str) -> None:
    assert unsafe(code, "qa/some.py")


@pytest.mark.parametrize(
    "code",
    [
        "import re\nre.compile('x')",
        "from urllib.parse import urlencode",
        "from http.cookies import CookieError, SimpleCookie",
        "from http import HTTPStatus",
        "yaml.load(text, Loader=yaml.BaseLoader)",
        "np.load(path, mmap_mode='r', allow_pickle=False)",
        "SentenceTransformer(folder, trust_remote_code=False)",
    ],
)
def test_what_is_safe_is_left_alone(code: str) -> None:
    assert unsafe(code, "qa/some.py") == []


def test_only_one_file_asks_a_hub() -> None:
    code = (ROOT / ASKS_A_HUB).read_text(encoding="utf-8")
    assert unsafe(code, ASKS_A_HUB) == []
    assert set(unsafe(code, "index/other.py")) == {"imports huggingface_hub"}
