"""The pronouns of a follow-up question, and its `the group` and `the other one`, put as what they stand for."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from qa import antecedent
from qa.english import any_of
from qa.leaning import in_brackets
from qa.mentions import Said
from qa.names import Kind, names
from qa.phrases import is_plural, phrases

_I = re.IGNORECASE
_AUXILIARY = any_of("auxiliaries")
_TURNS = 3

_HE = re.compile(r"\b(?P<owner>his)\b|\b(?:he|him|himself)\b", _I)
_SHE = re.compile(r"\b(?P<owner>her(?=\s+[a-z]))\b|\b(?:she|her|herself)\b", _I)
_IT = re.compile(r"\b(?P<owner>its)\b|\b(?:it|itself)\b", _I)
_THEY = re.compile(r"\b(?P<owner>their)\b|\b(?:they|them|themselves)\b|(?<=which )ones\b", _I)
_THERE = re.compile(r"(?P<owner>(?!))|\bthere\b", _I)
_IN = re.compile(r"\b(?:by|for|to|from|in|on|at|over|near)\s+$", _I)
_AT_ITS_END = re.compile(r"\b(?:it|them|him|her)[\s?!.]*$", _I)
_GOING = re.compile(
    r"\b(?:go|goes|going|went|gone|come|came|travel\w*|fly|flew|move[ds]?|moving|return\w*|get|got|sen[dt])\s+$", _I
)
_EXPLETIVE_THERE = re.compile(
    r"\bthere\s+(?:is|are|was|were|will|has|have|had|be|been|may|might|could|would|any|a|an|no)\b"
    r"|\b(?:is|are|was|were|will|has|have|had)\s+there\b(?=\s+\w)",
    _I,
)
_EXPLETIVE_IT = re.compile(
    r"\bit(?:'s|’s|\s+(?:is|was|will|would|be|took|takes?))?\s+(?:take[ns]?|took|rain|snow|true|possible|likely|legal|clear|known|safe"
    r"|important|that|necessary|expected|to)\b",
    _I,
)
_THAT = re.compile(
    r"\b(?:that|this|those|these)\b(?=\s*(?:[?.!,]|$)|\s+(?:happen|mean|matter|come|came|cost|affect|be|been|was|is|were|are|go"
    r"|went|work|chang|really|true|involve|include|compare|lead|take|took|end|start|begin|began|much|many))",
    _I,
)
_DEFINITE = re.compile(
    r"\b(?:the|this|that|these|those)\s+(?P<noun>[a-z-]+)\b(?!\s+(?:of|in|on|at|with|that|who|which)\b)", _I
)
_WHICH_ONE = re.compile(r"\bwhich one\b", _I)
_WHICH = re.compile(r"^(?:which|what|how many) (?P<kind>[a-z]+s)\b", _I)
_ONE = re.compile(
    r"\bthe\s+(?:other|last|first|next|second|third|new|old|previous|latest|earlier)\s+(?P<one>ones?)\b", _I
)

# Each pronoun, what finds its antecedent, and the kinds of name that, standing before it in the question itself, are
# its antecedent already.
_PRONOUNS: tuple[tuple[re.Pattern[str], Callable[[Sequence[Said], str], str | None], frozenset[Kind]], ...] = (
    (_HE, partial(antecedent.person, like="male_names", other="female_names"), frozenset({"person", "unknown"})),
    (_SHE, partial(antecedent.person, like="female_names", other="male_names"), frozenset({"person", "unknown"})),
    (_THEY, antecedent.several, frozenset({"group", "place", "person", "unknown"})),
    (_IT, antecedent.thing, frozenset({"group", "place", "unknown"})),
    (_THERE, antecedent.place, frozenset()),
)


def with_antecedents(text: str, earlier: Sequence[Said]) -> str:
    """The text with its pronouns replaced by what they stand for in the earlier turns.

    What isn't found there is helped by the last question's subjects, in brackets at the end.
    """
    asked, own, unresolved = text, names(text), _THAT.search(text) is not None
    first = sorted(_PRONOUNS, key=lambda each: used.start() if (used := each[0].search(asked)) else len(asked))
    for pronoun, find, kinds in first:
        used = pronoun.search(text)
        before = [n for n in own if used is not None and n.kind in kinds and asked[: n.end] == text[: n.end]]
        before = [n for n in before if used is not None and n.end <= used.start()]
        if used is None or any(not _is_subject_of(n.start, n.end, asked) for n in before):
            continue
        if (pronoun is _IT and _EXPLETIVE_IT.search(text)) or (pronoun is _THERE and _EXPLETIVE_THERE.search(text)):
            continue
        meant = find(earlier, text)
        unresolved |= meant is None or used.group().lower() == "ones"
        if meant is not None:
            owner = re.match(r"(.+?)[’']s (?=[a-z])", meant)
            meant = f"the {meant[owner.end() :]}" if owner and owner[1] in text else meant
            text = _replaced(pronoun, meant, text)
    return in_brackets(text, earlier) if unresolved else text


def with_things(text: str, earlier: Sequence[Said]) -> str:
    """The text with `the group` put as the group that an earlier turn names, `the last one` as the last of its kind."""
    if (one := _ONE.search(text)) and (head := _latest_head(earlier)):
        text = f"{text[: one.start('one')]}{head}{text[one.end('one') :]}"
    if (one := _WHICH_ONE.search(text)) and (kind := _WHICH.match(earlier[-1].question)):
        text = in_brackets(f"{text[: one.start()]}which {_singular(kind['kind'])}{text[one.end() :]}", earlier)
    for found in _DEFINITE.finditer(text):
        if fuller := _fuller(found["noun"], earlier):
            return f"{text[: found.start()]}{fuller}{text[found.end() :]}"
    return text


def _is_subject_of(start: int, end: int, text: str) -> bool:
    """True for a name that does what the question asks about, to an `it` at its end: `Why did Rutte reject it?`"""
    return bool(re.search(rf"\b{_AUXILIARY}\s+(?:the\s+)?$", text[:start], _I) and _AT_ITS_END.search(text, end))


def _fuller(noun: str, earlier: Sequence[Said]) -> str | None:
    """`the meeting in Brussels` for `meeting`, `the Contact Group` for `group`, as the turns before have it."""
    for turn in earlier[: -_TURNS - 1 : -1]:
        longer = [p.text for p in phrases(turn.question) if p.head == noun and len(p.text.split()) > 2]
        if longer:
            return longer[0]
        named = [n.text for n in names(turn.question) if " " in n.text and n.text.split()[-1].lower() == noun]
        if named:
            return f"the {named[0]}"
    return None


def _singular(plural: str) -> str:
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural[:-1]


def _latest_head(earlier: Sequence[Said]) -> str | None:
    for turn in earlier[: -_TURNS - 1 : -1]:
        heads = [p.head for p in phrases(turn.question) if not is_plural(p.head) and not p.person]
        if heads:
            return heads[0]
    return None


def _replaced(pronoun: re.Pattern[str], meant: str, text: str) -> str:
    """The pronoun's first occurrence replaced, the others left to follow it, a possessive one by a possessive."""
    used = pronoun.search(text)
    if used is None:
        return text
    ending = ("’" if meant.endswith("s") else "’s") if used["owner"] else ""
    before = text[: used.start()]
    if pronoun is _THERE and (_IN.search(before) or _GOING.search(before)):
        meant = re.sub(r"^(?:in|at|on|near) ", "" if _IN.search(before) else "to ", meant)
    if used.group().lower() == "ones":
        return f"{before}{re.sub(r'^the | (?:who|that) .*', '', meant)}{text[used.end() :]}"
    if pronoun is _THEY and used.group().lower() == "them" and meant.islower() and " " not in meant:
        meant = f"the {meant}"
    return f"{before}{meant}{ending}{text[used.end() :]}"
