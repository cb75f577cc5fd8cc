"""What can be asked at all."""

import re

from corpus.errors import MisuseError
from qa.english import words

MOST_CHARACTERS = 2_000

_ARTICLES = r"(?:articles?|documents?|files?|folder|collection|corpus|stories|pieces|texts)"
_THESE = rf"(?:(?:all|any|each)\s+(?:of\s+)?)?(?:the|this|these|those|my|our|your)\s+(?:\w+\s+)?{_ARTICLES}"
_SOURCE = r"(?:(?:the|this|that)\s+(?:article|sentence|quote)|(?:this|that)\s+(?:story|piece))"
_WRITTEN = r"(?:published|written|posted|printed)"
_PLEASANTRIES, _BESIDE_THEM = words("pleasantries"), words("beside_pleasantries")
# What asks for nothing that an article could say, and what to do instead.
_OF_ALL = re.compile(
    rf"(?:what|which)\s+(?:topics?\s+|subjects?\s+|events?\s+)?(?:is|are|do|does|did)\s+{_THESE}"
    r"\s*(?:(?:all\s+)?about|say|cover|contain|deal with|talk about|discuss|report(?: on| about)?)?"
    r"|(?:please\s+|can you\s+)?(?:summari[sz]e|sum up|give me (?:a|an) (?:summary|overview)(?: of)?)\s+"
    rf"{_THESE}|what(?:['’]s| is) in\s+{_THESE}",
    re.IGNORECASE,
)
_OF_A_SOURCE = re.compile(
    rf"(?:and\s+|so\s+)?(?:(?:when|where|by whom)\s+(?:was|is)\s+{_SOURCE}\s+{_WRITTEN}"
    rf"|who\s+(?:wrote|published|posted|printed)\s+{_SOURCE}"
    rf"|what(?:['’]s| is| was)\s+the\s+(?:source|outlet|byline|date of publication|publication date)"
    rf"(?:\s+(?:of|for|here)\s*(?:{_SOURCE})?)?"
    rf"|which\s+(?:outlet|newspaper|paper|source|article)s?\s+(?:is|was)\s+{_SOURCE}(?:\s+(?:from|in))?)",
    re.IGNORECASE,
)


def whole(question: str) -> str:
    """The question with U+FFFD for what is no character: bytes that are not UTF-8, halves of a pair in JSON."""
    return re.sub("[\ud800-\udfff]", "\ufffd", question)


def checked_question(question: str) -> str:
    """The question, `whole`, without white space around it or in a row.

    Raises MisuseError for one that can't be asked.
    """
    asked = " ".join(whole(question).split())
    if not asked:
        raise MisuseError('the question is empty; ask for instance: "Who spoke at the meeting?"')
    if re.search(r"[^\W_]", asked) is None:
        raise MisuseError(f"the question {asked[:20]!r} holds no word; ask in words")
    if len(asked) > MOST_CHARACTERS:
        raise MisuseError(
            f"the question has {len(asked):,} characters, the most is {MOST_CHARACTERS:,}; ask it more shortly"
        )
    return asked


def check_matter(asked: str) -> None:
    """Raises MisuseError, with what to do instead, where a question asks for nothing that an article could say: thanks,
    all articles at once, when an article was published."""
    said = frozenset(re.findall(r"\w+", asked.lower()))
    if said & _PLEASANTRIES and said <= _PLEASANTRIES | _BESIDE_THEM:
        raise MisuseError("that is no question; ask what the articles say of a person, a place or an event")
    bare = asked.strip(" ?!.,")
    if _OF_ALL.fullmatch(bare):
        raise MisuseError(
            "that asks for all articles at once, and an answer quotes sentences; the page's Articles list shows the"
            " headlines: ask of a person, a place or an event in them"
        )
    if _OF_A_SOURCE.fullmatch(bare):
        raise MisuseError(
            "that asks of an article and not of what it says; outlet and date stand with each source, and the article"
            " opens from there"
        )
