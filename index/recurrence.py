"""Which lines recur across an outlet's stories (corpus/recurring.py says when one does), told of their numbers. Pure.

Tests hold it to a plain way of finding them. All outlets are gone through at once, in arrays.
"""

import numpy as np
from numpy.typing import NDArray

from corpus.recurring import SAME_STORY_SHARE, joined_pages, least_and_share
from index.line_keys import BETWEEN_PARAGRAPHS, IN_PARAGRAPH, KIND_BITS, Keys

Numbers = NDArray[np.int64]


def recurring(page: Numbers, keys: Keys, outlet: Numbers, unknown: int) -> NDArray[np.bool_]:
    """Which of the lines stand by themselves and recur at the outlet of their page.

    `page` gives each line's page and rises; `outlet` gives each page's outlet, whose number is `unknown` where that is
    not known. Pages of one outlet are in the order of their paths.
    """
    kind = (keys & ((1 << KIND_BITS) - 1)).astype(np.int64)
    words = keys >> np.uint64(KIND_BITS)
    in_paragraph = kind == IN_PARAGRAPH
    story = _stories(page[in_paragraph], words[in_paragraph], outlet)
    found = np.zeros(len(keys), bool)
    lines = np.flatnonzero(~in_paragraph)
    if len(lines) == 0:
        return found
    of, said = outlet[page[lines]], words[lines]
    order = np.lexsort((story[page[lines]], said, of))
    lines, of, said, told = lines[order], of[order], said[order], story[page[lines[order]]]
    first = np.concatenate([[True], (of[1:] != of[:-1]) | (said[1:] != said[:-1])])
    group = np.cumsum(first) - 1
    another = first.copy()
    another[1:] |= told[1:] != told[:-1]
    seen = np.bincount(group[another])
    between = np.bincount(group, np.where(kind[lines] == BETWEEN_PARAGRAPHS, 1, -1)) >= 0
    many = _many(seen, between, of[first], _counted(story, outlet), unknown)
    found[lines] = many[group] & (kind[lines] != BETWEEN_PARAGRAPHS)
    return found


def _many(seen: Numbers, between: NDArray[np.bool_], of: Numbers, totals: Numbers, unknown: int) -> NDArray[np.bool_]:
    many = np.zeros(len(seen), bool)
    for is_between in (True, False):
        for is_known in (True, False):
            least, share = least_and_share(known=is_known, between=is_between)
            these = (between == is_between) & ((of != unknown) == is_known)
            many[these] = (seen[these] >= least) & (seen[these] >= share * totals[of[these]])
    return many


def _counted(story: Numbers, outlet: Numbers) -> Numbers:
    """How many stories each outlet has."""
    return np.bincount(np.unique(outlet * len(story) + story) // max(1, len(story)))


def _stories(page: Numbers, words: NDArray[np.uint64], outlet: Numbers) -> Numbers:
    """For each page the number of the story that it tells: near-copies share one."""
    order = np.lexsort((words, outlet[page]))  # stable: pages of one paragraph stay in their order
    pages, said = page[order], words[order]
    next_to = (said[1:] == said[:-1]) & (outlet[pages[1:]] == outlet[pages[:-1]])
    pairs = pages[:-1][next_to] * len(outlet) + pages[1:][next_to]
    shared, common = np.unique(pairs, return_counts=True)
    one, other = np.divmod(shared, max(1, len(outlet)))
    paragraphs = np.bincount(page, minlength=len(outlet))
    same = common >= SAME_STORY_SHARE * np.minimum(paragraphs[one], paragraphs[other])
    return np.asarray(joined_pages(len(outlet), zip(one[same].tolist(), other[same].tolist(), strict=True)), np.int64)
