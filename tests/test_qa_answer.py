"""Questions asked of a small folder, with the real index and the real model."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import MisuseError
from index.build import build
from index.encode import Encoder
from index.hits import Where
from index.search import NewsIndex, open_index
from qa.answer import Answer, ask, look
from qa.askable import MOST_CHARACTERS, check_matter, checked_question
from qa.cite import CitationError, is_checked
from qa.decline import ENOUGH, likelihood, probability
from qa.followup import Turn

ARTICLES = {
    "wire/velden.md": """---
title: Crane collapse shuts Velden harbour
source: Harbour Wire
published: 2024-05-14
---

The port of Velden shut on Tuesday after a crane fell across the main quay.

Three dockers were hurt, and one of them is still in hospital, the harbour master said.

Harbour master Ines Quandt said the crane had been inspected in March. “We found nothing wrong with it,” she said.

Repairs will cost about 4.2 million crowns.
""",
    "post/velden.md": """---
title: Dockers blame owners for Velden crane
source: Velden Post
published: 2024-05-15
---

Three dockers were hurt, and one of them is still in hospital, the harbour master said.

The dockers' union said the port's owners had saved on maintenance for years.

Sign up for our newsletter and never miss a story!
""",
    "echo/bread.md": """---
title: Brodno bakery wins prize for rye bread
source: Brodno Echo
published: 2024-04-02
---

A bakery in Brodno won the county prize for its rye bread on Sunday.

