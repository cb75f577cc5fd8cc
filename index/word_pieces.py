"""How many word pieces a text has, as a BERT tokenizer counts: summed over its words, each tokenized once.

Such a tokenizer splits at white space and looks at each character by itself before and after, so what it makes of a
word does not depend on the words beside it, and a few ten thousand words make up most of any news.
"""

import re
import string
from collections.abc import Iterable
from typing import Any

from index.batch import sound
from index.held_words import HeldWords

# To Python white space; the tokenizer drops them, and what stood around them becomes one word.
_DROPPED = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
# A piece of its own each, wherever it stands. Brackets are left: they may be of "[SEP]" and the like.
_MARK = re.compile(f"[{re.escape(''.join(sorted(set(string.punctuation) - set('[]'))))}“”‘’–—…]")
_MOST_WORDS = 1 << 17  # held, some 15 MB; 6 MB of news have 97,000 with their marks
_LONGEST_WORD = 64  # characters held of one


class WordPieces:
    """Counts the pieces of texts. `tokenizer` is of the tokenizers library, with BERT's normalizer and WordPiece."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._model = tokenizer.model
        self._vocabulary = frozenset(tokenizer.get_vocab())
        self._known = HeldWords(self._of_word, _MOST_WORDS, _LONGEST_WORD)

    def counts(self, texts: Iterable[str]) -> list[int]:
        """The number of pieces of each text, without marks at its ends."""
        return [self._count(text) for text in texts]

    def _count(self, text: str) -> int:
        if not text.isprintable() and _DROPPED.search(text):
            return self._encoded(text)
        return sum(map(self._known.__getitem__, text.split()))

    def _of_word(self, word: str) -> int:
        parts = _MARK.split(word)
        letters = "".join(parts)
        if not letters.isascii() or not (letters.isalnum() or not letters):
            return self._encoded(word)
        marks = len(word) - len(letters)  # nothing is left to normalize but capitals
        return marks + sum(map(self._of_letters, filter(None, map(str.lower, parts))))

    def _of_letters(self, part: str) -> int:
        return 1 if part in self._vocabulary else len(self._model.tokenize(part))

    def _encoded(self, text: str) -> int:
        return len(self._tokenizer.encode_batch_fast([sound(text)], add_special_tokens=False)[0].ids)
