"""What the index before is good for, when a new one is built."""

from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import IndexFault
from index.cutting_version import cutting_digest
from index.encode import Encoder
from index.generation import Generation, load_generation
from index.place import check_owner, index_place
from index.store import OLDER, current_name


@dataclass(frozen=True, slots=True)
class Before:
    """What can be used of the index before: its articles and vectors, its vectors alone, or nothing; and why not."""

    articles: Generation | None = None
    vectors: Generation | None = None
    why: str | None = None
    first: bool = False

    @property
    def is_useless(self) -> bool:
        """Whether there is an index and nothing of it can be used: it is damaged, or another model's."""
        return not self.first and self.vectors is None


def find_before(folder: Path, place: Path, encoder: Encoder, passage_tokens: int) -> Before:
    """What can be used of the index in `place`. Raises IndexFault where it is another folder's."""
    try:
        if current_name(place) is None:
            return _beside(folder, place, encoder)
        old = load_generation(place)
    except IndexFault as error:
        return replace(without(error), vectors=_older_vectors(place, encoder))
    made = old.manifest
    check_owner(place, folder, made.folder)
    if made.model_digest != encoder.digest:
        version = f"from {made.model} to {encoder.name}" if made.model != encoder.name else "its version"
        return Before(why=f"the model changed {version}")
    if made.passage_tokens != passage_tokens:
        why = f"the passage size changed from {made.passage_tokens} to {passage_tokens} tokens"
        return Before(vectors=old, why=why)
    if made.cutting != cutting_digest():
        why = "this version of Copydesk cuts articles differently from the one that built the index"
        return Before(vectors=old, why=why)
    return Before(old, old)


def without(error: IndexFault) -> Before:
    """Nothing, because of what was found wrong with the index."""
    told, _, _ = str(error).partition("; run: ")
    return Before(why=f"the index before could not be used: {told}")


def _older_vectors(place: Path, encoder: Encoder) -> Generation | None:
    """An index in an older format, of use for its vectors."""
    try:
        old = load_generation(place, formats=OLDER)
    except IndexFault:
        return None
    return old if old.manifest.model_digest == encoder.digest and old.has_vectors else None


def _beside(folder: Path, place: Path, encoder: Encoder) -> Before:
    """The vectors of the index inside the folder, where that can only be read and a first one is built in the cache."""
    try:
        if place == index_place(folder, to_build=True) and current_name(folder / ".copydesk") is not None:
            old = load_generation(folder / ".copydesk")
            if old.manifest.model_digest == encoder.digest and old.has_vectors:
                return Before(vectors=old)
    except IndexFault:
        pass
    return Before(first=True)
