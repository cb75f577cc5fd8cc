"""Folders of articles that the trials work on, and what has to hold of an index whatever was done to it."""

import shutil
from pathlib import Path

from running import ARTICLES

from index.audit import audit, left_behind
from index.encode import Encoder
from index.search import NewsIndex, open_index
from index.store import UNFINISHED, read_pointer
from qa.answer import ask

QUESTION = "How many years did Tom Garrow light the lamp?"
ANSWER = "31 years"
LIMIT = 20_000_000

Truth = dict[str, str]
"""The text of every article of a folder by its path, as one moment had them."""


class LostError(AssertionError):
    """Something that the index promises did not hold."""


def write_notices(folder: Path, count: int, turn: int = 0) -> None:
    """The articles of the shell's tests, which hold the answer to QUESTION, and `count` notices of a passage each."""
    for name, text in ARTICLES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for number in range(count):
        write_notice(folder, number, turn)


def write_notice(folder: Path, number: int, turn: int) -> None:
    """One notice, with words that no other has and no other turn of it had."""
    words = f"The council heard on Monday that berth{number}x{turn} needs {number + turn} new piles by spring."
    (folder / f"notice-{number:03d}.md").write_text(f"---\ntitle: Notice {number}\n---\n\n{words}\n", encoding="utf-8")


def edit(folder: Path, turn: int) -> None:
    """Change one notice, add one and remove one."""
    write_notice(folder, 0, turn)
    write_notice(folder, 900 + turn, turn)
    (folder / "notice-001.md").unlink(missing_ok=True)


def truth_of(folder: Path) -> Truth:
    """What the files hold now."""
    files = [path for path in folder.rglob("*") if path.suffix in (".md", ".txt") and ".copydesk" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def place_of(folder: Path) -> Path:
    """Where its index lies in these trials."""
    return folder / ".copydesk"


def held_truth(index: NewsIndex) -> Truth:
    """The text of every article of an index by its path."""
    return {article.path: index.text(article.row).text for article in index.articles}


def must_serve(folder: Path, encoder: Encoder, truths: list[Truth]) -> NewsIndex:
    """The folder's index, which has to be whole, to hold what one of the truths has, and to answer as that does."""
    index = open_index(folder, encoder=encoder)
    if held_truth(index) not in truths:
        raise LostError("the index serves what the folder never held")
    found = audit(folder, place_of(folder), LIMIT)
    if found.faults:
        raise LostError(f"what serves is not whole: {found.faults[0]}")
    must_answer(index)
    return index


def must_answer(index: NewsIndex) -> None:
    """Nothing, where QUESTION is answered, each citation in the words of the article that it names."""
    texts = held_truth(index)
    *_, answer = ask(QUESTION, index)
    if ANSWER not in " ".join(each.text for each in answer.statements):
        raise LostError("a known question is not answered")
    for each in answer.citations:
        if texts[each.file][each.start : each.end] != each.quote:
            raise LostError(f"a citation of {each.file} reads otherwise than its article")


def must_be_clean(folder: Path) -> None:
    """Nothing, where a build that ended has left the index folder with what serves and the generation before it."""
    place = place_of(folder)
    left = [*left_behind(place), *([UNFINISHED] if (place / UNFINISHED).exists() else [])]
    if left:
        raise LostError(f"left behind: {', '.join(left)}")


def serves(folder: Path) -> bool:
    """Whether the folder has an index."""
    return read_pointer(place_of(folder)) is not None


def copied(folder: Path, to: Path) -> Path:
    """A copy of a folder with its index, in place of what was there; files keep their times."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(folder, to))
