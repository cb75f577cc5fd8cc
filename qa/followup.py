"""A follow-up question made stand-alone from the turns before it: pure, and the same every time.

Four kinds of follow-up are known by their form: a bare question word ("When?"), a fragment ("And what about France?"),
a question about what was just said ("Who said that?"), and a pronoun with nothing in its own question to stand for
("Where did he go?"). Anything else stands alone and is left as it is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa import antecedent
from qa.english import any_of
from qa.fragment import in_place_of, replaces, topic_tail
from qa.names import SPEECH, Kind, names
from qa.words import STOPWORDS, stem_of


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question as asked stand-alone, the text of its answer, and the headlines of the articles cited."""

    question: str
    answer: str
    titles: tuple[str, ...]


_I = re.IGNORECASE
_WH = r"(?:who|whom|whose|what|which(?: ones?)?|when|where|why|how(?: (?:many|much|long|often|far|big|old|soon|come))?)"
_AUXILIARY = any_of("auxiliaries")
_FOR = r"(?:according to|by|for|to|from|with|since|until|in|on|at)"

_POLITE = re.compile(r"^(?:(?:ok|okay|well|right|thanks|thank you|yes|no|hm+|oh|actually)\b[\s,.:;!–-]*)+", _I)
_GOING_ON = re.compile(r"^(?:(?:and|but|so|also|then|plus)\b[\s,]*)+", _I)
_AGAIN = re.compile(
    r"^(?:(?:please |can you )?tell me more(?: about (?:it|that|this))?|any(?:thing)? (?:else|more)|more(?: details?)?"
    r"|go on|continue|what else|really|are you sure|is (?:that|this|it) (?:true|so|right|correct))[\s?!.]*$",
    _I,
)
_BARE = re.compile(
    rf"^(?P<wh>(?:{_FOR} )?{_WH}(?: not)?|what for|{_FOR} (?:what|which) \w+)(?: of (?:them|these|those))?"
    rf"(?: (?:exactly|precisely|else|so)| (?:{_AUXILIARY} )?(?:that|this|it|these|those)"
    r"(?: (?:be|happen|take place|so|exactly))?)?[\s?!.]*$",
    _I,
)
_ABOUT = re.compile(r"^(?:(?:what|how) about|what of|(?:the )?same for|for)\s+(?P<what>.+?)[\s?!.]*$", _I)
_SAID_THAT = re.compile(r"^(?P<head>(?:to )?wh\w+\b.*?\b(?P<verb>\w+))\s+(?:that|this|so|it|those words)[\s?!.]*$", _I)
_ASKED_TOO = re.compile(rf",\s+and\s+(?:{_FOR}\s+)?{_WH}(?:\s+not)?\s*\?*$", _I)
_YES_NO = re.compile(rf"^{_AUXILIARY}\b", _I)
_ADVERB_WH = re.compile(rf"^(?:where|when|why|how)\s+(?={_AUXILIARY}\b)", _I)
_NO_FRAGMENT = re.compile(
    rf"^(?:{_WH}|tell|show|explain|describe|list|give|summari[sz]e|compare|name|find)\b|\b{_AUXILIARY}\b", _I
)
_SAYING = SPEECH - {"writ", stem_of("propose"), stem_of("want"), stem_of("speak")}
# A question that has a verb and still leaves out what it is about.
_LEANS = re.compile(
    rf"\belse\b|\b(?:react|respond|reply|object|agree)[\s?!.]*$|^how (?:many|much)(?: more)? {_AUXILIARY}\b", _I
)
_FRAGMENT_WORDS = 6
_SHORT_WORDS = 5
_QUOTE_WORDS = 24

_HE = re.compile(r"\b(?P<owner>his|her(?=\s+[a-z]))\b|\b(?:he|she|him|her|himself|herself)\b", _I)
_IT = re.compile(r"\b(?P<owner>its)\b|\b(?:it|itself)\b", _I)
_THEY = re.compile(r"\b(?P<owner>their)\b|\b(?:they|them|themselves)\b|(?<=which )ones\b", _I)
_THERE = re.compile(r"(?P<owner>(?!))|\bthere\b", _I)
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
    r"|went|work|chang|really|true|involve|include|compare|lead|take|took|end|start|begin|began))",
    _I,
)
_DEFINITE = re.compile(r"\b(?:the|this|that|these|those)\s+(?:[a-z-]+\s+)??(?P<noun>[a-z-]+)\b")

# Each pronoun, what finds its antecedent, and the kinds of name that, standing before it in the question itself, are
# its antecedent already.
_PRONOUNS: tuple[tuple[re.Pattern[str], Callable[[Sequence[Turn]], str | None], frozenset[Kind]], ...] = (
    (_HE, antecedent.person, frozenset({"person", "unknown"})),
    (_THEY, antecedent.several, frozenset({"group", "place", "person", "unknown"})),
    (_IT, antecedent.thing, frozenset({"group", "place", "unknown"})),
    (_THERE, antecedent.place, frozenset()),
)


