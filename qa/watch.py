"""A folder watched, so that its index follows the files by itself. The only file that knows watchfiles."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from corpus.document import Unreadable
from corpus.errors import CorpusError
from corpus.listing import FORMATS, FileStat, list_files
from index.search import NewsIndex
from qa.desk import Building, Desk

QUIET_SECONDS = 1.5
"""So long nothing has changed when a build begins: a copy or a download is then over, most often."""
PATIENCE_SECONDS = 10.0
"""After so long of changes a build begins all the same."""

_LOOK_MS = 500
_STEP_MS = 250  # how fast closing is seen
_POLL_MS = 1_000  # where a file system can't notify: each look goes through the whole folder

Listing = frozenset[FileStat | Unreadable]


def keep_up(desk: Desk, tell: Callable[[str], None], closing: Event) -> None:
    """Nothing, once `closing` is set: until then the index is rebuilt whenever the files of the desk's folder changed.

    Where the folder can't be watched, or not any more, `tell` gets a line on why, and that is the end of it.
    """
    try:
        _follow(desk, closing)
    except CorpusError as error:
        tell(f"{error}, so it is not watched; press Rebuild on the page when it is back, or start again")
    except (OSError, RuntimeError) as error:  # watchfiles raises both, and tells the system's reason in words only
        reason = re.sub(r'\.? about \["(.*?)"\].*', r": \1", str(error))
        more = "raise fs.inotify.max_user_watches" if "watch limit" in reason else "mend that"
        tell(f"{desk.folder}: can't be watched ({reason}); {more} and start again, or press Rebuild after changes")


def _follow(desk: Desk, closing: Event) -> None:
    before: Listing | None = None
    since: float | None = time.monotonic()  # as if something had changed: it may have, before the start
    latest = time.monotonic()
    for changed in _looks(desk.folder, closing):
        now = time.monotonic()
        if changed:
            since, latest = now if since is None else since, now
        if since is None or (now - latest < QUIET_SECONDS and now - since < PATIENCE_SECONDS):
            continue
        if isinstance(desk.job, Building):  # which may have passed by what changed: look once it has ended
            continue
        listing = _listing(desk.folder)
        if _is_news(listing, before, desk.index()) and not desk.rebuild():
            continue
        before, since = listing, None


def _looks(folder: Path, closing: Event) -> Iterator[bool]:
    """Twice a second whether something changed that may matter. Raises CorpusError once the folder is gone."""
    import watchfiles

    while not closing.is_set():
        root, watched = folder.resolve(), _identity(folder)
        for changes in watchfiles.watch(
            root,
            watch_filter=None,
            debounce=_LOOK_MS,
            step=_STEP_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=closing,
            raise_interrupt=False,
            poll_delay_ms=_POLL_MS,
        ):
            yield any(_may_matter(root, path) for _, path in changes)
            if _identity(folder) != watched:  # another folder was put in its place: watch that one
                yield True
                break


def _identity(folder: Path) -> tuple[int, int]:
    try:
        status = folder.stat()
    except OSError as error:
        raise CorpusError(f"{folder}: is not there any more ({error.strerror})") from None
    return status.st_dev, status.st_ino


def _may_matter(root: Path, path: str) -> bool:
    """Whether a change there can change an article: not in what is hidden, and not in a file of another kind.

    What is gone may have been a folder of articles, and so may what came.
    """
    changed = Path(path)
    if any(part.startswith(".") for part in changed.parts[len(root.parts) :]):
        return False
    return changed.suffix.lower() in FORMATS or not changed.is_file()


def _listing(folder: Path) -> Listing:
    try:
        return frozenset(list_files(folder))
    except CorpusError:  # no article is left; a build tells that, as it does when a person starts it
        return frozenset()


def _is_news(listing: Listing, before: Listing | None, index: NewsIndex | None) -> bool:
    """Whether the files differ from those of the index, skipped ones from those that were there `before`.

    So a change that a build has already taken up, whoever started it, is no news.
    """
    if listing == before:
        return False
    if index is None:
        return True
    skipped = {each.path for each in index.skipped}
    return listing != {*index.files(), *(each for each in before or listing if each.path in skipped)}
