"""What was typed after `copydesk`, as a value. Imports nothing heavy, so that `--help` is instant."""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from corpus.errors import MisuseError

_EXAMPLES = """\
examples:
  copydesk                                      open the page on the sample articles
  copydesk index ~/news                         index a folder, or bring its index up to date
  copydesk ask "Who chaired the meeting?" --corpus ~/news
  copydesk serve ~/news                         open the page on it

Without a folder, the one in the settings is meant, and without that the sample articles.
Exit codes: 0 done, 1 failed, 2 called wrongly, 130 stopped by Ctrl-C.
`copydesk COMMAND --help` tells the rest."""

_INDEX_EXAMPLES = """\
examples:
  copydesk index ~/news
  copydesk index /mnt/archive --index ~/indexes/archive --json
  copydesk index ~/news --compact"""

_ASKING_EXAMPLES = """\
examples:
  copydesk {command} "Who chaired the meeting?" --corpus ~/news
  copydesk {command} "What was pledged?" --corpus ~/news --outlet "Harbour Wire" --since 2025-02-01 --json
  copydesk {command} --batch questions.jsonl --out {command}.jsonl --corpus ~/news

A batch holds one {{"id": "...", "question": "..."}} a line; each line out carries the id."""

_SERVE_EXAMPLES = """\
examples:
  copydesk serve ~/news
  copydesk serve ~/news --watch
  copydesk serve ~/news --port 8000 --no-browser
  copydesk serve ~/news --read-only --host 0.0.0.0 --auth

Beyond this machine the page is opened with a password, or with --insecure. COPYDESK_PASSWORD holds one that everybody
knows; `copydesk password NAME` makes one for each."""

_PASSWORD_EXAMPLES = """\
examples:
  mkdir -p ~/.config/copydesk
  copydesk password ann >> ~/.config/copydesk/users
  chmod 600 ~/.config/copydesk/users
  copydesk serve ~/news --auth

It is typed twice and shown nowhere; the line that is printed holds its scrypt hash."""

_VERIFY_EXAMPLES = """\
examples:
  copydesk verify ~/news
  copydesk verify ~/news --json"""

_MEASURE_EXAMPLES = """\
examples:
  copydesk measure questions.jsonl --corpus ~/news

QUESTIONS holds one JSON object a line. It needs "id" and "query"; what else it has says what is measured:
  "evidence"  words of an article that answer, as they stand there, or their place in its text:
              ["shut on Tuesday", {{"file": "velden.md", "start": 310, "end": 325}}]
  "relevant"  the articles to be found, by file name without its ending: ["velden"]
  "answers"   words that a right answer holds: ["Tuesday"]
  "type"      "unanswerable" where no article answers"""


@dataclass  # neither frozen nor with slots, since argparse fills it in attribute by attribute
class Options:
    """What was typed. None is what was not said."""

    command: str | None = None
    settings: Path | None = None
    json: bool = False
    folder: Path | None = None
    index: Path | None = None
    question: str | None = None
    questions: Path | None = None
    batch: str | None = None
    out: str | None = None
    k: int | None = None
    outlet: list[str] = field(default_factory=list)
    since: str | None = None
    until: str | None = None
    host: str | None = None
    port: int | None = None
    watch: bool | None = None
    read_only: bool | None = None
    auth: bool = False
    auth_file: Path | None = None
    allow_host: list[str] = field(default_factory=list)
    insecure: bool = False
    log_questions: Path | None = None
    name: str | None = None
    no_browser: bool = False
    compact: bool = False
    version: bool = False


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are MisuseErrors."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '?(.*?)'? \(choose from", message)
        raise MisuseError(_unknown_command(wrong[1]) if wrong else f"{message}; run: {self.prog} --help")


