"""Copydesk: its command line, run in this process as the console command runs it, and its search from Python."""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import peer

sys.path.insert(0, str(Path(__file__).parents[3]))


def index(folder: Path, _store: Path) -> dict[str, Any]:
    report = _command("index", str(folder), "--json")
    return {key: report[key] for key in ("passages", "embedded")}


def changed(folder: Path, store: Path, _file: str) -> dict[str, Any]:
    return index(folder, store)  # it finds out itself which file


def open_index(folder: Path, _store: Path) -> peer.Search:
    if sys.argv[1] in ("cold", "found"):  # what somebody at the shell waits for
        return lambda question: _command("search", question, "--corpus", str(folder), "--json")["passages"]
    from index.search import open_index

    opened = open_index(folder)

    def search(question: str) -> list[dict[str, Any]]:
        return [
            {
                "text": hit.text,
                "title": hit.article.metadata.title,
                "source": hit.article.metadata.source,
                "published": hit.article.metadata.published,
            }
            for hit in opened.search(question, peer.K)
        ]

    return search


def _command(*arguments: str) -> Any:
    from qa.cli import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(list(arguments))
    if code:
        sys.exit(f"copydesk {arguments[0]} ended with {code}")
    return json.loads(printed.getvalue())


if __name__ == "__main__":
    peer.run(peer.Peer(index, open_index, None, index, changed))
