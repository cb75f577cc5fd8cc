"""Files made into articles with their spans; articles whose spans still stand are kept as they are."""

from collections.abc import Callable
from functools import partial

from corpus.document import Document
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
) -> list[CutArticle | FileFacts]:
    """The articles in order: kept as the generation before has them, or cut anew where the file has changed or the
    lines that recur at its outlet have. `each` is called with each of those, in order, `step(done, total)` every few.
    """
    lines = changed_lines(found, previous)
    anew = sorted(lines)
    documents = [_document(found.files[n], previous) for n in anew]
    todo = [(document, lines[n].recurring) for n, document in zip(anew, documents, strict=True)]
    made: dict[int, CutArticle] = {}
    for n, document, pieces in zip(
        anew, documents, crew.map(partial(cut, count_tokens, passage_tokens), todo), strict=True
    ):
        file = found.files[n]
        if len(made) % _TOLD_EVERY == 0:
            step(len(made), len(anew))
        made[n] = CutArticle(document, file.stat, file.file_digest, pieces, lines[n].keys, lines[n].recurring)
        each(made[n])
    return [_kept(file) if n not in made else made[n] for n, file in enumerate(found.files)]


def _kept(file: FileFacts | Fresh) -> FileFacts:
    assert not isinstance(file, Fresh), "what is new is cut"
    return file


def _document(file: FileFacts | Fresh, previous: Generation | None) -> Document:
    if isinstance(file, Fresh):
        return file.document
    assert previous is not None, "only a generation has unchanged files"
    return previous.document(file)
