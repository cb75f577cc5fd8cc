"""Whether the articles answer: a few signals of an answer, and the probability that they make together."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from math import exp

from index.hits import Hit
from qa.choose import Choice
from qa.facts import facts
from qa.outlets import Named
from qa.questions import Question
from qa.select import Candidate


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer and against it, each 0 to 1.

    `best` and `reach`: the share of the question, by weight, that the best sentence holds alone and with what stands
    around it. `together`: what all statements hold with theirs. `absent`: the weight of the words that no candidate holds.
    `names_absent`: the share of the question's names that none holds. `outlet_absent`: 1 if it names an outlet that no
    article is from. `pairs`, `answer` and `meaning`: the best sentence's. `passage`: the best passage's cosine.
    """

    best: float
    reach: float
    together: float
    absent: float
    names_absent: float
    outlet_absent: float
    pairs: float
    answer: float
    meaning: float
    passage: float


def signals(
    question: Question, ranked: Sequence[Candidate], chosen: Sequence[Choice], hits: Sequence[Hit], named: Named
) -> Signals:
    """The signals of one question."""
    heads = [facts(hit.article.metadata.title or "").stems for hit in hits]
    heard = frozenset[str]().union(*heads, *(facts(one.text).stems for one in ranked))
    weights = {stem: weight for one in ranked for held in (one.own, one.around) for stem, weight in held.items()}
    top = [choice.best for choice in chosen[:1]]
    held = {stem for choice in chosen for part in (choice.best.own, choice.best.around) for stem in part}
    missing = [name for name in question.names if not heard.intersection(name.stems)]
    return Signals(
        best=max((sum(one.own.values()) for one in top), default=0.0),
        reach=max((one.reach for one in top), default=0.0),
        together=sum(weights[stem] for stem in held),
        absent=max(0.0, 1.0 - sum(weights.values())),
        names_absent=len(missing) / len(question.names) if question.names else 0.0,
        outlet_absent=float(bool(named.absent)),
        pairs=max((one.pairs for one in top), default=0.0),
        answer=max((one.answer for one in top), default=0.0),
        meaning=max((one.meaning for one in ranked), default=0.0),
        passage=max((hit.cosine for hit in hits), default=0.0),
    )


# Provisional.
ENOUGH = 0.5
_CONSTANT = -1.5
_WEIGHTS = Signals(1.0, 2.0, 2.0, -2.0, -2.0, -2.0, 0.5, 0.5, 1.5, 0.5)


def probability(seen: Signals) -> float:
    """The probability that the articles answer (logistic regression)."""
    total = _CONSTANT + sum(weight * value for weight, value in zip(astuple(_WEIGHTS), astuple(seen), strict=True))
    return 1.0 / (1.0 + exp(-total))


def reason(question: Question, named: Named, hits: Sequence[Hit], search: Callable[[str], Sequence[Hit]]) -> str:
    """Why there is no answer, in words: the outlet that isn't there, the name that no article mentions, or that."""
    if named.absent:
        return f"No article from {_listed(named.absent)} is in this folder."
    heard = _heard(hits)
    unheard = [name for name in question.names if not heard.intersection(name.stems)]
    nowhere = [name.text for name in unheard if not _heard(search(name.text)).intersection(name.stems)]
    if nowhere:
        return f"None of the articles mentions {_listed(tuple(dict.fromkeys(nowhere)))}."
    return "These articles don't say. The nearest passages do not answer the question."


def _heard(hits: Sequence[Hit]) -> frozenset[str]:
    return frozenset[str]().union(*(facts(f"{hit.article.metadata.title or ''}\n{hit.text}").stems for hit in hits))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
