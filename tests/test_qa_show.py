"""What the product shows of an answer: JSON, text for a terminal, HTML. And that nothing in it is ever markup."""

import ast
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Metadata, text_digest
from index.hits import ArticleText, Copy, Hit, StoredArticle
from qa.answer import Answer, Statement
from qa.chat import Answered, Refused, Waiting
from qa.cite import Citation, Evidence, check, draft
from qa.same import carries, in_the_same_words
from qa.show import Markup, answer_copy, answer_text, citation_text, escape, hits_text, passage_words, plain, tag
from qa.show import written_date as written
from qa.show_answer import conversation_html
from qa.show_json import answer_json, search_json
from qa.show_sources import sources_html

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"
    "[a](javascript:alert(1)) ![i](https://evil.example/x.png) {{value}} ${alert(1)} `x` <style>*{display:none}</style>"
)
TEXT = "The bridge opened on Monday. It cost nine million crowns, the mayor said. Nobody has crossed it yet."


def article(
    text: str = TEXT,
    title: str | None = "A bridge, at last",
    source: str | None = "The Quay",
    path: str = "quay/bridge.md",
) -> StoredArticle:
    return StoredArticle(0, path, text_digest(text), "markdown", Metadata(title, source, None, "2025-02-12"), len(text))


def cited(marker: int, quote: str, about: StoredArticle, text: str = TEXT) -> Citation:
    evidence = Evidence(about, ArticleText(text, (), ()))
    start = text.index(quote)
    return check(draft(marker, evidence, start, start + len(quote)), evidence)


def hit(about: StoredArticle, text: str = TEXT, rank: int = 1) -> Hit:
    return Hit(rank, 0.5, about, 0, len(text), text, 0.5, 0.5, 0.5, 3.0)


def answered(question: str = "What did the bridge cost?", about: StoredArticle | None = None) -> Answer:
    about = about or article()
    quote = "It cost nine million crowns, the mayor said."
    citations = (cited(1, quote, about), cited(2, "The bridge opened on Monday.", about))
    statements = (Statement(quote, (1,)), Statement("The bridge opened on Monday.", (2,)))
    return Answer(question, question, True, 0.9, statements, citations, (hit(about),), 0.01, "")


def declined(note: str = "Nothing here is about tunnels.") -> Answer:
    return Answer("Who dug the tunnel?", "Who dug the tunnel?", False, 0.1, (), (), (hit(article()),), 0.01, note)


# --- JSON ---


def test_the_json_of_an_answer_has_the_keys_that_tools_rely_on() -> None:
    found = json.loads(json.dumps(answer_json(answered())))
    assert {"question", "answered", "seconds", "statements", "citations", "passages"} <= found.keys()
    said = {"text": "It cost nine million crowns, the mayor said.", "citations": [1], "context": []}
    assert found["statements"][0] == said
    first = found["citations"][0]
    expected = {"marker": 1, "file": "quay/bridge.md", "document": text_digest(TEXT), "line": 1, "source": "The Quay"}
    assert {key: first[key] for key in expected} == expected
    assert TEXT[first["start"] : first["end"]] == first["quote"]
    assert found["verdict"] == "likely"
    assert found["passages"][0]["rank"] == 1
    assert found["passages"][0].keys() >= {"score", "file", "start", "end", "text", "title", "source", "published"}


def test_a_declined_answer_is_json_without_statements_and_with_the_nearest_passages() -> None:
    found = answer_json(declined())
    assert (found["answered"], found["statements"], found["citations"]) == (False, [], [])
    assert found["verdict"] == "not in these articles"
    assert len(found["passages"]) == 1


def test_a_search_is_json_with_question_seconds_and_passages() -> None:
    assert search_json("Q?", 0.5, [hit(article())]).keys() == {"question", "seconds", "passages"}


def test_a_hit_names_the_files_that_hold_the_same_text_in_json_text_and_html() -> None:
    other = article(source="Harbour Wire", path="wire/bridge.md")
    folded = replace(hit(article()), copies=(Copy(other, 0, len(TEXT)),))
    [passage] = search_json("Q?", 0.5, [folded])["passages"]
    assert passage["copies"] == [{"file": "wire/bridge.md", "start": 0, "end": len(TEXT)}]
    assert "The same text: wire/bridge.md" in hits_text([folded])
    shown = sources_html([Answered("Q?", replace(declined(), passages=(folded,)), True)])
    assert "Same text: Harbour Wire" in shown


# --- a terminal ---


def test_an_answer_in_a_terminal_has_markers_and_the_sources_they_name_within_88_columns() -> None:
    long = " ".join(["The river rose again"] * 40) + "."
    about = article(long, source=None, title=None, path="a/very/" + "long/" * 20 + "path.txt")
    statement = Statement(long, (1,))
    said = Answer("Q?", "Q?", True, 0.9, (statement,), (cited(1, long, about, long),), (), 0.0, "")
    shown = answer_text(said)
    assert "[1]" in shown.split("Sources")[0]
    assert "[1] unknown outlet · 12 Feb 2025" in shown
    assert f"{about.path}:1" in shown
    assert all(len(line) <= 88 for line in shown.splitlines() if about.path not in line)


