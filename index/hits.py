"""The values that flow out of index/: articles as stored, what to search among, and hits."""

from dataclasses import dataclass, field

from corpus.document import Furniture, Metadata, Span


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One article of a generation. `row` tells it from the others of its index; `digest` is the SHA-256 of its text."""

    row: int
    path: str
    digest: str
    format: str
    metadata: Metadata
    characters: int

    @property
    def name(self) -> str:
        """The headline, or the file's name where no headline is known."""
        return self.metadata.title or self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article's text with the spans found in it, as indexed."""

    text: str
    sentences: tuple[Span, ...]
    furniture: tuple[Furniture, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """What to search among: outlets by name (empty: all) and a range of dates, both ends included, `YYYY-MM-DD`.

    An article whose outlet or date is unknown is left out by a filter on it. The outlet None in `outlets` stands for
    articles whose outlet is unknown.
    """

    outlets: frozenset[str | None] = field(default_factory=frozenset)
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """Where else a passage stands in nearly the same words with the same figures: `start` to `end` of an article."""

    article: StoredArticle
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its rank (from 1) and score (higher is better, 0 to 1).

    `text` is the article's `text[start:end]`. `words` and `meaning` are the two normalised scores that were fused;
    `cosine` is the raw cosine of question and passage, `bm25` the raw BM25 score. `copies` are near-copies of it in
    other articles, best first; none of them is a hit of its own.
    """

    rank: int
    score: float
    article: StoredArticle
    start: int
    end: int
    text: str
    words: float
    meaning: float
    cosine: float
    bm25: float
    copies: tuple[Copy, ...] = ()
