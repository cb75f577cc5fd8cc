"""What is wrong with an index, said so that its owner can mend it."""

from pathlib import Path

from corpus.errors import IndexFault


def damaged(place: Path, path: Path, reason: str) -> IndexFault:
    """The error for a file or folder of a generation that is not as it was written."""
    return IndexFault(f"{path}: the index is damaged (it {reason}); {rebuild_hint(place)}")


def unwritable(place: Path, error: OSError) -> IndexFault:
    """The error for an index folder that can't be written."""
    reason = error.strerror or str(error)
    return IndexFault(f"{place}: the index can't be written ({reason}); name a place you may write to with --index DIR")


def rebuild_hint(place: Path) -> str:
    """The command that makes the index anew."""
    return f"run: copydesk index {place.parent if place.name == '.copydesk' else f'FOLDER --index {place}'}"