def stand_alone(question: str, earlier: Sequence[Turn]) -> str:
    """The question with what it leaves to the earlier turns, oldest first, filled in; unchanged if it stands alone."""
    if not earlier:
        return question
    last, asked = earlier[-1], _POLITE.sub("", " ".join(question.split()))
    body = _GOING_ON.sub("", asked)
    goes_on = body != asked
    if not body.strip("?!. ") or _AGAIN.match(body):
        return last.question
    if (said := _SAID_THAT.match(body)) and stem_of(said["verb"]) in _SAYING and (quoted := _first_words(last.answer)):
        return f"{_capital(_with_antecedents(said['head'], earlier))} “{quoted}”?"
    if bare := _BARE.match(body):
        return _asked_of(bare["wh"], last)
    if about := _ABOUT.match(body):
        return in_place_of(_with_antecedents(about["what"], earlier), last.question)
    if _is_fragment(body):
        fragment = _with_antecedents(body.rstrip(" ?!."), earlier)
        return in_place_of(fragment, last.question) if goes_on or replaces(fragment, last.question) else question
    if (resolved := _with_antecedents(body, earlier)) != body:
        return _capital(resolved)
    if goes_on and (tail := _borrowed_tail(body, last.question)):
        return _capital(f"{body.rstrip(' ?!.')} {tail}?")
    if _LEANS.search(body) or (goes_on and len(body.split()) <= _SHORT_WORDS) or _speaks_of(last, body):
        return _capital(_in_brackets(body, last))
    return question if body == " ".join(question.split()) else _capital(body)


def _asked_of(wh: str, last: Turn) -> str:
    """The earlier question with another question word: in place of its own where both are adverbs, else added to it."""
    base = _ASKED_TOO.sub("", last.question).rstrip(" ?!.")
    wh = "why" if wh.lower() == "what for" else wh.lower()
    if re.fullmatch(r"where|when|why|how", wh):
        if _YES_NO.match(base):
            return f"{wh.capitalize()} {base[0].lower()}{base[1:]}?"
        if _ADVERB_WH.match(base):
            return f"{wh.capitalize()} {_ADVERB_WH.sub('', base)}?"
    return f"{base}, and {wh}?"


def _is_fragment(body: str) -> bool:
    return len(body.split()) <= _FRAGMENT_WORDS and _NO_FRAGMENT.search(body) is None


def _with_antecedents(text: str, earlier: Sequence[Turn]) -> str:
    """The text with its pronouns replaced by what they stand for in the earlier turns.

    What isn't found there is helped by the last question's subjects, in brackets at the end.
    """
    own, unresolved = names(text), _THAT.search(text) is not None
    for pronoun, find, kinds in _PRONOUNS:
        used = pronoun.search(text)
        if used is None or any(name.end <= used.start() and name.kind in kinds for name in own):
            continue
        if (pronoun is _IT and _EXPLETIVE_IT.search(text)) or (pronoun is _THERE and _EXPLETIVE_THERE.search(text)):
            continue
        meant = find(earlier)
        unresolved |= meant is None or (pronoun is _THEY and meant.islower())
        if meant is not None:
            text = _replaced(pronoun, meant, text)
    return _in_brackets(text, earlier[-1]) if unresolved else text


def _replaced(pronoun: re.Pattern[str], meant: str, text: str) -> str:
    """The pronoun's first occurrence replaced, the others left to follow it, a possessive one by a possessive."""
    used = pronoun.search(text)
    if used is None:
        return text
    ending = ("’" if meant.endswith("s") else "’s") if used["owner"] else ""
    preposition = ""
    if pronoun is _THERE and not re.search(rf"\b{_FOR}\s+$", text[: used.start()], _I):
        preposition = "to " if _GOING.search(text[: used.start()]) else "in "
    return f"{text[: used.start()]}{preposition}{meant}{ending}{text[used.end() :]}"


def _borrowed_tail(body: str, question: str) -> str | None:
    """What the earlier question is about, for one that says who speaks and not about what: `And what did Rutte say?`"""
    words = body.rstrip(" ?!.").split()
    return topic_tail(question) if words and stem_of(words[-1]) in SPEECH else None


def _speaks_of(last: Turn, body: str) -> bool:
    """True for a question that names nobody and speaks of `the` something that the last turn spoke of."""
    said = {
        stem_of(word) for word in re.findall(r"\w+", f"{last.question} {last.answer}") if word.lower() not in STOPWORDS
    }
    return not names(body) and any(stem_of(found["noun"]) in said for found in _DEFINITE.finditer(body))


def _in_brackets(text: str, last: Turn) -> str:
    base = text.rstrip(" ?!.")
    missing = [subject for subject in antecedent.subjects([last]) if subject.lower() not in base.lower()]
    return f"{base} ({', '.join(missing)})?" if missing else text


def _first_words(answer: str) -> str:
    """The answer's first sentence without its quotation marks, cut at a word."""
    words = re.sub(r"[“”\"]", "", answer.strip().split("\n")[0]).split()
    ends = next((n for n, word in enumerate(words, 1) if re.search(r"[.!?]$", word) and n > 4), len(words))
    return " ".join(words[: min(ends, _QUOTE_WORDS)]).rstrip(".,;:")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
