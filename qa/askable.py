"""What can be asked at all."""

import re

from corpus.errors import MisuseError

MOST_CHARACTERS = 2_000


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
