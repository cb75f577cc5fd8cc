"""Which of the ranked sentences become the statements of an answer, and where else each of them stands: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.facts import facts
from qa.same import NOTHING_NEW, carries, share
from qa.select import Candidate

MOST_STATEMENTS = 5
FLOOR = 0.65
"""A sentence this far below the best one, as a share of its score, is no answer any more. Of 200 SQuAD questions .955
find the answer in 2.5 statements on average; .55 takes 3.3 for as many, .75 finds it in 1.9 for .945."""
LOOK_AT = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that answers, and the sentences of other articles that say the same, one an article, by rank."""

    best: Candidate
    also: tuple[Candidate, ...]


def choose(
    ranked: Sequence[Candidate], outlets: Sequence[tuple[str, ...]] = (), most: int = MOST_STATEMENTS
) -> list[Choice]:
    """One to `most` sentences, best first, none of which repeats another; empty only where nothing is ranked.

    Where the question names two outlets or more, the best sentence of each comes first.
    """
    left = list(ranked[:LOOK_AT])
    chosen: list[Choice] = []
    wanted = list(outlets) if len(outlets) > 1 else []
    while left and len(chosen) < most:
        best = _next(left, chosen, wanted)
        if best is None:
            break
        wanted = [group for group in wanted if best.hit.article.metadata.source not in group]
        chosen.append(Choice(best, _also(best, ranked)))
        left = _with_more_to_say(left, chosen)
    return chosen


def _next(left: Sequence[Candidate], chosen: Sequence[Choice], wanted: Sequence[tuple[str, ...]]) -> Candidate | None:
    asked_for = [one for one in left if any(one.hit.article.metadata.source in group for group in wanted)]
    best = max(asked_for or left, key=lambda one: one.score)
    return best if asked_for or not chosen or best.score >= FLOOR * chosen[0].best.score else None


def _also(best: Candidate, ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    found: dict[int, Candidate] = {}
    for one in ranked:
        row = one.hit.article.row
        if row != best.hit.article.row and row not in found and carries(one.text, best.text):
            found[row] = one
    return tuple(found.values())


def _with_more_to_say(left: Sequence[Candidate], chosen: Sequence[Choice]) -> list[Candidate]:
    """Those that neither carry the latest choice nor are carried by it, nor hold only what the chosen hold."""
    latest = chosen[-1].best.text
    said = frozenset[str]().union(*(facts(each.best.text).matter for each in chosen))
    terms = frozenset(stem for each in chosen for stem in each.best.own)
    return [
        one
        for one in left
        if not carries(one.text, latest)
        and not carries(latest, one.text)
        and not (one.own.keys() <= terms and share(facts(one.text).matter, said) >= NOTHING_NEW)
    ]
