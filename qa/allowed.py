"""What of this server may be asked for at all: methods, paths and queries that the page uses. All else is not there."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

JOIN = "/gradio_api/queue/join"
CANCEL = "/gradio_api/cancel"
DATA = "/gradio_api/queue/data"
HEARTBEAT = "/gradio_api/heartbeat/"

SESSION = r"[A-Za-z0-9_-]{1,64}"
_FILE = r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}/){0,4}[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: a method, the pattern of a whole path once decoded, the query's names, and what a stranger gets."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    serves: str = ""


WAYS = (
    Way("GET", r"/", (), "the page, the same for everyone, with no article, question or answer in it"),
    Way("GET", r"/favicon\.ico", (), "the icon"),
    Way("GET", r"/copydesk/[A-Za-z0-9_.-]{1,64}", (), "the page's own style sheets, script and icon"),
    Way("GET", r"/article/[^/\\\x00-\x20]{1,128}", ("start", "end", "file"), "an indexed article, by its digest"),
    Way("GET", r"/theme\.css", ("v",), "gradio's colours"),
    Way("GET", r"/manifest\.json", (), "the page's name and icons, for a browser that installs it"),
    Way("GET", rf"/assets/{_FILE}", (), "files of gradio's package: scripts and style sheets"),
    Way("GET", rf"/static/{_FILE}", (), "files of gradio's package: fonts and pictures"),
    Way("GET", r"/gradio_api/app_id", (), "a random number of this start, by which a page sees a restart"),
    Way("GET", rf"{HEARTBEAT}{SESSION}", (), "the word ALIVE, for as long as a page is open"),
    Way("GET", DATA, ("session_hash",), "what was asked under the caller's own session"),
    Way("POST", JOIN, (), "the number under which a question was taken up"),
    Way("POST", CANCEL, (), "success, whether or not there was something of the caller's own to stop"),
    Way(
        "POST", r"/gradio_api/reset", (), "success: gradio's script calls it beside the one above, and it does nothing"
    ),
)
"""Found by using every feature of the page in a browser; a test does so again."""

_PATTERNS = tuple((way, re.compile(way.path)) for way in WAYS)


def way_in(method: str, path: str) -> Way | None:
    """The way that a request takes, or None where there is none. HEAD goes where GET goes."""
    asked = "GET" if method == "HEAD" else method
    return next((way for way, pattern in _PATTERNS if way.method == asked and pattern.fullmatch(path)), None)


def known_query(way: Way, query: bytes) -> bytes:
    """The query without the names that nobody here reads, so that nothing behind can be asked by them."""
    if not query or not way.query:
        return b""
    kept = [(name, value) for name, value in parse_qsl(query.decode("latin-1"), True) if name in way.query]
    return urlencode(kept).encode("ascii")
