"""What is wrong with an index, said so that its owner can mend it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import IndexFault


class DamagedIndex(IndexFault):
    """A file of the index is not as it was written; a build that does not use it mends that."""


def damaged(place: Path, path: Path, reason: str) -> DamagedIndex:
    """The error for a file or folder of a generation that is not as it was written."""
    return DamagedIndex(f"{path}: the index is damaged (it {reason}); {rebuild_hint(place)}")


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """A block that works in the index folder; what the system refuses there is told as an IndexFault."""
    try:
        yield
    except BrokenPipeError:  # of somebody who was told of the progress
        raise
    except OSError as error:
        raise unwritable(place, error) from error


def unwritable(place: Path, error: OSError) -> IndexFault:
    """The error for an index folder in which something can't be read or written."""
    reason = error.strerror or str(error)
    return IndexFault(
        f"{place}: the index can't be read or written ({reason}); mend that, "
        "or name a place you may write to with --index DIR"
    )


def rebuild_hint(place: Path) -> str:
    """The command that makes the index anew."""
    return f"run: copydesk index {place.parent if place.name == '.copydesk' else f'FOLDER --index {place}'}"
