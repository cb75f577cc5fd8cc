"""Files made into articles with their spans; articles whose spans still stand are kept as they are."""

from collections.abc import Callable
from functools import partial

from corpus.document import Document, Unreadable
from corpus.passages import TokenCounter
from index.articles import CutArticle
from index.changes import Fresh, Survey
from index.crew import Crew
from index.cut import cut
from index.files import FileFacts
from index.generation import Generation
from index.outlet_lines import changed_lines

_TOLD_EVERY = 16


def cut_files(
    found: Survey,
    previous: Generation | None,
    count_tokens: TokenCounter,
    passage_tokens: int,
    crew: Crew,
    step: Callable[[int, int], None],
    each: Callable[[CutArticle], None] = lambda _: None,
) -> tuple[list[CutArticle | FileFacts], Survey]:
    """The articles in order, and what was found without those that could not be cut.

    An article is kept as the generation before has it, or cut anew where the file has changed or the lines that recur
    at its outlet have. `each` is called with each that was cut, in order, `step(done, total)` every few.
    """
    lines = changed_lines(found, previous)
    anew = sorted(lines)
    documents = [_document(found.files[n], previous) for n in anew]
    todo = [(document, lines[n].recurring) for n, document in zip(anew, documents, strict=True)]
    made: dict[int, CutArticle] = {}
    lost: list[Unreadable] = []
    pieces_made = crew.map(partial(cut, count_tokens, passage_tokens), todo, _lost, _weight)
    for n, document, pieces in zip(anew, documents, pieces_made, strict=True):
        if isinstance(pieces, Unreadable):
            lost.append(pieces)
            continue
        file = found.files[n]
        if len(made) % _TOLD_EVERY == 0:
            step(len(made), len(anew))
        made[n] = CutArticle(document, file.stat, file.file_digest, pieces, lines[n].keys, lines[n].recurring)
        each(made[n])
    there = [n for n in range(len(found.files)) if n in made or n not in lines]
    cuts = [_kept(found.files[n]) if n not in made else made[n] for n in there]
    return cuts, found.without(lost) if lost else found


def _weight(given: tuple[Document, frozenset[str]]) -> int:
    return len(given[0].text)


def _lost(given: tuple[Document, frozenset[str]], why: str) -> Unreadable:
    return Unreadable(given[0].path, why)


def _kept(file: FileFacts | Fresh) -> FileFacts:
    assert not isinstance(file, Fresh), "what is new is cut"
    return file


def _document(file: FileFacts | Fresh, previous: Generation | None) -> Document:
    if isinstance(file, Fresh):
        return file.document
    assert previous is not None, "only a generation has unchanged files"
    return previous.document(file)
