"""A long question's parts: what it asks of one report and of another, each to be searched for by itself. Pure."""

import re

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_JOINS = (
    "while|whereas|but|and|who|whom|whose|which|where|as|after|before|despite|although|though|yet|unlike|versus"
    "|rather than|compared (?:to|with)|with|when|following|in contrast to|contrary to|given that|or|including"
    "|known for|because|according to|reported by"
)
_VERBS = "is|was|are|were|has|have|had|does|did"
_CUT = re.compile(
    rf"\s*[,;]\s+(?=(?:{_JOINS})\b)"
    r"|\s+(?=(?:while|whereas|despite|although|but|compared (?:to|with)|as opposed to|unlike|after|before|following)\b)"
    rf"|\s+(?=and (?:{_VERBS}|who|which|also|then|later|the|whether|another|in|an?)\b)"
    r"|[;?]\s*|\s+[-–—]\s+",
    re.IGNORECASE,
)
# Words that say how a question is put and nothing about what is asked.
_SAYS_NOTHING = re.compile(
    r"(?:the|an?|of|in|on|at|to|for|from|by|with|and|or|but|who|which|what|that|this|these|those|is|are|was|were|be|been"
    r"|being|has|have|had|do|does|did|as|its?|their|his|her|he|she|they|them|not?|while|after|before|between|about|into|than"
    r"|then|also|both|same|articles?|report(?:s|ed|ing)?|according|publi(?:shed|cation)|suggests?|indicates?|claims?"
    r"|discuss(?:es)?|mentions?|describes?|regarding|concerning|news|sources?|there|any|other|another|different|whether"
    r"|similar|changed?|consistent|contradict|(?:dis)?agreement)",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3
MOST_PARTS = 5


def parts(question: str) -> list[str]:
    """The parts of a question in order, each with at least three words of matter; empty for one that has no parts.

    "Which firm bought the mill, and was it fined, as The Quay reports?" has two. What is behind the fifth is left out:
    the question itself is searched for too.
    """
    found: list[str] = []
    for piece in _CUT.split(question):
        piece = piece.strip(" ,")
        if found and (_is_short(piece) or _is_short(found[-1])):
            found[-1] = f"{found[-1]} {piece}".rstrip()
        elif piece:
            found.append(piece)
    return found[:MOST_PARTS] if len(found) > 1 else []


def _is_short(piece: str) -> bool:
    return sum(_SAYS_NOTHING.fullmatch(word.group()) is None for word in _WORD.finditer(piece)) < _FEWEST_WORDS
