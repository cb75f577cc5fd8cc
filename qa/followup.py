"""A follow-up question made stand-alone from the turns before it: pure, and the same every time.

Five kinds of follow-up are known by their form: a bare question word ("When?"), a fragment ("And what about France?"),
a question about what was just said ("Who said that?"), a pronoun with nothing in its own question to stand for
("Where did he go?"), and a question that leaves out what it is about ("Who died?"). Anything else stands alone and is
left as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.english import any_of
from qa.fragment import in_place_of, replaces, shares_a_noun, topic_tail
from qa.leaning import filled, leans, without_brackets
from qa.names import SPEECH, names
from qa.pronouns import with_antecedents, with_things
from qa.words import stem_of


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
_ASKING_NOUN = any_of("number_nouns", "time_nouns", "place_nouns", "asking_nouns", "person_nouns")
_WH_NOUN = rf"(?:(?:what|which) {_ASKING_NOUN}|(?:how many|which) (?:[a-z-]+ )?(?:people|[a-z-]+s))"

_POLITE = re.compile(r"^(?:(?:ok|okay|well|right|thanks|thank you|yes|no|hm+|oh|actually)\b[\s,.:;!–-]*)+", _I)
_GOING_ON = re.compile(r"^(?:(?:and|but|so|also|then|plus)\b[\s,]*)+", _I)
_ANOTHER_TOPIC = re.compile(
    r"^(?:(?:ok|okay|well|right|now|great)\b[\s,.!]*)*"
    r"(?:thanks|thank you|(?:another|next|new|different|last) (?:question|topic|subject)|something else"
    r"|on another note)\b[\s,.:;!–-]*",
    _I,
)
_AGAIN = re.compile(
    r"^(?:(?:please |can you )?tell me more(?: about (?:it|that|this))?|any(?:thing)? (?:else|more)|more(?: details?)?"
    r"|go on|continue|what else|really|are you sure|is (?:that|this|it) (?:true|so|right|correct))[\s?!.]*$",
    _I,
)
_BARE = re.compile(
    rf"^(?!how (?:many|much|long|often|far|big|old) {_AUXILIARY} (?:it|that|this)\b)"
    rf"(?P<wh>(?:{_FOR} )?(?:{_WH_NOUN}|{_WH}(?: not)?)|what for|{_FOR} (?:what|which) \w+)"
    r"(?: of (?:them|these|those))?"
    rf"(?: (?:exactly|precisely|else|so)| (?:{_AUXILIARY} )?(?:that|this|it|these|those)"
    r"(?: (?:be|happen|take place|so|exactly))?)?[\s?!.]*$",
    _I,
)
_ABOUT = re.compile(r"^(?:(?:what|how) about|what of|(?:the )?same for|for)\s+(?P<what>.+?)[\s?!.]*$", _I)
_SAID_THAT = re.compile(r"^(?P<head>(?:to )?wh\w+\b.*?\b(?P<verb>\w+))\s+(?:that|this|so|it|those words)[\s?!.]*$", _I)
_ASKED_TOO = re.compile(rf",\s+and\s+(?:{_FOR}\s+)?(?:{_WH_NOUN}|{_WH}(?:\s+not)?)\s*\?*$", _I)
_YES_NO = re.compile(rf"^{_AUXILIARY}\b", _I)
_ADVERB_WH = re.compile(rf"^(?:where|when|why|how)\s+(?={_AUXILIARY}\b)", _I)
_OTHER_WH = re.compile(rf"^(?:(?:how (?:much|many)|which|what)\b[^,]*?\s+)(?={_AUXILIARY}\b)", _I)
_NO_FRAGMENT = re.compile(
    rf"^(?:{_WH}|tell|show|explain|describe|list|give|summari[sz]e|compare|name|find)\b|\b{_AUXILIARY}\b", _I
)
_SAYING = SPEECH - {"writ", stem_of("propose"), stem_of("want"), stem_of("speak")}
_FRAGMENT_WORDS = 6
_SHORT_WORDS = 5
_QUOTE_WORDS = 24
_LOOK_BACK_TURNS = 3


def stand_alone(question: str, earlier: Sequence[Turn]) -> str:
    """The question with what it leaves to the earlier turns, oldest first, filled in; unchanged if it stands alone."""
    if not earlier:
        return question
    last, whole = earlier[-1], " ".join(question.split())
    elsewhere, asked = _ANOTHER_TOPIC.match(whole), _POLITE.sub("", _ANOTHER_TOPIC.sub("", whole))
    body = _GOING_ON.sub("", asked)
    goes_on = body != asked
    if not body.strip("?!. ") or _AGAIN.match(body):
        return last.question
    if (said := _SAID_THAT.match(body)) and stem_of(said["verb"]) in _SAYING and (quoted := _first_words(last.answer)):
        head, brackets = without_brackets(with_antecedents(said["head"], earlier))
        return f"{_capital(head)} “{quoted}”{brackets}?"
    if bare := _BARE.match(body):
        return _asked_of(bare["wh"], _base(earlier))
    if about := _ABOUT.match(body):
        return _put(about["what"], earlier)
    if _is_fragment(body):
        fragment = with_antecedents(with_things(body.rstrip(" ?!."), earlier), earlier)
        lone = goes_on or replaces(fragment, _base(earlier)) or shares_a_noun(fragment, _base(earlier))
        return _put(fragment, earlier) if lone else question
    if (resolved := with_antecedents(with_things(body, earlier), earlier)) != body:
        return _capital(resolved)
    if goes_on and (tail := _borrowed_tail(body, last.question)):
        return _capital(f"{body.rstrip(' ?!.')} {tail}?")
    if not elsewhere and (leans(body, last) or (goes_on and len(body.split()) <= _SHORT_WORDS and not names(body))):
        return _capital(filled(body, earlier))
    return question if body == whole else _capital(body)


def _base(earlier: Sequence[Turn]) -> str:
    """The question that a fragment or a bare question word goes on from: the last one that quotes nobody."""
    recent = [_ASKED_TOO.sub("", turn.question) for turn in earlier[: -_LOOK_BACK_TURNS - 1 : -1]]
    return next((asked for asked in recent if "“" not in asked), recent[0])


def _put(fragment: str, earlier: Sequence[Turn]) -> str:
    """The fragment in the place of its like in the question before, or in the one before that which has its noun."""
    fragment, base = with_antecedents(with_things(fragment, earlier), earlier), _base(earlier)
    if not replaces(fragment, base):
        recent = [_base([turn]) for turn in earlier[: -_LOOK_BACK_TURNS - 1 : -1]]
        base = next((asked for asked in recent if "“" not in asked and shares_a_noun(fragment, asked)), base)
    head, brackets = without_brackets(base)
    return f"{in_place_of(fragment, head).rstrip('?')}{brackets}?"


def _asked_of(wh: str, question: str) -> str:
    """The earlier question with another question word: in place of its own where both are adverbs, else added to it."""
    base, brackets = without_brackets(_ASKED_TOO.sub("", question))
    wh = "why" if wh.lower() == "what for" else wh.lower()
    if wh == "why not" and (denied := _denied(base)):
        return f"{denied}{brackets}?"
    if re.fullmatch(r"where|when|why|how", wh):
        if _YES_NO.match(base):
            return f"{wh.capitalize()} {base[0].lower()}{base[1:]}{brackets}?"
        if _ADVERB_WH.match(base):
            return f"{wh.capitalize()} {_ADVERB_WH.sub('', base)}{brackets}?"
    return f"{base}, and {wh}{brackets}?"


def _denied(base: str) -> str | None:
    """`Why did the Fed not cut rates` of `Did the Fed cut rates`, where it is plain how far the subject goes."""
    clause = _OTHER_WH.sub("", base)
    asked = re.match(rf"(?P<auxiliary>{_AUXILIARY})\s+(?P<the>the\s+)?", clause, _I)
    subject = next((n for n in names(clause) if asked and n.start == asked.end() and not n.possessive), None)
    if asked is None or subject is None:
        return None
    did = f"{asked['auxiliary'].lower()} {asked['the'] or ''}{subject.text}"
    return f"Why {did} not{clause[subject.end :]}"


def _is_fragment(body: str) -> bool:
    return len(body.split()) <= _FRAGMENT_WORDS and _NO_FRAGMENT.search(body) is None


def _borrowed_tail(body: str, question: str) -> str | None:
    """What the earlier question is about, for one that says who speaks and not about what: `And what did Rutte say?`"""
    words = body.rstrip(" ?!.").split()
    return topic_tail(question) if words and stem_of(words[-1]) in SPEECH else None


def _first_words(answer: str) -> str:
    """The answer's first sentence without its quotation marks, cut at a word."""
    words = re.sub(r"[“”\"]", "", answer.strip().split("\n")[0]).split()
    ends = next((n for n, word in enumerate(words, 1) if re.search(r"[.!?]$", word) and n > 4), len(words))
    cut = " ".join(words[: min(ends, _QUOTE_WORDS)]).rstrip(".,;:")
    return cut if ends <= _QUOTE_WORDS else f"{cut.rpartition(',')[0] or cut} …"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
