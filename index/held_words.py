"""Words with what was made of each, kept at hand: news says the same ones over and over."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class HeldWords(dict[str, T]):
    """What `make` gives for a word, made once; of words up to `longest` characters, and `most` of them at a time.

    Asked by `words[word]`, from several threads if need be.
    """

    def __init__(self, make: Callable[[str], T], most: int, longest: int) -> None:
        super().__init__()
        self._make, self._most, self._longest = make, most, longest

    def __missing__(self, word: str) -> T:
        made = self._make(word)
        if len(word) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[word] = made
        return made
