"""Quality on real articles, held above the floors in floors.toml. Skips where the development data is not there."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from index.build import build
from index.encode import Encoder
from index.search import NewsIndex, open_index
from qa.answer import ask
from qa.gold import read_questions
from qa.measure import Report, measure

TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared"
FLOORS = tomllib.loads((TESTS / "floors.toml").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SHARED / "data").is_dir(), reason=f"needs the development data in {SHARED}"),
]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    folder = tmp_path_factory.mktemp("seeds")
    for path in (SHARED / "seeds").glob("*.txt"):
        shutil.copyfile(path, folder / path.name)
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


def indexed(held: Path, folder: Path, encoder: Encoder) -> NewsIndex:
    """The index of a set's documents, written as a folder of articles."""
    subprocess.run([sys.executable, SHARED / "tools/as_folder.py", held, folder], check=True)
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    return indexed(SHARED / "data/multihop_rag", tmp_path_factory.mktemp("multihop_rag"), encoder)


@pytest.fixture(scope="module")
def paragraphs(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    return indexed(SHARED / "data/squad2", tmp_path_factory.mktemp("squad2"), encoder)


@pytest.fixture(scope="module")
def abstracts(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    """A quarter of SciFact's abstracts: those that a quarter of its claims name, and others up to that."""
    whole, part = SHARED / "data/scifact", tmp_path_factory.mktemp("scifact_part")
    documents = [json.loads(line) for line in (whole / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    named = {name for claim in claims() for name in claim["relevant"]}
    kept = [each for n, each in enumerate(documents) if each["id"] in named or n % 5 == 0]
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in kept)
    (part / "corpus.jsonl").write_text(lines, encoding="utf-8")
    return indexed(part, tmp_path_factory.mktemp("scifact"), encoder)


def claims() -> list[dict[str, list[str]]]:
    lines = (SHARED / "data/scifact/queries_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[::4]]


def hold(report: Report, floors: dict[str, float]) -> None:
    print(report.table())
    for name, floor in floors.items():
        value = report.figures[name].value
        met = value <= floor if name == "answerable declined" else value >= floor
        assert met, f"{name} is {value:.4f}, the floor is {floor}"


def test_questions_on_five_saved_articles_are_answered_or_declined(seeds: NewsIndex) -> None:
    hold(measure(read_questions(TESTS / "data/seed_questions.jsonl"), seeds), FLOORS["seeds"])


def test_no_furniture_of_five_saved_articles_is_cited(seeds: NewsIndex) -> None:
    marked = {article.path: seeds.text(article.row).furniture for article in seeds.articles}
    assert any(marked.values())
    for gold in read_questions(TESTS / "data/seed_questions.jsonl"):
        *_, answer = ask(gold.query, seeds)
        for cited in answer.citations:
            assert not any(f.start < cited.end and cited.start < f.end for f in marked[cited.file]), gold.query


def test_questions_on_609_news_articles_are_answered_or_declined(news: NewsIndex) -> None:
    hold(measure(read_questions(SHARED / "data/multihop_rag/queries_dev.jsonl"), news), FLOORS["multihop_rag"])


def test_questions_about_other_things_are_declined(news: NewsIndex) -> None:
    others = read_questions(SHARED / "data/squad2/queries_dev.jsonl")[::10]
    hold(measure(others, news), FLOORS["squad2_asked_of_news"])


def test_questions_on_paragraphs_are_answered_in_the_first_statements(paragraphs: NewsIndex) -> None:
    asked = read_questions(SHARED / "data/squad2/queries_dev.jsonl")
    hold(measure([gold for gold in asked if gold.answers], paragraphs), FLOORS["squad2"])


def test_claims_find_the_abstracts_that_bear_on_them(abstracts: NewsIndex) -> None:
    hold(measure(read_questions(SHARED / "data/scifact/queries_dev.jsonl")[::4], abstracts), FLOORS["scifact_part"])


def test_every_citation_over_the_development_questions_is_the_files_own_words(news: NewsIndex) -> None:
    files: dict[str, str] = {}
    checked = 0
    for gold in read_questions(SHARED / "data/multihop_rag/queries_dev.jsonl"):
        *_, answer = ask(gold.query, news)
        for cited in answer.citations:
            if cited.file not in files:
                with (news.folder / cited.file).open(encoding="utf-8", newline="") as file:
                    files[cited.file] = file.read()
            assert files[cited.file][cited.start : cited.end] == cited.quote
            checked += 1
    assert checked > 1_000


def test_no_gold_evidence_is_taken_for_furniture(news: NewsIndex) -> None:
    texts = {Path(article.path).stem: news.text(article.row) for article in news.articles}
    lost = total = 0
    with (SHARED / "data/multihop_rag/queries_dev.jsonl").open(encoding="utf-8") as lines:
        for question in map(json.loads, lines):
            for fact, name in zip(question["evidence"], question["evidence_doc"], strict=True):
                at = texts[name].text.find(fact)
                total += at >= 0
                lost += at >= 0 and any(f.start < at + len(fact) and at < f.end for f in texts[name].furniture)
    assert total > 1_000
    assert lost <= FLOORS["furniture"]["evidence lost"]
