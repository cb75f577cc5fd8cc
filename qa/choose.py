"""Which of the ranked sentences become the statements of an answer, and where else each of them stands: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.along import explains, lacks_reason
from qa.facts import facts
from qa.questions import Question
from qa.quotations import joined
from qa.same import NOTHING_NEW, carries, dispute, share
from qa.select import Candidate, Texts

MOST_STATEMENTS = 5
FLOOR = 0.65
"""A sentence this far below the best one, as a share of its score, is no answer any more. On a tenth of SQuAD's
development questions and a quarter of MultiHop-RAG's .65, .7 and .75 took 2.9, 2.6 and 2.4 statements (of SQuAD) to
find as many answers in the first three and .843, .843 and .838 of MultiHop-RAG's evidence; .7 loses one of the 76
questions on the five articles."""
NAMES_FLOOR = 0.85
"""The same for one that tells nothing of what is asked, where the best tells some of it and is nearer in meaning; .9
loses an answer of SQuAD's."""
HALF = 0.5
"""How far a statement has to hold the kind of thing asked for where the first holds it whole. On a quarter of SQuAD's
development questions it takes 2.42 statements for 2.48, on the same .928 with the answer among them."""
LOOK_AT = 40
SAID_BELOW = 0.5
"""The share of a heading's words, by rarity, that a sentence of its article needs to stand for it."""
_EXPLAINED = 2
"""How many of the first statements are looked behind for a reason."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that answers, and the sentences of other articles that say the same, one an article, by rank."""

    best: Candidate
    also: tuple[Candidate, ...]


Side = tuple[str, ...] | frozenset[str]
"""One of those that a question compares: the names of an outlet, or the stems of a name."""


def choose(
    ranked: Sequence[Candidate],
    outlets: Sequence[tuple[str, ...]] = (),
    sides: Sequence[frozenset[str]] = (),
    named: frozenset[str] = frozenset(),
    most: int = MOST_STATEMENTS,
) -> list[Choice]:
    """One to `most` sentences, best first, none of which repeats another; empty only where nothing is ranked.

    Where the question names two outlets or more, or compares those whose stems are its `sides`, the best sentence of
    each comes first. Where the best speaks of one of those `named` (stems), the others do too. A headline is left out
    where anything else is found, and any heading where a sentence of its article says it.
    """
    left = [one for one in ranked[:LOOK_AT] if not _is_said_below(one, ranked)]
    left = [one for one in left if not _is_headline(one)] or left
    chosen: list[Choice] = []
    wanted: list[Side] = list(outlets) if len(outlets) > 1 else list(sides)
    while left and len(chosen) < most:
        best = _next(left, chosen, wanted)
        if best is None:
            break
        wanted = [side for side in wanted if not _is_of(best, side)]
        chosen.append(Choice(best, _also(best, ranked)))
        left = [one for one in _with_more_to_say(left, chosen) if _is_to_the_point(one, chosen[0].best, named)]
    return chosen


def with_reasons(
    question: Question, chosen: Sequence[Choice], ranked: Sequence[Candidate], texts: Texts
) -> list[Choice]:
    """The choices; where the question asks why, with the sentence behind each of the first that gives no reason and
    ends its paragraph, if that reads like one."""
    if question.kind != "why":
        return list(chosen)
    by_place = {one.place: one for one in ranked}
    found: list[Choice] = []
    for at, choice in enumerate(chosen):
        found.append(choice)
        row, number = choice.best.place
        behind = by_place.get((row, number + 1))
        if at >= _EXPLAINED or behind is None or behind.place in {one.best.place for one in chosen}:
            continue
        if lacks_reason(choice.best.text) and explains(behind.text) and not joined(texts(row), number, number + 1):
            found.append(Choice(behind, _also(behind, ranked)))
    return found[:MOST_STATEMENTS]


def _is_to_the_point(one: Candidate, best: Candidate, named: frozenset[str]) -> bool:
    """False if the best sentence holds the kind of thing asked for and this one does not, or if the best speaks of one
    of those that the question names and this one, and what stands around it, does not."""
    if best.answer == 1.0 and one.answer < HALF:
        return False
    return not named & best.shared or bool(named & (one.shared | facts(one.before).stems))


def _is_headline(one: Candidate) -> bool:
    """True for the headline of an article, or a heading within it as Markdown marks it."""
    title = one.hit.article.metadata.title
    return one.text.startswith("#") or (title is not None and one.text.strip() == title.strip())


def _is_said_below(one: Candidate, ranked: Sequence[Candidate]) -> bool:
    """True if the sentence is a heading and another of its article holds what it has of the question."""
    held = facts(one.text)
    return held.heading and any(
        other.place != one.place
        and other.hit.article.row == one.hit.article.row
        and not facts(other.text).heading
        and one.own.keys() <= other.own.keys() | other.around.keys()
        and share(held.matter, facts(other.text).matter) >= SAID_BELOW
        for other in ranked[:LOOK_AT]
    )


def _is_of(one: Candidate, side: Side) -> bool:
    """True if the sentence is from one of the outlets, or speaks of whom the stems name."""
    if isinstance(side, tuple):
        return one.hit.article.metadata.source in side
    return not side.isdisjoint(facts(one.text).stems | facts(one.before).stems)


def _next(left: Sequence[Candidate], chosen: Sequence[Choice], wanted: Sequence[Side]) -> Candidate | None:
    asked_for = [one for one in left if any(_is_of(one, side) for side in wanted)]
    best = max(asked_for or left, key=lambda one: one.score)
    if asked_for or not chosen:
        return best
    first = chosen[0].best
    behind = best.relation == 0.0 < first.relation and best.meaning < first.meaning
    floor = NAMES_FLOOR if behind else FLOOR
    return best if best.score >= floor * first.score else None


def _also(best: Candidate, ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    found: dict[int, Candidate] = {}
    for one in ranked:
        row = one.hit.article.row
        if row != best.hit.article.row and row not in found and carries(one.text, best.text):
            found[row] = one
    return tuple(found.values())


def _with_more_to_say(left: Sequence[Candidate], chosen: Sequence[Choice]) -> list[Candidate]:
    """Those that neither carry the latest choice nor are carried by it, nor hold only what the chosen hold; one that
    gives other figures than another source does in the same words has something to say."""
    latest = chosen[-1].best.text
    said = frozenset[str]().union(*(facts(each.best.text).matter for each in chosen))
    terms = frozenset(stem for each in chosen for stem in each.best.own)
    return [
        one
        for one in left
        if not carries(one.text, latest)
        and not carries(latest, one.text)
        and (
            not (one.own.keys() <= terms and share(facts(one.text).matter, said) >= NOTHING_NEW)
            or _differs(one, chosen)
        )
    ]


def _differs(one: Candidate, chosen: Sequence[Choice]) -> bool:
    """True if it gives other figures than a chosen one of another article and is like it but for them, and like none
    that has its own."""
    if any(carries(one.text, each.best.text) or carries(each.best.text, one.text) for each in chosen):
        return False
    return any(_of_others(one, each.best) and dispute(one.text, each.best.text) for each in chosen)


def differing(chosen: Sequence[Choice]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The figures in which two of the choices, of different articles and alike but for them, differ, the first's first;
    None where no two do."""
    pairs = ((one.best, other.best) for one, other in combinations(chosen, 2) if _of_others(one.best, other.best))
    return next(filter(None, (dispute(one.text, other.text) for one, other in pairs)), None)


def _of_others(one: Candidate, other: Candidate) -> bool:
    return one.hit.article.row != other.hit.article.row
