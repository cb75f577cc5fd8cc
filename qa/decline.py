"""Whether the articles answer: a few signals of an answer, and the probability that they make together."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from math import exp, log10

from index.hits import Hit
from qa.choose import Choice, differing
from qa.facts import attributes, facts, lacks_kind
from qa.outlets import Named
from qa.questions import Question
from qa.select import Candidate
from qa.words import MONTHS, WEEKDAYS

ENOUGH_MATTER = 4.0
ENOUGH_WORDS = 10.0
_LEAD = 5
TOLD = 0.05
"""From this share, by weight, of a question's words other than names on a sentence tells something of what is asked."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer and against it, each 0 to 1 or so; of the statements each is the best one's.

    `reach`: the share of the question, by weight, that a statement and what stands around it hold. `matter`: the rarity
    of the words that they share with the question, squared and summed, four for 1: how much there is to go by, however
    long the question. `pairs`: the share of the question's neighbouring words that a statement keeps together.
    `meaning` and `passage`: the cosines of sentence and passage. `names_absent`: the share of the question's names that
    no hit holds. `outlet_absent`: if it names an outlet that no article is known to be from, 1 where every article's
    outlet is known and half that where none is. `kind_absent`: 1 if a time or a
    number is asked for and no statement holds one. `unattributed`: 1 if someone's words are asked for and no statement
    gives any. `breadth`: how many passages there are to match by chance, its logarithm, 1 for 10,000. `untold`: 1 if no
    statement holds any of the question's words other than names: "Where was X born?" met by what merely names X.
    `near` is `reach` where there is little to match by chance, `1 - breadth` of it. `words`: the best BM25 of a hit, 1
    for 10. `score`: that of the best sentence, and `lead` how far it is before the sixth.
    """

    reach: float
    matter: float
    pairs: float
    meaning: float
    passage: float
    names_absent: float
    outlet_absent: float
    kind_absent: float
    unattributed: float
    breadth: float
    untold: float
    near: float
    words: float
    score: float
    lead: float


def signals(
    question: Question,
    ranked: Sequence[Candidate],
    chosen: Sequence[Choice],
    hits: Sequence[Hit],
    named: Named,
    passages: int,
) -> Signals:
    """The signals of one question asked of an index of so many passages."""
    heads = {hit.article.metadata.title or "" for hit in hits}
    heard = frozenset[str]().union(*(facts(text).stems for text in (*heads, *(one.text for one in ranked))))
    missing = [name for name in question.names if not heard.intersection(name.stems)]
    rarity = {term.stem: term.weight**2 / ENOUGH_MATTER for term in question.terms}
    best = [choice.best for choice in chosen]
    reach = max((one.reach for one in best), default=0.0)
    breadth = log10(max(1, passages)) / 4
    scores = [one.score for one in ranked[: _LEAD + 1]] or [0.0]
    return Signals(
        reach=reach,
        matter=min(1.0, max((sum(rarity[stem] for stem in one.shared) for one in best), default=0.0)),
        pairs=max((one.pairs for one in best), default=0.0),
        meaning=max((one.meaning for one in ranked), default=0.0),
        passage=max((hit.cosine for hit in hits), default=0.0),
        names_absent=len(missing) / len(question.names) if question.names else 0.0,
        outlet_absent=(1 + named.known) / 2 if named.absent else 0.0,
        kind_absent=float(all(lacks_kind(question, one.text) for one in best)),
        unattributed=float(not any(attributes(question, one.text) for one in best)),
        breadth=breadth,
        untold=float(max((one.relation for one in best), default=0.0) < TOLD),
        near=reach * (1 - breadth),
        words=max((hit.bm25 for hit in hits), default=0.0) / ENOUGH_WORDS,
        score=max((one.score for one in best), default=0.0),
        lead=scores[0] - scores[-1],
    )


# Fitted by tests/bench/fit_decline.py on all of its questions. Fitted on one half and judged on the other it declines
# .96 of SQuAD's asked of the news, .96 of MultiHop-RAG's unanswerable, .84 of the seeds' and .60 of those on kinds of
# question that aren't told; and of the answerable .01 of MultiHop-RAG's, .05 of SQuAD's and .09 of the seeds'.
_CONSTANT = -8.11
_WEIGHTS = Signals(
    reach=-2.39,
    matter=-0.42,
    pairs=-1.19,
    meaning=2.35,
    passage=4.90,
    names_absent=-3.81,
    outlet_absent=-3.12,
    kind_absent=-0.99,
    unattributed=-3.80,
    breadth=-5.16,
    untold=-1.28,
    near=2.40,
    words=1.74,
    score=5.58,
    lead=-1.15,
)
ENOUGH = 0.3
"""From this probability on a question is answered."""
LIKELY = 0.6
MISSED = 0.5
"""From this share of a question's names on, that no statement mentions, its reader is told of them."""
_CALENDAR = WEEKDAYS | MONTHS


