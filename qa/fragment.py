"""A fragment ("France", "in 2022", "NATO membership") put where it belongs in the question before it."""

import re

from qa.names import SPEECH, Name, names
from qa.words import STOPWORDS, stem_of

_PREPOSITIONS = (
    "about|on|of|for|in|at|to|from|with|by|against|regarding|concerning|during|after|before|since|under|over|near"
)
_DATE = re.compile(
    r"\b(?:(?:in|on|since|during|by)\s+)?(?:(?:last|next|this)\s+(?:week|month|year|night|spring|summer|autumn|fall|winter)"
    r"|yesterday|today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+\d{1,2})?(?:,?\s+\d{4})?"
    r"|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_WITH_PREPOSITION = re.compile(rf"^(?P<preposition>{_PREPOSITIONS})\s+(?P<what>.+)$", re.IGNORECASE)
_TOPIC_TAIL = re.compile(
    r"^(?P<head>.+?\b(?:about|regarding|concerning|on|of|for|with|against|over))\s+(?P<what>\S.*)$", re.I
)
_COUNTED = re.compile(
    r"^(?P<head>(?:how many|how much|which|what)\s+)(?P<what>(?:[a-z-]+\s+){1,3}?)(?=(?:did|does|do|is|are|was"
    r"|were|has|have|had|will|would|can|could)\b)",
    re.I,
)


def in_place_of(fragment: str, question: str) -> str:
    """The question asked of the fragment instead of its like: name for name, date for date, topic for topic.

    Where the question holds nothing of the fragment's kind, the fragment is added to it.
    """
    base = question.rstrip(" ?!.")
    if _WITH_PREPOSITION.match(fragment):
        fragment = fragment[0].lower() + fragment[1:]
    for put in (*_REPLACE, _counted_thing, _the_for_the, _topic):
        if (asked := put(fragment, base)) is not None:
            return asked + "?"
    if _WITH_PREPOSITION.match(fragment) or _DATE.fullmatch(fragment):
        return f"{base} {fragment}?"
    return f"{base}, and what about {fragment}?"


def replaces(fragment: str, question: str) -> bool:
    """True if the question holds something of the fragment's own kind: a name for a name, a date for a date."""
    base = question.rstrip(" ?!.")
    return any(put(fragment, base) is not None for put in _REPLACE)


def topic_tail(question: str) -> str | None:
    """What a question says it is about, with its preposition: `about NATO membership`; None where it doesn't say."""
    found = re.search(r"\b(?:about|regarding|concerning|on)\s+\S.*$", question.rstrip(" ?!."), re.IGNORECASE)
    return found.group() if found else None


def _with_the_same_preposition(fragment: str, base: str) -> str | None:
    given = _WITH_PREPOSITION.match(fragment)
    if given is None:
        return None
    if _DATE.search(fragment) and _DATE.search(base):
        return _date_for_date(fragment, base)
    old = re.search(
        rf"\b{given['preposition']}\s+(?:(?!\b(?:{_PREPOSITIONS}|and|when|while|that|who)\b)\S+\s*)+",
        base,
        re.IGNORECASE,
    )
    return None if old is None else f"{base[: old.start()]}{fragment} {base[old.end() :]}".strip()


def _date_for_date(fragment: str, base: str) -> str | None:
    new, old = _DATE.search(fragment), _DATE.search(base)
    if new is None or old is None or len(new.group()) < len(fragment) - len("and in "):
        return None
    preposition = re.match(r"(?:in|on|since|during|by)\s+", old.group(), re.IGNORECASE)
    keep = preposition.group() if preposition and not _WITH_PREPOSITION.match(fragment) else ""
    return f"{base[: old.start()]}{keep}{fragment}{base[old.end() :]}"


def _same_head(fragment: str, base: str) -> str | None:
    """`European troops` for `US troops`: the same last word, other words in front of it."""
    words = fragment.split()
    if len(words) < 2 or words[-1][0].isupper():
        return None
    head = stem_of(re.sub(r"\W+$", "", words[-1]) or words[-1])
    spoken = list(re.finditer(r"[^\s,]+", base))
    for place, word in enumerate(spoken):
        if stem_of(word.group()) != head:
            continue
        first = place
        while first and _is_content(spoken[first - 1].group()):
            first -= 1
        return base[: spoken[first].start()] + fragment + base[word.end() :]
    return None


def _is_content(word: str) -> bool:
    return (word.lower() not in STOPWORDS or word.isupper()) and stem_of(word) not in SPEECH


def _name_for_name(fragment: str, base: str) -> str | None:
    given = names(f"about {fragment}")
    bare = re.sub(r"^(?:the|a|an)\s+", "", fragment)
    if len(given) != 1 or given[0].text != re.sub(r"[’']s$", "", bare):
        return None
    old = _like(given[0], names(base))
    if old is None:
        return None
    end = old.end
    ending = base[end : end + 2] if old.possessive else ""
    if old.possessive and fragment.endswith(("'s", "’s")):
        ending, end = "", end + 2
    start = old.start
    article = re.search(r"\bthe\s+$", base[:start], re.IGNORECASE)
    if article and not fragment.startswith("the "):
        start = article.start()
    return base[:start] + fragment + ending + base[end + len(ending) :]


def _like(given: Name, old: list[Name]) -> Name | None:
    """The name that another stands in for: of its kind, else one whose kind is not known."""
    same = [name for name in old if name.kind == given.kind]
    if given.kind in ("place", "group"):
        same = same or [name for name in old if name.kind in ("place", "group") and len(old) == 1]
        same = same or [name for name in old if name.kind == "unknown"]
        return same[-1] if same else None
    persons = [name for name in old if name.kind == "person"]
    unknown = [name for name in old if name.kind == "unknown"]
    found = (persons or unknown) if given.kind == "person" else (unknown or persons)
    return found[0] if found else (old[0] if len(old) == 1 and given.kind == "unknown" else None)


def _counted_thing(fragment: str, base: str) -> str | None:
    asked = _COUNTED.match(base)
    if asked is None or names(fragment) or not fragment.split()[-1].endswith("s"):
        return None
    return f"{asked['head']}{fragment} {base[asked.end() :]}"


def _the_for_the(fragment: str, base: str) -> str | None:
    """`the tunnel` for `the new bridge` at the question's end."""
    last = re.search(rf"\bthe\s+(?:(?!\b(?:{_PREPOSITIONS}|the)\b)[\w-]+\s*)+$", base)
    return base[: last.start()] + fragment if last and fragment.startswith("the ") else None


def _topic(fragment: str, base: str) -> str | None:
    tail = topic_tail(base)
    if tail is not None:
        return f"{base[: len(base) - len(tail)]}{tail.split()[0]} {fragment}"
    last = base.split()[-1]
    if stem_of(last) in SPEECH:
        return f"{base} about {fragment}"
    found = _TOPIC_TAIL.match(base)
    return f"{found['head']} {fragment}" if found and not names(fragment) else None


_REPLACE = (_with_the_same_preposition, _date_for_date, _same_head, _name_for_name)
