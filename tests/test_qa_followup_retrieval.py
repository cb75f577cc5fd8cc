"""Follow-ups find what the stand-alone question finds: dialogues over articles, real index, real model."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.build import build
from index.encode import Encoder
from index.hits import Where
from index.search import NewsIndex, open_index
from qa.answer import Answer, ask
from qa.chat import Answered, Exchange, converse

TESTS = Path(__file__).parent
FOLDERS = (TESTS.parent / "corpus" / "sample", TESTS / "data" / "dialogue_articles")
K = 10
FLOOR = 0.90
"""What share of the evidence that stand-alone questions find the follow-ups have to find. When it was set, that was .96
in the first 3 passages, 1.00 in the first 10 and .92 in what is cited; the rules before had .91, .99 and .85."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A later turn: as typed, as a person would have asked it alone, and the strings of which one is to be found."""

    typed: str
    alone: str
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A first question and what was typed after it; of the `blind` part no result was seen while rules were made."""

    id: str
    part: str
    first: str
    turns: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Whether evidence stands in the first 3 passages, in the first 10, and in what is cited."""

    first_3: bool
    first_10: bool
    cited: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A follow-up as it was asked of the index, with what it found and what the stand-alone question found."""

    dialogue: Dialogue
    turn: FollowUp
    asked: str
    found: Found
    alone: Found


def read_dialogues() -> list[Dialogue]:
    """The dialogues of the file, in order."""
    lines = (TESTS / "data" / "dialogues.jsonl").read_text("utf-8").splitlines()
    return [_dialogue(json.loads(line)) for line in lines]


def _dialogue(record: dict) -> Dialogue:
    turns = tuple(FollowUp(each["typed"], each["alone"], tuple(each["gold"])) for each in record["turns"])
    return Dialogue(record["id"], record["part"], record["first"], turns)


def plain(text: str) -> str:
    """The text with each run of white space as one space: articles break lines where they like."""
    return " ".join(text.split())


def holds(texts: Iterable[str], gold: Iterable[str]) -> bool:
    """True if one of the texts holds one of the strings."""
    return any(plain(one) in plain(text) for text in texts for one in gold)


def found(answer: Answer, gold: tuple[str, ...]) -> Found:
    """Where the answer has the evidence."""
    passages = [hit.text for hit in answer.passages]
    return Found(
        holds(passages[:3], gold), holds(passages[:10], gold), holds((c.quote for c in answer.citations), gold)
    )


def compared(dialogue: Dialogue, index: NewsIndex) -> list[Compared]:
    """Each later turn of a dialogue, held as the page holds it, beside its stand-alone question."""
    exchanges: tuple[Exchange, ...]
    *_, exchanges = converse(dialogue.first, (), index, Where(), K)
    results = []
    for turn in dialogue.turns:
        *_, exchanges = converse(turn.typed, exchanges, index, Where(), K)
        last = exchanges[-1]
        assert isinstance(last, Answered)
        *_, alone = ask(turn.alone, index, k=K)
        results.append(
            Compared(dialogue, turn, last.answer.asked, found(last.answer, turn.gold), found(alone, turn.gold))
        )
    return results


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    folder = tmp_path_factory.mktemp("dialogues")
    for path in (path for source in FOLDERS for path in source.iterdir()):
        shutil.copyfile(path, folder / path.name)
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


@pytest.fixture(scope="module")
def results(index: NewsIndex) -> list[Compared]:
    return [each for dialogue in read_dialogues() for each in compared(dialogue, index)]


def test_all_evidence_is_in_an_article(index: NewsIndex) -> None:
    texts = [plain(index.text(article.row).text) for article in index.articles]
    for dialogue in read_dialogues():
        for turn in dialogue.turns:
            assert [one for one in turn.gold if not holds(texts, [one])] == []


def test_there_are_forty_dialogues_ten_of_them_kept_apart() -> None:
    parts = [dialogue.part for dialogue in read_dialogues()]
    assert (parts.count("open"), parts.count("blind")) == (30, 10)


@pytest.mark.parametrize("where", ["first_3", "first_10", "cited"])
def test_a_follow_up_finds_what_the_stand_alone_question_finds(results: list[Compared], where: str) -> None:
    for part in ("open", "blind"):
        print(figures(where, [each for each in results if each.dialogue.part == part], part))
    print(figures(where, results, "all"))
    assert share(where, results) >= FLOOR


def share(where: str, results: list[Compared]) -> float:
    """How often the follow-ups found evidence there, as a share of how often the stand-alone questions did."""
    return sum(getattr(each.found, where) for each in results) / sum(getattr(each.alone, where) for each in results)


def figures(where: str, results: list[Compared], part: str) -> str:
    """A line of figures for the reader of the test's output."""
    typed = sum(getattr(each.found, where) for each in results)
    alone = sum(getattr(each.alone, where) for each in results)
    return f"{part} {where}: {typed} of {len(results)} as follow-ups, {alone} alone: {share(where, results):.3f}"
