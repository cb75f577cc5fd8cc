"""The figures, on questions and a folder small enough to count by hand."""

import json
from pathlib import Path

import pytest

from corpus.errors import MisuseError
from index.build import build
from index.encode import Encoder
from index.search import NewsIndex, open_index
from qa.gold import Gold, GoldSpan, read_questions
from qa.measure import figure, measure, nowhere

CRANE = "The port of Velden shut on Tuesday after a crane fell across the main quay."
BREAD = "A bakery in Brodno won the county prize for its rye bread on Sunday."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "crane.txt").write_text(f"Harbour shut\n\n{CRANE}\n", encoding="utf-8")
    (folder / "bread.txt").write_text(f"Prize for bread\n\n{BREAD}\n", encoding="utf-8")
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


def gold(
    query: str, kind: str = "", relevant: str = "", evidence: object = None, answers: tuple[str, ...] = ()
) -> Gold:
    held = () if evidence is None else (evidence,)
    return Gold("q", query, kind, frozenset(filter(None, [relevant])), held, answers)  # type: ignore[arg-type]


def test_a_question_found_cited_and_answered_has_full_marks(index: NewsIndex) -> None:
    asked = gold("When was the port of Velden shut after a crane fell?", "", "crane", CRANE, ("Tuesday",))
    report = measure([asked], index)
    for name in ("hits@10", "hits@4", "mrr@10", "fact recall@10", "all facts@10", "ndcg@10", "evidence cited"):
        assert report.figures[name].value == 1.0, name
    assert report.figures["answer in first"].value == report.figures["answer in first three"].value == 1.0
    assert report.figures["answerable declined"].value == 0.0
    assert (report.questions, report.answerable) == (1, 1)


def test_evidence_by_its_place_counts_as_evidence_by_its_words(index: NewsIndex) -> None:
    start = len("Harbour shut\n\n")
    spot = GoldSpan("crane.txt", start, start + 30)
    report = measure([gold("When was the port of Velden shut after a crane fell?", evidence=spot)], index)
    assert report.figures["evidence cited"].value == report.figures["hits@10"].value == 1.0
    elsewhere = GoldSpan("bread.txt", 0, 5)
    report = measure([gold("When was the port of Velden shut after a crane fell?", evidence=elsewhere)], index)
    assert report.figures["evidence cited"].value == 0.0


def test_a_question_that_is_not_answered_here_counts_towards_declining_only(index: NewsIndex) -> None:
    questions = [
        gold("Who painted the ceiling of the chapel?", "unanswerable"),
        gold("Who invented the steam turbine?", "answerable", "Steam_engine_3", answers=("Parsons",)),
    ]
    report = measure(questions, index)
    assert report.answerable == 0
    assert set(report.figures) == {"unanswerable declined"}
    assert report.figures["unanswerable declined"].questions == 2


def test_the_figure_of_finding_is_zero_where_the_fact_is_nowhere(index: NewsIndex) -> None:
    report = measure([gold("When was the port of Velden shut?", evidence="Never written anywhere at all.")], index)
    assert report.figures["hits@10"].value == report.figures["mrr@10"].value == 0.0


def test_a_question_that_can_not_be_asked_is_named_before_any_is(index: NewsIndex) -> None:
    asked = [gold("When was the port of Velden shut?"), gold("What are these articles about?")]
    told: list[int] = []
    with pytest.raises(MisuseError, match="question q: that asks for all articles"):
        measure(asked, index, progress=lambda done, _total: told.append(done))
    assert told == []


def test_evidence_that_stands_in_no_article_is_told(index: NewsIndex) -> None:
    wrong, outside = "Never written anywhere at all.", GoldSpan("crane.txt", 90_000, 90_010)
    asked = [
        gold("When?", evidence=CRANE),
        gold("When?", evidence=GoldSpan("crane.txt", 0, 5)),
        gold("When?", evidence="Harbour shut"),
        gold("When?", "unanswerable", evidence=wrong),
        gold("When?", evidence=wrong),
        gold("When?", evidence=outside),
        gold("When?", evidence=GoldSpan("no.txt", 0, 5)),
    ]
    assert nowhere(asked, index) == [("q", wrong), ("q", outside), ("q", GoldSpan("no.txt", 0, 5))]


def test_the_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    few, many = figure([1.0, 0.0] * 10), figure([1.0, 0.0] * 1000)
    for each in (few, many):
        assert each.low <= each.value == 0.5 <= each.high
    assert many.high - many.low < (few.high - few.low) / 5
    assert figure([1.0, 0.0] * 10) == few
    assert (figure([1.0]).low, figure([1.0]).high) == (1.0, 1.0)


def test_the_report_reads_as_a_table_and_as_json(index: NewsIndex) -> None:
    report = measure([gold("When was the port of Velden shut?", evidence=CRANE)], index)
    table = report.table()
    assert "1 question, 1 answered" in table
    assert "hits@10" in table
    assert "95 % interval" in table
    assert json.loads(json.dumps(report.as_dict()))["figures"]["hits@10"]["value"] == 1.0


def test_questions_are_read_as_written(tmp_path: Path) -> None:
    line = {
        "id": "a",
        "query": "Who?",
        "type": "who",
        "relevant": ["Black Death#3"],
        "evidence": [CRANE, {"file": "a.txt", "line": 2, "start": 4, "end": 9}],
        "answers": ["Ada"],
    }
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(line) + "\n\n" + json.dumps({"id": "b", "query": "Why?"}) + "\n")
    first, second = read_questions(path)
    assert first == Gold("a", "Who?", "who", frozenset({"Black_Death_3"}), (CRANE, GoldSpan("a.txt", 4, 9)), ("Ada",))
    assert second == Gold("b", "Why?", "", frozenset(), (), ())
    path.write_text(json.dumps({"id": "c", "question": "How?"}) + "\n")  # as a batch has it
    assert read_questions(path)[0].query == "How?"


@pytest.mark.parametrize("line", ["not json", "[]", "3", '{"id": "a"}', '{"id": "a", "query": "x", "evidence": [3]}'])
def test_a_line_that_is_no_question_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "query": "Who?"}\n' + line + "\n")
    with pytest.raises(MisuseError, match="line 2"):
        read_questions(path)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_file_without_questions_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "questions.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MisuseError):
        read_questions(path)


def test_the_questions_on_the_seeds_are_places_and_not_copied_text() -> None:
    questions = read_questions(Path(__file__).parent / "data" / "seed_questions.jsonl")
    answerable = [q for q in questions if q.evidence]
    assert len(answerable) >= 30
    assert len(questions) - len(answerable) >= 12
    assert all(isinstance(each, GoldSpan) for q in questions for each in q.evidence)
    assert len({each.file for q in questions for each in q.evidence if isinstance(each, GoldSpan)}) == 5
    assert len({q.id for q in questions}) == len(questions)
