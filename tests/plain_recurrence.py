"""Which lines recur at an outlet, found in the plain way: what the product's arrays are held to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from corpus.recurring import BETWEEN, MIN_STORIES, PARAGRAPH, SAME_STORY_SHARE, joined_pages, least_and_share


def recurring_lines(keys: Iterable[tuple[str, str | None, frozenset[str]]]) -> dict[str | None, frozenset[str]]:
    """By outlet, the lines that recur across many of its stories, from every document's path, outlet and line keys."""
    pages: dict[str | None, list[tuple[str, frozenset[str]]]] = {}
    for path, outlet, lines in keys:
        pages.setdefault(outlet, []).append((path, lines))
    return {outlet: _recurring([lines for _, lines in sorted(of)], outlet) for outlet, of in pages.items()}


def _recurring(pages: Sequence[frozenset[str]], outlet: str | None) -> frozenset[str]:
    if len(pages) < MIN_STORIES:
        return frozenset()
    story_of = _stories(pages)
    stories: dict[str, set[int]] = {}
    between: Counter[str] = Counter()
    for page, lines in enumerate(pages):
        for key in lines:
            if not key.startswith(PARAGRAPH):
                bare = key.removeprefix(BETWEEN)
                stories.setdefault(bare, set()).add(story_of[page])
                between[bare] += 1 if key.startswith(BETWEEN) else -1
    total = len(set(story_of))
    return frozenset(key for key, seen in stories.items() if _many(len(seen), total, outlet, between=between[key] >= 0))


def _many(seen: int, total: int, outlet: str | None, *, between: bool) -> bool:
    least, share = least_and_share(known=outlet is not None, between=between)
    return seen >= least and seen >= share * total


def _stories(pages: Sequence[frozenset[str]]) -> list[int]:
    """For each page the number of the story that it tells: near-copies share one.

    Pages are compared along the list of pages that hold a paragraph, each with the next, so that the time is in
    proportion to the number of lines.
    """
    holders: dict[str, list[int]] = {}
    for page, lines in enumerate(pages):
        for key in lines:
            if key.startswith(PARAGRAPH):
                holders.setdefault(key, []).append(page)
    shared = Counter(pair for holding in holders.values() for pair in pairwise(holding))
    paragraphs = [sum(key.startswith(PARAGRAPH) for key in lines) for lines in pages]
    return joined_pages(
        len(pages),
        (
            (one, other)
            for (one, other), common in sorted(shared.items())
            if common >= SAME_STORY_SHARE * min(paragraphs[one], paragraphs[other])
        ),
    )