def _parser() -> tuple[_Parser, dict[str, _Parser]]:
    """The parser of the whole command, and those of its sub-commands by name."""
    common, page, index, asking = _common_options(), _page_options(), _index_option(), _asking_options()
    top = _Parser(
        prog="copydesk",
        description="Ask a folder of news articles. Every sentence of an answer is tied to its place in a source file.",
        epilog=_EXAMPLES,
        parents=[common, page, index],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def add(name: str, short: str, examples: str, parents: list[_Parser]) -> _Parser:
        return commands.add_parser(
            name,
            help=short,
            description=short[0].upper() + short[1:] + ".",
            epilog=examples.format(command=name),
            parents=[*parents, common],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )

    folder = _bare()
    folder.add_argument("folder", nargs="?", default=None, type=Path, metavar="FOLDER", help="the folder of articles")
    return top, {
        "index": add(
            "index",
            "index a folder, or bring its index up to date",
            _INDEX_EXAMPLES,
            [folder, index, _compact_option()],
        ),
        "search": add("search", "show the passages nearest to a question", _ASKING_EXAMPLES, [asking, index]),
        "ask": add("ask", "answer a question with cited statements", _ASKING_EXAMPLES, [asking, index]),
        "serve": add("serve", "open the page on a folder of articles", _SERVE_EXAMPLES, [folder, page, index]),
        "measure": add(
            "measure",
            "measure answers against questions with known evidence",
            _MEASURE_EXAMPLES,
            [_measure_options(), index],
        ),
        "verify": add(
            "verify", "check every file and every stored span of an index", _VERIFY_EXAMPLES, [folder, index]
        ),
        "password": add("password", "make the line that lets a user in", _PASSWORD_EXAMPLES, [_password_options()]),
    }


def _bare() -> _Parser:
    return _Parser(add_help=False, argument_default=argparse.SUPPRESS)


def _common_options() -> _Parser:
    common = _bare()
    common.add_argument("--json", action="store_true", help="print JSON on standard output")
    common.add_argument("--settings", type=Path, metavar="FILE", help="read the settings from FILE")
    return common


def _index_option() -> _Parser:
    index = _bare()
    index.add_argument("--index", type=Path, metavar="DIR", help="keep the index in DIR, not in FOLDER/.copydesk")
    return index


def _compact_option() -> _Parser:
    compact = _bare()
    compact.add_argument(
        "--compact", action="store_true", help="write all anew: nothing of removed articles stays in the index"
    )
    return compact


def _page_options() -> _Parser:
    page = _bare()
    page.add_argument("--host", help="the address to listen on (127.0.0.1: this machine alone)")
    page.add_argument("--port", type=_whole(0, 65535), help="the port to listen on (7860; 0 takes a free one)")
    page.add_argument(
        "--watch", action=argparse.BooleanOptionalAction, help="take up changes of the folder by themselves, or don't"
    )
    page.add_argument("--no-browser", action="store_true", help="don't open a browser")
    page.add_argument(
        "--read-only", action=argparse.BooleanOptionalAction, help="never build or rebuild the index, or do"
    )
    page.add_argument("--auth", action="store_true", help="ask for a user name and password")
    page.add_argument("--auth-file", type=Path, metavar="FILE", help="the users, as `copydesk password` writes them")
    page.add_argument(
        "--allow-host", action="append", metavar="NAME", help="a name the page may be called by; may be given often"
    )
    page.add_argument("--insecure", action="store_true", help="let --host open the page beyond this machine to anyone")
    page.add_argument(
        "--log-questions", type=Path, metavar="FILE", help="add each question to FILE; - is standard error"
    )
    return page


def _asking_options() -> _Parser:
    asking = _bare()
    asking.add_argument("question", nargs="?", default=None, metavar="QUESTION", help="the question, in quotes")
    asking.add_argument("--corpus", type=Path, metavar="FOLDER", dest="folder", help="the folder of articles")
    asking.add_argument("--k", type=_whole(1, 1000), metavar="N", help="how many passages (10)")
    asking.add_argument(
        "--outlet", action="append", metavar="NAME", help="only this outlet; may be given several times"
    )
    asking.add_argument("--since", metavar="DATE", help="only articles of this day or later, as 2025-02-12")
    asking.add_argument("--until", metavar="DATE", help="only articles of this day or earlier")
    asking.add_argument("--batch", metavar="FILE", help="questions, one JSON object a line; - is standard input")
    asking.add_argument(
        "--out", metavar="FILE", help="where a batch's answers go; without it, or with -, standard output"
    )
    return asking


def _measure_options() -> _Parser:
    measure = _bare()
    measure.add_argument(
        "questions", nargs="?", default=None, type=Path, metavar="QUESTIONS", help="a .jsonl file of questions"
    )
    measure.add_argument("--corpus", type=Path, metavar="FOLDER", dest="folder", help="the folder of articles")
    measure.add_argument("--k", type=_whole(1, 1000), metavar="N", help="how many passages (10)")
    return measure


def _password_options() -> _Parser:
    password = _bare()
    password.add_argument("name", nargs="?", default=None, metavar="NAME", help="the name of the user")
    password.add_argument("--auth-file", type=Path, metavar="FILE", help="the file that the line is to be added to")
    return password


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(typed: str) -> int:
        if not (typed.isascii() and typed.isdigit() and low <= int(typed) <= high):
            raise argparse.ArgumentTypeError(f"{typed!r} is not a whole number from {low} to {high}")
        return int(typed)

    return read


def parse(argv: Sequence[str]) -> Options:
    """What was typed. Raises MisuseError, and SystemExit after --help and --version."""
    top, by_name = _parser()
    first = next((n for n, typed in enumerate(argv) if not typed.startswith("-")), len(argv))
    _refuse_unknown(argv[:first], top)  # argparse would take the value of an unknown option for a command
    options = Options()
    _, extra = top.parse_known_args(argv, options)
    if options.version:
        print(f"copydesk {_version()}")
        raise SystemExit(0)
    parser = by_name.get(options.command or "", top)
    _refuse_unknown(extra, parser)
    if extra:
        quotes = " (put a question in quotes)" if options.command in ("ask", "search") else ""
        raise MisuseError(f"unexpected argument {extra[0]!r}{quotes}; run: {parser.prog} --help")
    return options


def _refuse_unknown(typed: Sequence[str], parser: _Parser) -> None:
    """Raise MisuseError for the first option that the parser does not know, with the nearest that it does."""
    known = [*re.findall(r"(?<![\w-])--[a-z][a-z-]*", parser.format_usage()), "--help", "-h"]
    for option in (each.split("=", 1)[0] for each in typed if each.startswith("-")):
        if option not in known:
            near = get_close_matches(option, known, n=1, cutoff=0.7)
            hint = f"did you mean {near[0]}?" if near else f"run: {parser.prog} --help"
            raise MisuseError(f"unknown option {option}; {hint}")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("copydesk")
    except PackageNotFoundError:
        return "(not installed)"


def _unknown_command(typed: str) -> str:
    names = ("index", "search", "ask", "serve", "measure", "verify", "password")
    near = get_close_matches(typed, names, n=1, cutoff=0.5)
    if near:
        return f"unknown command {typed!r}; did you mean: copydesk {near[0]}?"
    if Path(typed).is_dir():
        return f"unknown command {typed!r}; to open that folder run: copydesk serve {typed}"
    return f"unknown command {typed!r}; the commands are {', '.join(names)}; run: copydesk --help"