def probability(seen: Signals) -> float:
    """The probability that the articles answer (logistic regression)."""
    total = _CONSTANT + sum(weight * value for weight, value in zip(astuple(_WEIGHTS), astuple(seen), strict=True))
    return 1.0 / (1.0 + exp(-total))


def unmet(question: Question, chosen: Sequence[Choice]) -> tuple[str, ...]:
    """The question's names that neither a statement nor what stands around it holds, as the question writes them; none
    where they are less than half of its names. Weekdays and months are none: they may be those of publication."""
    held = _met(chosen)
    asked = [name for name in question.names if not _CALENDAR.issuperset(name.stems)]
    missing = [name.text for name in asked if held.isdisjoint(name.stems)]
    return tuple(dict.fromkeys(missing)) if len(missing) >= MISSED * len(asked) else ()


def likelihood(question: Question, chosen: Sequence[Choice], seen: Signals, missing: Sequence[str]) -> float:
    """The probability that the articles answer: below ENOUGH where all that is met of the question is other names than
    the `missing`, as in "What did Lund say about Iceland?" with much from Lund and nothing of Iceland."""
    bound = ENOUGH / 2 if missing and _met(chosen) <= question.named else 1.0
    return min(probability(seen), bound)


def _met(chosen: Sequence[Choice]) -> frozenset[str]:
    return frozenset[str]().union(*(choice.best.shared for choice in chosen))


def verdict(likely: float, missing: Sequence[str] = ()) -> str:
    """The probability of an answer that is given, in words; one that misses a name of the question is no likely one."""
    return "likely" if likely >= LIKELY and not missing else "partly"


def in_words(likely: float, missing: Sequence[str], chosen: Sequence[Choice]) -> str:
    """What a reader is told of an answer that is given: nothing where it is likely one and its sources agree."""
    told = []
    if differ := differing(chosen):
        one, other = (" and ".join(each) for each in differ)
        told.append(f"Two of these sentences are alike but for their figures: {one} in one, {other} in the other.")
    if missing:
        told.append(f"No sentence found mentions {_listed(missing)}, so this may not be what was asked.")
    elif verdict(likely) != "likely":
        told.append("This may answer only a part of the question.")
    return " ".join(told)


def reason(
    question: Question, named: Named, hits: Sequence[Hit], search: Callable[[str], Sequence[Hit]], filtered: bool
) -> str:
    """Why there is no answer, in words: the outlet that isn't there, the name that no article mentions, or just that.

    `search` searches as the question was searched; `filtered` tells that it was among some of the articles only.
    """
    if named.absent:
        known = "is in" if named.known == 1.0 else "is known to be in"
        return f"No article from {_listed(named.absent)} {known} this folder."
    heard = _heard(hits)
    unheard = [name for name in question.names if not heard.intersection(name.stems)]
    nowhere = [name.text for name in unheard if not _heard(search(name.text)).intersection(name.stems)]
    if nowhere:
        return f"None of the {'chosen ' if filtered else ''}articles mentions {_listed(tuple(dict.fromkeys(nowhere)))}."
    return "These articles don't say. The nearest passages do not answer the question."


def _heard(hits: Sequence[Hit]) -> frozenset[str]:
    return frozenset[str]().union(*(facts(f"{hit.article.metadata.title or ''}\n{hit.text}").stems for hit in hits))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
