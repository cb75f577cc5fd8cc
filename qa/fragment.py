"""A fragment ("France", "in 2022", "NATO membership") put where it belongs in the question before it."""

import re

from qa.english import any_of, forms, words
from qa.names import SPEECH, Name, names
from qa.phrases import is_plural, phrases
from qa.words import STOPWORDS, stem_of

_PREPOSITIONS = (
    "about|on|of|for|in|at|to|from|with|by|against|regarding|concerning|during|after|before|since|under|over|near"
)
_DATE = re.compile(
    r"\b(?:(?:in|on|since|during|by)\s+)?(?:(?:last|next|this)\s+(?:week|month|year|night|spring|summer|autumn|fall|winter)"
    r"|the\s+(?:year|month|week|day|season|night)\s+(?:before|after)|yesterday|today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+\d{1,2})?(?:,?\s+\d{4})?"
    r"|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_COUNTRIES = forms("peoples") | {"british": "britain"}
_HOLDERS = words("titles") | words("person_nouns")
_PEOPLES = {country: people for people, country in reversed(_COUNTRIES.items())}
_EARLIER = re.compile(r"^the\s+(?:last|first|previous|earlier)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|last)\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:each|every)\s+[a-z-]+", re.IGNORECASE)
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
    for put in (*_REPLACE, _who_is, _counted_thing, _each, _the_for_the, _topic):
        if (asked := put(fragment, base)) is not None:
            return asked + "?"
    if (own := _WITH_PREPOSITION.match(fragment)) or _DATE.fullmatch(fragment):
        if own and base.lower().endswith(f" {own['preposition']}"):
            fragment = own["what"]
        return f"{base} {fragment}?"
    return f"{base}, and what about {fragment}?"


def replaces(fragment: str, question: str) -> bool:
    """True if the question holds something of the fragment's own kind: a name for a name, a date for a date."""
    base = question.rstrip(" ?!.")
    return any(put(fragment, base) is not None for put in _REPLACE)


def shares_a_noun(fragment: str, question: str) -> bool:
    """True if the question speaks of the same kind of thing: `in the trial of Ruud`, `the Voss trial`."""
    nouns = {stem_of(word) for word in re.findall(r"\b[a-z-]{4,}\b", fragment) if _is_content(word)}
    return any(stem_of(word) in nouns for word in re.findall(r"\b[a-z-]{4,}\b", question))


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
    pattern = rf"\b{given['preposition']}\s+(?:(?!\b(?:{_PREPOSITIONS}|and|when|while|that|who)\b)\S+\s*)+"
    found = list(re.finditer(pattern, base, re.IGNORECASE))
    named = [each for each in found if bool(names(each.group())) == bool(names(fragment))]
    old = next(iter(named or found), None)
    return None if old is None else f"{base[: old.start()]}{fragment} {base[old.end() :]}".strip()


def _date_for_date(fragment: str, base: str) -> str | None:
    new, old = _DATE.search(fragment), _DATE.search(base)
    if new is None or old is None or len(new.group()) < len(fragment) - len("and in "):
        return None
    preposition = re.match(r"(?:in|on|since|during|by)\s+", old.group(), re.IGNORECASE)
    keep = preposition.group() if preposition and not _WITH_PREPOSITION.match(fragment) else ""
    return f"{base[: old.start()]}{keep}{fragment}{base[old.end() :]}"


def _ordinal(fragment: str, base: str) -> str | None:
    """`the 26th` for `the 25th` of whatever there are so many."""
    new, old = _ORDINAL.search(fragment), _ORDINAL.search(base)
    if new is None or old is None or re.sub(r"^(?:the\s+)|\s+one$", "", fragment) != new.group():
        return None
    return f"{base[: old.start()]}{new.group()}{base[old.end() :]}"


def _same_head(fragment: str, base: str) -> str | None:
    """`European troops` for `US troops`: the same last word, other parts in front of it."""
    parts = fragment.split()
    if len(parts) < 2 or parts[-1][0].isupper():
        return None
    head = stem_of(re.sub(r"\W+$", "", parts[-1]) or parts[-1])
    spoken = list(re.finditer(r"[^\s,]+", base))
    for place, word in enumerate(spoken):
        if stem_of(word.group()) != head:
            continue
        first = place
        while first and _is_content(spoken[first - 1].group()):
            first -= 1
        if first and parts[0].lower() == "the" == spoken[first - 1].group().lower():
            first -= 1
        asked = base[: spoken[first].start()] + fragment + base[word.end() :]
        return re.sub(r"\bwill\b", "did", asked, count=1) if _EARLIER.match(fragment) else asked
    return None


def _is_content(word: str) -> bool:
    return (word.lower() not in STOPWORDS or word.isupper()) and stem_of(word) not in SPEECH


def _name_for_name(fragment: str, base: str) -> str | None:
    given = names(f"about {fragment}")
    bare = re.sub(r"^(?:the|a|an)\s+", "", fragment)
    if len(given) != 1 or given[0].text != re.sub(r"[’']s$", "", bare):
        return None
    old = _like(given[0], [name for name in names(base) if not _is_modifier(name, base)], base)
    if old is None:
        return None
    office = re.match(r"(\w+) of (?:the )?", old.text)
    start = old.start + (office.end() if office and office[1].lower() in _HOLDERS else 0)
    end = old.end
    if old.text.lower() in _COUNTRIES:
        people = _PEOPLES.get(bare.lower(), "").capitalize()
        before = re.sub(r"\b[Tt]he\s+$", "", base[: old.start])
        return f"{base[: old.start]}{people}{base[end:]}" if people else f"{before}{bare}’s{base[end:]}"
    ending = base[end : end + 2] if old.possessive else ""
    if old.possessive and fragment.endswith(("'s", "’s")):
        ending, end = "", end + 2
    article = re.search(r"\bthe\s+$", base[:start], re.IGNORECASE)
    if article:
        start = article.start()
    return base[:start] + fragment + ending + base[end + len(ending) :]


def _is_modifier(name: Name, text: str) -> bool:
    """True for a name that is part of a thing's: `the Lisbon summit`."""
    before, after = text[: name.start], text[name.end :]
    return bool(re.search(r"\bthe\s+$", before, re.IGNORECASE) and re.match(r"\s+[a-z-]+\s*$", after)) and (
        name.text.lower() not in _COUNTRIES
    )


def _like(given: Name, old: list[Name], text: str) -> Name | None:
    """The name that another stands in for: of its kind, else one whose kind is not known, the subject first."""
    same = [name for name in old if name.kind == given.kind]
    if given.kind in ("place", "group"):
        leading = re.match(rf"[^,]*?\b{any_of('auxiliaries')}\s+(?:the\s+)?", text, re.IGNORECASE)
        subject = [name for name in same if leading and name.start == leading.end() and not name.possessive]
        if subject:
            return subject[0]
        same = same or [name for name in old if name.kind in ("place", "group") and len(old) == 1]
        same = same or [name for name in old if name.kind == "unknown"]
        return same[-1] if same else None
    persons = [name for name in old if name.kind == "person"]
    unknown = [name for name in old if name.kind == "unknown"]
    found = (persons or unknown) if given.kind == "person" else (unknown or persons)
    return found[0] if found else (old[0] if len(old) == 1 and given.kind == "unknown" else None)


def _counted_thing(fragment: str, base: str) -> str | None:
    asked = _COUNTED.match(base)
    if asked is None or names(fragment) or not is_plural(fragment.split()[-1]):
        return None
    return f"{asked['head']}{fragment} {base[asked.end() :]}"


def _who_is(fragment: str, base: str) -> str | None:
    """`Who is its chairman` for `Who is the head of the bank`."""
    asked = re.match(r"who(?:['’]s| is| was| are| were)\s", base, re.IGNORECASE)
    return f"{asked.group()}{fragment}" if asked and fragment.split()[-1].lower() in _HOLDERS else None


def _each(fragment: str, base: str) -> str | None:
    """`businesses` for `each household`."""
    if names(fragment) or not re.fullmatch(r"[a-z-]+s", fragment) or not _EACH.search(base):
        return None
    return _EACH.sub(fragment, base, count=1)


def _the_for_the(fragment: str, base: str) -> str | None:
    """`the tunnel` for `the new bridge` at the question's end."""
    if not fragment.startswith("the ") or _DATE.fullmatch(fragment):
        return None
    same = [thing for thing in phrases(base) if thing.person == (fragment.split()[-1] in _HOLDERS)]
    old = same[-1] if same else None
    if old is None or not base[old.start :].lower().startswith(old.text.lower()):
        return None
    return base[: old.start] + fragment + base[old.start + len(old.text) :]


def _topic(fragment: str, base: str) -> str | None:
    tail = topic_tail(base)
    if _WITH_PREPOSITION.match(fragment):
        return None
    if tail is not None:
        return f"{base[: len(base) - len(tail)]}{tail.split()[0]} {fragment}"
    last = base.split()[-1]
    if stem_of(last) in SPEECH:
        return f"{base} about {fragment}"
    found = _TOPIC_TAIL.match(base)
    return f"{found['head']} {fragment}" if found and not names(fragment) else None


_REPLACE = (_with_the_same_preposition, _date_for_date, _ordinal, _same_head, _name_for_name)
