"""Writes corpus/furniture_screens.txt anew, which goes by corpus/furniture_rules.txt: python tests/write_screens.py"""

import json
from pathlib import Path

from corpus.furniture_rules import pattern_mark, rules
from corpus.furniture_screen import screen

PAGE = Path(__file__).parents[1] / "corpus" / "furniture_screens.txt"


def rows() -> str:
    """A line of JSON for each pattern: its mark, what a line it takes begins with, and what such a line holds."""
    patterns = dict.fromkeys(rule.pattern for rule in rules())
    found = [(pattern_mark(pattern), screen(pattern)) for pattern in patterns]
    return "".join(json.dumps([mark, seen.begins, seen.holds], ensure_ascii=False) + "\n" for mark, seen in found)


if __name__ == "__main__":
    PAGE.write_text(rows(), encoding="utf-8")
    print(f"{PAGE}: {len(rows().splitlines())} patterns")
