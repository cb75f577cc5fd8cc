"""Which sentences answer: the ranking on articles written here, and the choice among them."""

from bisect import bisect_left

import pytest

from corpus.document import Furniture, Metadata, Span, text_digest
from corpus.sentences import sentences
from index.hits import ArticleText, Hit, StoredArticle
from qa.choose import MOST_STATEMENTS, choose
from qa.context import context
from qa.outlets import outlets_named, outlets_of
from qa.questions import analyse, kind_of
from qa.same import carries
from qa.select import Candidate, rank

HARBOUR = (
    "Ostrava harbour closed after crane collapse\n"
    "The port of Velden shut on Tuesday after a crane fell across the main quay. "
    "Three dockers were hurt, and one of them is still in hospital. "
    "Harbour master Ines Quandt said the crane had been inspected in March. "
    "“We found nothing wrong with it,” she told reporters. "
    "The quay stayed closed because divers still had to clear the wreck from the channel. "
    "Repairs will cost about 4.2 million crowns. "
    "Ships were sent to Brodno, forty kilometres up the coast. "
    "Was the crane too old? "
    "Velden handles a tenth of the country's grain."
)
ECHO = (
    "Three dockers were hurt, and one of them is still in hospital. "
    "The union blamed the port's owners. "
    "Its chairman, Olav Brandt, said the owners had saved on maintenance for years. "
    "“They were warned twice,” Brandt said."
)
OTHER = "A bakery in Brodno won a prize for its rye bread. The baker, Ada Moll, has run it for thirty years."


def shelf(*texts: tuple[str, str | None]) -> dict[int, tuple[StoredArticle, ArticleText]]:
    held = {}
    for row, (text, outlet) in enumerate(texts):
        about = Metadata(source=outlet)
        article = StoredArticle(row, f"{row}.txt", text_digest(text), "text", about, len(text))
        held[row] = (article, ArticleText(text, tuple(sentences(text)), ()))
    return held


ARTICLES = shelf((HARBOUR, "Velden Post"), (ECHO, "The Union"), (OTHER, "Brodno Echo"))


def hits(held: dict[int, tuple[StoredArticle, ArticleText]] = ARTICLES) -> list[Hit]:
    return [
        Hit(row + 1, 1.0 - row / 10, article, 0, len(stored.text), stored.text, 1.0, 1.0, 0.5, 1.0)
        for row, (article, stored) in held.items()
    ]


def ranked(question: str, held: dict[int, tuple[StoredArticle, ArticleText]] = ARTICLES) -> list[Candidate]:
    named = outlets_named(question, outlets_of([article for article, _ in held.values()]))
    return rank(analyse(question, named.words), hits(held), lambda row: held[row][1], named.sources)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who won the race?", "who"),
        ("Which minister resigned?", "who"),
        ("When did it rain?", "when"),
        ("In what year was the bridge built?", "when"),
        ("How long did the strike last?", "how long"),
        ("Where did the ship sink?", "where"),
        ("Which country sent help?", "where"),
        ("How many people came?", "how many"),
        ("How much did it cost?", "how many"),
        ("What share of the vote did she get?", "how many"),
        ("Why did the mayor resign?", "why"),
        ("What caused the fire?", "why"),
        ("What did the mayor say about the fire?", "said"),
        ("How did Brussels respond?", "said"),
        ("How does the pump work?", "how"),
        ("Did the mayor resign?", "yes-no"),
        ("What is a quay?", "what"),
        ("Who won the race, and when?", "when"),
        ("What did she say, and where?", "where"),
    ],
)
def test_a_question_s_kind_is_known_by_its_words(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Who is the harbour master of Velden?", "Ines Quandt"),
        ("Where were the ships sent?", "Brodno, forty kilometres"),
        ("When was the crane inspected?", "in March"),
        ("When did the port shut?", "on Tuesday"),
        ("How many dockers were hurt?", "Three dockers"),
        ("How much will the repairs cost?", "4.2 million"),
        ("Which part of the country's grain does Velden handle?", "a tenth"),
        ("Why did the quay stay closed?", "because divers"),
        ("What did Olav Brandt say about maintenance?", "saved on maintenance"),
        ("What did Brandt say of warnings?", "warned twice"),
        ("Were any dockers injured or hurt?", "Three dockers"),
        ("Who bakes rye bread in Brodno?", "bakery in Brodno"),
    ],
)
def test_the_sentence_that_answers_stands_first_whatever_is_asked(question: str, held: str) -> None:
    assert held in ranked(question)[0].text


def test_a_sentence_that_asks_does_not_answer() -> None:
    assert "too old" not in ranked("Was the crane too old?")[0].text


def test_a_pronoun_s_sentence_gets_what_it_lacks_from_the_one_before() -> None:
    best = ranked("What did harbour master Quandt say about finding something wrong with the crane?")[:2]
    assert any("nothing wrong" in one.text and one.around for one in best)