def test_a_declined_answer_in_a_terminal_says_so_and_shows_the_nearest_passages() -> None:
    shown = answer_text(declined())
    assert "These articles don't say." in shown
    assert "Nothing here is about tunnels." in shown
    assert "do not answer it" in shown
    assert "nine million crowns" in shown


def test_a_follow_up_in_a_terminal_says_what_was_asked_of_the_articles() -> None:
    asked = Answer("And when?", "When did the bridge open?", False, 0.1, (), (), (), 0.0, "")
    assert "Asked of the articles as: When did the bridge open?" in answer_text(asked)


@given(st.text())
def test_no_text_reaches_the_terminal_with_characters_that_steer_it(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", plain(text))


def test_an_article_can_not_move_the_cursor_of_a_terminal() -> None:
    about = article(title="\x1b[2J\x1b]0;owned\x07 Headline")
    assert "\x1b" not in answer_text(answered(about=about))


# --- words ---


@pytest.mark.parametrize(
    ("iso", "words"),
    [("2025-02-12", "12 Feb 2025"), ("1999-12-01", "1 Dec 1999"), (None, "date unknown"), ("last May", "last May")],
)
def test_dates_are_written_out_and_unknown_ones_are_called_so(iso: str | None, words: str) -> None:
    assert written(iso) == words


def test_a_citation_is_pasted_with_quote_outlet_headline_date_file_and_line() -> None:
    shown = citation_text(cited(1, "The bridge opened on Monday.", article()))
    assert shown == "“The bridge opened on Monday.” — The Quay, “A bridge, at last”, 12 Feb 2025, quay/bridge.md:1"


def test_an_answer_is_pasted_with_its_citations() -> None:
    lines = answer_copy(answered()).splitlines()
    assert lines[0] == "What did the bridge cost?"
    assert lines[2] == "It cost nine million crowns, the mayor said. [1]"
    assert lines[-1].startswith("[2] “The bridge opened on Monday.” — The Quay")


# --- HTML ---


class _Reader(HTMLParser):
    """The elements, attributes and text of a page as a browser would take them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_escaped_text_reads_back_as_the_same_characters(text: str) -> None:
    shown = escape(text)
    assert not set("<>\"'") & set(shown)
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", "\ufffd", text)
    assert html.unescape(shown) == kept


@given(st.text(), st.text())
def test_an_element_holds_its_text_and_its_attribute_and_nothing_else(text: str, value: str) -> None:
    seen = _Reader(tag("p", {"title": value}, text))
    assert seen.elements == ["p"]
    assert [name for name, _ in seen.attributes] == ["title"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "https:",
    ],
)
def test_an_address_that_could_do_more_than_lead_somewhere_is_left_out(address: str) -> None:
    assert tag("a", {"href": address}, "x") == "<a>x</a>"


@pytest.mark.parametrize("address", ["/article/ab?start=1#cited", "#cited", "https://example.org/a?b=c"])
def test_an_address_that_leads_somewhere_stays(address: str) -> None:
    assert _Reader(tag("a", {"href": address}, "x")).attributes == [("href", address)]


def test_an_element_with_an_event_handler_is_refused() -> None:
    with pytest.raises(ValueError, match="onclick"):
        tag("p", {"onclick": "x"})


def test_hostile_articles_and_questions_come_out_as_text() -> None:
    text = f"{HOSTILE} The bridge opened."
    about = article(text, title=HOSTILE, source=HOSTILE, path=f"{HOSTILE}.md")
    citation = cited(1, text, about, text)
    said = Answer(
        HOSTILE, f"As {HOSTILE}", True, 0.9, (Statement(text, (1,)),), (citation,), (hit(about, text),), 0.0, HOSTILE
    )
    none = Answer(HOSTILE, HOSTILE, False, 0.1, (), (), (hit(about, text),), 0.0, HOSTILE)
    chat = (Answered(HOSTILE, said), Answered(HOSTILE, none), Refused(HOSTILE, HOSTILE), Waiting(HOSTILE))
    for page in (conversation_html(chat), sources_html(chat), sources_html(chat[1:])):
        seen = _Reader(page)
        assert not {"script", "img", "svg", "style", "iframe", "object"} & set(seen.elements)
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert all(value.startswith("/article/") for name, value in seen.attributes if name == "href")
        assert "<script>alert(1)</script>" in seen.text


def test_every_statement_ends_in_markers_that_lead_to_its_card_and_its_words() -> None:
    chat = (Answered("Q?", answered()),)
    talk, cards = conversation_html(chat), sources_html(chat)
    for citation in answered().citations:
        assert f'data-card="card-1-{citation.marker}"' in talk
        assert f'id="card-1-{citation.marker}"' in cards
        assert f"start={citation.start}&amp;end={citation.end}" in talk
        assert f"<mark>{escape(citation.quote)}</mark>" in cards


def test_a_card_shows_the_words_around_the_cited_ones() -> None:
    cards = sources_html((Answered("Q?", answered()),))
    assert "The bridge opened on Monday. <mark>It cost nine million crowns" in cards
    assert "</mark> Nobody has crossed it yet." in cards


def test_the_same_words_in_two_outlets_count_as_one_independent_text() -> None:
    quote = "It cost nine million crowns, the mayor said."
    wire = article(source="Harbour Wire", path="wire.txt")
    citations = (cited(1, quote, wire), cited(2, quote, article()))
    said = Answer("Q?", "Q?", True, 0.9, (Statement(quote, (1, 2)),), citations, (), 0.0, "")
    chat = (Answered("Q?", said),)
    assert "2 outlets, 1 independent text: Harbour Wire, The Quay" in conversation_html(chat)
    assert "same words as 1" in sources_html(chat)


def test_sentences_that_tell_one_fact_in_words_of_their_own_are_two_independent_texts() -> None:
    quotes = (
        "Merrow began with a bridge worth 150 million crowns.",
        "The Merrow bridge announced on the day is worth 150 million crowns.",
    )
    assert carries(*quotes) or carries(*reversed(quotes))
    wire, other = article(quotes[0], source="Harbour Wire", path="wire.txt"), article(quotes[1])
    citations = (cited(1, quotes[0], wire, quotes[0]), cited(2, quotes[1], other, quotes[1]))
    said = Answer("Q?", "Q?", True, 0.9, (Statement(quotes[0], (1, 2)),), citations, (), 0.0, "")
    chat = (Answered("Q?", said),)
    assert "2 outlets, 2 independent texts: Harbour Wire, The Quay" in conversation_html(chat)
    assert "same words" not in sources_html(chat)


def test_copies_that_an_editor_touched_are_in_the_same_words() -> None:
    wire = "The bridge will cost 9 million crowns and take two years to build, the mayor of Merrow said on Monday."
    edited = "The bridge will cost 9 million crowns and take two years to build, the mayor said."
    assert in_the_same_words(wire, edited)
    assert in_the_same_words(edited, wire)
    assert not in_the_same_words(wire, edited.replace("9", "8"))


def test_a_terminal_tells_which_source_a_statement_is_read_with() -> None:
    quote = "It cost nine million crowns, the mayor said."
    citations = (cited(1, quote, article()), cited(2, "The bridge opened on Monday.", article()))
    said = Answer("Q?", "Q?", True, 0.9, (Statement(quote, (1,), (2,)),), citations, (), 0.0, "")
    assert "the mayor said. [1] (read with [2])" in " ".join(answer_text(said).split())
    assert answer_json(said)["statements"] == [{"text": quote, "citations": [1], "context": [2]}]


def test_a_declined_answer_says_so_and_its_passages_are_labelled_as_not_answering() -> None:
    chat = (Answered("Who dug the tunnel?", declined()),)
    assert "These articles don’t say." in conversation_html(chat)
    cards = sources_html(chat)
    assert "They do not answer the question." in cards
    assert "<mark>" not in cards


def test_an_answer_that_still_grows_is_not_called_declined() -> None:
    growing = (Answered("Who dug the tunnel?", declined(), complete=False),)
    assert "don’t say" not in conversation_html(growing)
    assert "do not answer" not in sources_html(growing)


def test_a_passage_that_begins_with_its_headline_is_shown_without_it() -> None:
    one = article()
    assert one.metadata.title
    headed = replace(hit(one), text=f"# {one.metadata.title}\n\nIt cost nine million crowns.")
    assert passage_words(headed) == "It cost nine million crowns."
    assert passage_words(replace(headed, text=one.metadata.title)) == one.metadata.title
    assert passage_words(replace(headed, text="It cost nine.")) == "It cost nine."
    begins = f"{one.metadata.title} was the headline of the day."
    assert passage_words(replace(headed, text=begins)) == begins  # a sentence keeps its first words
    assert f"{one.metadata.title} It cost" not in sources_html(
        (Answered("Q?", replace(declined(), passages=(headed,))),)
    )


def test_where_no_article_was_looked_in_none_is_said_to_be_silent() -> None:
    nowhere = replace(declined("The filters leave no article."), passages=())
    assert answer_text(nowhere) == "The filters leave no article."
    assert "say" not in conversation_html((Answered("Who dug the tunnel?", nowhere),))


def test_no_source_stands_beside_a_question_that_was_refused() -> None:
    chat = (Answered("Q?", answered()), Refused("thanks", "that is no question"))
    cards = sources_html(chat)
    shown = re.search(r'<section class="cards-of on".*', cards)
    assert shown
    assert 'class="src' not in shown[0]
    assert 'class="cards-of" data-turn="1"' in cards  # and comes back with a click on its marker


def test_html_is_made_in_show_alone() -> None:
    """No other file escapes, and none declares a string of more than its own words to be safe."""
    for path in Path("qa").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and path.name != "show.py":
                module = node.module if isinstance(node, ast.ImportFrom) else ""
                assert module != "html", f"{path} escapes for itself"
                assert not any(name.name == "html" for name in node.names), f"{path} escapes for itself"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup":
                constant = all(isinstance(each, ast.Constant) for each in node.args)
                assert constant or path.name == "show.py", f"{path}:{node.lineno} declares text to be safe"
    assert isinstance(escape("x"), Markup)
