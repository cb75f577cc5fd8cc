"""Questions that have no pronoun and still leave out what they are about: `Who died?`, `How did Kyiv react?`"""

import re
from collections.abc import Sequence

from qa import antecedent
from qa.english import any_of, forms, words
from qa.mentions import Said
from qa.names import names
from qa.words import stem_of, tokens

_I = re.IGNORECASE
_AUXILIARY = any_of("auxiliaries")
# A question that has a verb and still leaves out what it is about.
_LEANS = re.compile(
    rf"\belse\b|\b(?:the same|react|respond|reply|object|agree)[\s?!.]*$|^how (?:many|much)(?: more)? {_AUXILIARY}\b",
    _I,
)
_PICKS = re.compile(r"^(?:which|what|who)\b.*\b(?:most|least|(?!interest|west|east|rest|test|best\b)\w{3,}est)\b", _I)
_DEFINES = re.compile(r"^what(?:['’]s| is| are| was| were)\s+(?:an?\s+)?[\w-]+[\s?!.]*$", _I)
_DEFINITE = re.compile(r"\b(?:the|this|that|these|those)\s+(?:[a-z-]+\s+)??(?P<noun>[a-z-]+)\b")
_COMPLEMENT = re.compile(r"\b(?:of|in|on|at|for|about|with|against)\s+(?:the\s+|an?\s+)?\w", _I)
_ANSWERS_TO = re.compile(r"\b(?:react|respond|reply|object)[\s?!.]*$", _I)
_WHAT_SAID = re.compile(
    r"^what did (?P<who>.+?) (?P<said>say|tell|announce|propose|promise|demand|claim)\b(?P<what>.*)$", _I
)
_HOLDERS = words("titles") | words("person_nouns")
_PAST = forms("past")
_FEW_WORDS = 2
_A_FEW_WORDS = 3


def leans(body: str, last: Said) -> bool:
    """True for a question that says too little to be asked alone: it names nobody and has few words, or speaks of
    `the` something that the last turn spoke of."""
    if _LEANS.search(body):
        return True
    if any(name.text.lower() not in _HOLDERS for name in names(body)) or _DEFINES.match(body):
        return False
    said = {token.stem for token in tokens(" ".join((last.question, last.answer, *last.titles))) if not token.stop}
    if any(stem_of(found["noun"]) in said for found in _DEFINITE.finditer(body)):
        return True
    content = [token for token in tokens(body) if not token.stop]
    if len(content) <= _FEW_WORDS or (_PICKS.search(body) and not _COMPLEMENT.search(body)):
        return True
    return len(content) <= _A_FEW_WORDS and _DEFINITE.search(body) is not None and not _COMPLEMENT.search(body)


def filled(body: str, earlier: Sequence[Said]) -> str:
    """A question that leans, with what the last one was about: as part of it where it asks for a reaction, else in
    brackets."""
    said = _WHAT_SAID.match(earlier[-1].question.rstrip(" ?!."))
    if _ANSWERS_TO.search(body) and said is not None:
        verb = said["said"].lower()
        past = _PAST.get(verb, verb + ("d" if verb.endswith("e") else "ed"))
        return f"{body.rstrip(' ?!.')} to what {said['who']} {past}{said['what']}?"
    return in_brackets(body, earlier)


def in_brackets(text: str, earlier: Sequence[Said]) -> str:
    """The question with what the last one was about in brackets behind it, as far as it doesn't say so itself."""
    base = text.rstrip(" ?!.")
    missing = [subject for subject in antecedent.subjects(earlier) if subject.lower() not in base.lower()]
    return f"{base} ({', '.join(missing)})?" if missing else text


def without_brackets(question: str) -> tuple[str, str]:
    """The question without its end mark and brackets, and the brackets with a space before them, or nothing."""
    base = question.rstrip(" ?!.")
    found = re.search(r"\s\([^()]+\)$", base)
    return (base[: found.start()], found.group()) if found else (base, "")