The baker, Ada Moll, has run the shop for thirty years and bakes four hundred loaves a day.
""",
    "notes.txt": "Ferry timetable\n\nFerries to Brodno sail every two hours in summer. <b>No bicycles</b>.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


def final(question: str, index: NewsIndex, **more: object) -> Answer:
    *_, last = ask(question, index, **more)  # type: ignore[arg-type]
    return last


def test_an_answer_quotes_a_file_and_every_quotation_is_there(index: NewsIndex) -> None:
    answer = final("How many dockers were hurt in Velden?", index)
    assert answer.answered
    assert "Three dockers" in answer.statements[0].text
    for citation in answer.citations:
        path = index.folder / citation.file
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        assert text[citation.start : citation.end] == citation.quote
        assert text[: citation.start].count("\n") + 1 == citation.line
        assert is_checked(citation)


def test_what_two_articles_say_is_one_statement_with_two_markers(index: NewsIndex) -> None:
    answer = final("How many dockers were hurt in Velden?", index)
    cited = {each.marker: each for each in answer.citations}
    files = {cited[marker].file for marker in answer.statements[0].citations}
    assert files == {"wire/velden.md", "post/velden.md"}


def test_markers_count_from_1_in_the_order_they_appear_and_a_span_is_cited_once(index: NewsIndex) -> None:
    answer = final("What happened to the crane in Velden harbour?", index)
    shown = [marker for each in answer.statements for marker in (*each.citations, *each.context)]
    assert list(dict.fromkeys(shown)) == [each.marker for each in answer.citations]
    assert [each.marker for each in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len({(c.file, c.start, c.end) for c in answer.citations}) == len(answer.citations)


def test_a_statement_that_says_she_comes_with_who_she_is(index: NewsIndex) -> None:
    answer = final("What did the harbour master find wrong with the crane?", index)
    cited = {each.marker: each.quote for each in answer.citations}
    told = next(each for each in answer.statements if "nothing wrong" in each.text)
    others = [each.text for each in answer.statements] + [cited[marker] for marker in told.context]
    assert any("Ines Quandt" in text for text in others)


def test_the_answer_grows_and_the_last_is_final(index: NewsIndex) -> None:
    growing = list(ask("Why was the port of Velden shut on Tuesday?", index))
    assert growing[0].passages
    assert not growing[0].statements
    counts = [len(each.statements) for each in growing]
    assert counts == list(range(len(counts)))
    assert all(each.passages == growing[-1].passages for each in growing)


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("What did Ursula Bernheim say about the crane?", "None of the articles mentions Ursula Bernheim."),
        ("What did Bloomberg report about vaccines?", "No article from Bloomberg is known to be in this folder."),
        ("How do vaccines train the immune system?", "don't say"),
    ],
)
def test_what_the_articles_do_not_hold_is_declined_in_words(index: NewsIndex, question: str, note: str) -> None:
    answer = final(question, index)
    assert not answer.answered
    assert not answer.statements
    assert not answer.citations
    assert answer.passages
    assert note in answer.note
    assert 0 <= answer.confidence < 0.5


def test_a_place_that_no_sentence_found_mentions_is_told_and_the_answer_is_no_likely_one(index: NewsIndex) -> None:
    here, there = (final(f"How many dockers were hurt in {place}?", index) for place in ("Velden", "Marseille"))
    assert (here.verdict, here.note) == ("likely", "")
    assert there.verdict == "partly"
    assert there.note == "No sentence found mentions Marseille, so this may not be what was asked."


def test_what_someone_said_of_what_no_article_mentions_is_not_answered_with_what_else_they_said(
    tmp_path: Path, encoder: Encoder
) -> None:
    said = [
        "Defence secretary Maud Ferrin said the fleet would stay in the northern ports until the spring.",
        "Ferrin told the allies that no ship would leave without an escort.",
        "“We will not be drawn into a race,” Ferrin said in the capital of the alliance.",
        "Ferrin said that the allies should pay for the ships themselves.",
    ]
    for number, sentence in enumerate(said):
        (tmp_path / f"{number}.txt").write_text(f"Ferrin speaks to allies\n\n{sentence}\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    index = open_index(tmp_path, encoder=encoder)
    assert final("What did Ferrin say about escorts?", index).answered
    answer = final("What did Ferrin say about Iceland?", index)
    assert not answer.answered
    assert answer.note == "None of the articles mentions Iceland."
    asked = "What did Ferrin say about Iceland?"
    seen = look(asked, index, index.search(asked, 20))
    strong = replace(seen.signals, score=2.0, words=1.0, breadth=0.0)  # as of more articles on Ferrin
    assert probability(strong) > ENOUGH
    assert likelihood(seen.question, seen.chosen, strong, ("Iceland",)) < ENOUGH
    assert likelihood(seen.question, seen.chosen, strong, ()) == probability(strong)


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ("thanks", "no question"),
        ("OK, thank you so much!", "no question"),
        ("Hi there", "no question"),
        ("What are these articles about?", "Articles list"),
        ("Summarise the articles", "Articles list"),
        ("When was this article published?", "with each source"),
        ("What is the source?", "with each source"),
        ("Which outlet is that quote from?", "with each source"),
    ],
)
def test_what_no_article_could_say_is_told_what_to_do_instead(index: NewsIndex, question: str, hint: str) -> None:
    earlier = [Turn("How many dockers were hurt in Velden?", "Three dockers were hurt.", ())]
    with pytest.raises(MisuseError, match=hint):
        next(ask(question, index, earlier=earlier))


@pytest.mark.parametrize(
    "question",
    ["Thanks, and what did Ada Moll win?", "When was the report published?", "Who wrote it?", "Hello Kitty",
     "What was the source of the fire?", "What do the articles say about Brodno?", "And the crane?", "Why?"],
)  # fmt: skip
def test_what_sounds_like_it_and_asks_of_the_news_is_asked(question: str) -> None:
    check_matter(question)


@pytest.mark.parametrize(("one", "other"), [("Nine", "Eight"), ("9", "8"), ("Nine", "8")])
def test_outlets_that_give_other_figures_are_both_quoted_and_neither_is_cited_for_the_other(
    tmp_path: Path, encoder: Encoder, one: str, other: str
) -> None:
    told = "{} dockers were hurt when a crane fell across the main quay in Velden on Tuesday."
    for name, figure in (("wire", one), ("post", other)):
        (tmp_path / f"{name}.txt").write_text(f"Crane falls\n\n{told.format(figure)}\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    answer = final("How many dockers were hurt in Velden?", open_index(tmp_path, encoder=encoder))
    by_marker = {each.marker: each.quote for each in answer.citations}
    assert {each.text for each in answer.statements} == {told.format(one), told.format(other)}
    assert all(by_marker[marker] == each.text for each in answer.statements for marker in each.citations)
    assert "alike but for their figures" in answer.note
    assert "8 in one" in answer.note or "9 in one" in answer.note


def test_a_filter_that_leaves_no_article_is_told_and_is_no_word_of_the_articles(index: NewsIndex) -> None:
    answer = final("How many dockers were hurt in Velden?", index, where=Where(since="2031-01-01"))
    assert not answer.answered
    assert answer.note == "The chosen outlets and dates leave no article to look in."


def test_passages_are_the_k_best_hits_whatever_is_cited(index: NewsIndex) -> None:
    question = "How many loaves does Ada Moll bake a day?"
    for k in (1, 2, 30):
        assert final(question, index, k=k).passages == tuple(index.search(question, k))


def test_furniture_is_never_cited(index: NewsIndex) -> None:
    answer = final("Can I sign up for a newsletter and never miss a story?", index)
    assert all("Sign up" not in each.quote for each in answer.citations)


def test_filters_hold_for_everything_cited(index: NewsIndex) -> None:
    answer = final("How many dockers were hurt in Velden?", index, where=Where(outlets=frozenset({"Velden Post"})))
    assert {each.source for each in answer.citations} == {"Velden Post"}


def test_what_a_filter_leaves_out_is_not_said_of_all_articles(index: NewsIndex) -> None:
    answer = final("What did Ada Moll bake?", index, where=Where(outlets=frozenset({"Velden Post"})))
    assert answer.note == "None of the chosen articles mentions Ada Moll."


def test_a_follow_up_is_asked_stand_alone_and_says_so(index: NewsIndex) -> None:
    earlier = [Turn("Who is the baker in Brodno?", "The baker, Ada Moll, has run the shop for thirty years.", ())]
    answer = final("How many loaves does she bake?", index, earlier=earlier)
    assert answer.question == "How many loaves does she bake?"
    assert answer.asked == "How many loaves does Ada Moll bake?"
    assert any("four hundred loaves" in each.text for each in answer.statements)


def test_the_same_question_gives_the_same_answer(index: NewsIndex) -> None:
    one, other = (final("Why did the crane fall in Velden?", index) for _ in range(2))
    assert (one.statements, one.citations, one.confidence) == (other.statements, other.citations, other.confidence)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("?!…", "no word"),
        ("🙂🙂", "no word"),
        ("why " * 2_500, f"{MOST_CHARACTERS:,}"),
    ],
)
def test_a_question_that_can_t_be_asked_is_refused_in_one_sentence(index: NewsIndex, question: str, says: str) -> None:
    with pytest.raises(MisuseError, match=says) as refused:
        next(ask(question, index))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    "question",
    [
        "Сколько докеров пострадало в Вельдене?",
        "港は閉鎖されましたか",
        "كم عدد العمال؟",
        "<script>alert(1)</script> dockers hurt?",
        "dockers\u202ehurt\x00?",
        "[1] **How** many `dockers`?",
        "' OR 1=1 -- dockers",
        "a" * MOST_CHARACTERS,
        "\ud800 dockers",
    ],
)
def test_other_scripts_and_markup_are_asked_like_any_question(index: NewsIndex, question: str) -> None:
    answer = final(question, index)
    assert answer.asked == checked_question(question)
    assert all(is_checked(each) for each in answer.citations)


def test_an_answer_refuses_a_citation_that_nobody_checked(index: NewsIndex) -> None:
    answer = final("How many dockers were hurt in Velden?", index)
    object.__setattr__(answer.citations[0], "quote", "Thirty dockers were hurt.")
    with pytest.raises(CitationError):
        Answer(answer.question, answer.asked, True, 1.0, answer.statements, answer.citations, (), 0.0, "")


def test_asking_loads_neither_torch_nor_gradio() -> None:
    code = "import sys, qa.answer, qa.measure; sys.exit(any(m in sys.modules for m in ('torch', 'gradio', 'sklearn')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parent.parent).returncode == 0


def test_a_quotation_is_stated_whole_and_once(tmp_path: Path, encoder: Encoder) -> None:
    told = 'Joan Pell, 71, said: "The geese guard the pier all day. Who guards the geese?" Then she left.'
    (tmp_path / "geese.txt").write_text(f"Geese feared\n\n{told}\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    *_, answer = ask("What did Joan Pell say about the geese?", open_index(tmp_path, encoder=encoder))
    said = [each.text for each in answer.statements if "guard" in each.text]
    assert said == ['Joan Pell, 71, said: "The geese guard the pier all day. Who guards the geese?"']