def test_an_outlet_in_the_question_is_a_source_and_no_word_to_look_for() -> None:
    question = analyse("What did The Union report about the owners?", frozenset({"union"}))
    assert "union" not in {term.stem for term in question.terms}
    assert ranked("What did The Union report about the dockers?")[0].hit.article.metadata.source == "The Union"


def test_the_sentences_are_those_of_the_hits_each_once() -> None:
    places = [one.place for one in ranked("Who was hurt?")]
    assert len(places) == len(set(places)) == sum(len(stored.sentences) for _, stored in ARTICLES.values())
    for one in ranked("Who was hurt?"):
        assert ARTICLES[one.hit.article.row][1].text[one.span.start : one.span.end] == one.text


def test_meaning_is_asked_of_a_few_and_moves_them() -> None:
    seen: list[int] = []

    def meaning(texts: list[str]) -> list[float]:
        seen.append(len(texts))
        return [1.0 if "Ships" in text else 0.0 for text in texts]

    question = analyse("Where did the vessels go after the crane fell?")
    found = rank(question, hits(), lambda row: ARTICLES[row][1], meaning=meaning)  # type: ignore[arg-type]
    assert seen == [8]
    without = rank(question, hits(), lambda row: ARTICLES[row][1])
    if any("Ships" in one.text for one in without[:8]):
        assert "Ships" in found[0].text


# --- the choice ---


def test_one_statement_carries_everywhere_it_stands() -> None:
    chosen = choose(ranked("How many dockers were hurt?"))
    assert "Three dockers" in chosen[0].best.text
    assert [one.hit.article.row for one in chosen[0].also] == [1]
    assert sum("Three dockers" in choice.best.text for choice in chosen) == 1


def test_there_are_one_to_five_statements_and_the_best_comes_first() -> None:
    for question in ("How many dockers were hurt?", "What happened at Velden harbour?", "zebra"):
        chosen = choose(ranked(question))
        assert 1 <= len(chosen) <= MOST_STATEMENTS
        scores = [choice.best.score for choice in chosen]
        assert scores == sorted(scores, reverse=True)


def test_nothing_ranked_gives_no_statement() -> None:
    assert choose([]) == []


def test_a_question_that_compares_outlets_gets_a_statement_from_each() -> None:
    question = "Did the Velden Post blame the crane while The Union blamed the port's owners?"
    chosen = choose(
        ranked(question), outlets_named(question, outlets_of([article for article, _ in ARTICLES.values()])).held
    )
    assert {choice.best.hit.article.metadata.source for choice in chosen[:2]} == {"Velden Post", "The Union"}


@pytest.mark.parametrize(
    ("statement", "sentence", "same"),
    [
        (
            "The port shut on Tuesday after a crane fell.",
            "The port shut on Tuesday after a crane fell, police said.",
            True,
        ),
        ("The port shut on Tuesday after a crane fell.", "The port was shut on Tuesday after the crane fell.", True),
        ("The port shut on Tuesday, police said, after a crane fell.", "The port shut on Tuesday.", False),
        ("Repairs will cost 4.2 million crowns.", "Repairs will cost 4.8 million crowns.", False),
        ("The owners will pay for the new crane.", "The owners will not pay for the new crane.", False),
        ("The mayor praised the dockers of Velden.", "The bakery in Brodno won a prize.", False),
        ("“It fell,” she said.", "“It fell,” he said.", True),
    ],
)
def test_a_sentence_carries_a_statement_if_it_says_all_of_it(statement: str, sentence: str, same: bool) -> None:
    assert carries(sentence, statement) is same


# --- who is spoken of ---


def _context(text: str, number: int, furniture: tuple[Furniture, ...] = ()) -> str | None:
    stored = ArticleText(text, tuple(sentences(text)), furniture)
    span = context(stored, number)
    return None if span is None else text[span.start : span.end]


def test_a_sentence_that_points_back_gets_the_one_that_names() -> None:
    text = "Ines Quandt runs the port. She was born there. “We found nothing,” she said. Ada Moll bakes. It rained."
    assert _context(text, 1) == "Ines Quandt runs the port."
    assert _context(text, 2) == "Ines Quandt runs the port."
    assert _context(text, 0) is None
    assert _context(text, 3) is None


def test_nothing_is_fetched_from_behind_furniture() -> None:
    text = "Ines Quandt runs the port.\nSubscribe now!\nShe was born there."
    plug = text.index("Subscribe")
    stored = ArticleText(text, (Span(0, 26), Span(42, len(text))), (Furniture(plug, plug + 14, "plug"),))
    assert context(stored, 1) is None


def test_hits_that_overlap_give_each_sentence_its_best_hit() -> None:
    article, stored = ARTICLES[0]
    middle = stored.sentences[bisect_left(stored.sentences, 200, key=lambda span: span.start)].start
    first = Hit(1, 0.9, article, 0, len(stored.text), stored.text, 1, 1, 1, 1)
    second = Hit(2, 0.1, article, middle, len(stored.text), stored.text[middle:], 1, 1, 1, 1)
    found = rank(analyse("Who was hurt?"), [first, second], lambda _: stored)
    assert len(found) == len(stored.sentences)
    assert {one.hit.rank for one in found} == {1}
