"""The page of one article: the whole text, the cited words marked, and nothing that acts."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Furniture, Metadata, Span, text_digest
from index.encode import Encoder
from index.hits import ArticleText, StoredArticle
from qa.desk import Built, Desk
from qa.segments import paragraphs
from qa.server import own_routes
from qa.viewer import article_page

BRIDGE = """---
title: A bridge, at last
source: The Quay
published: 2025-02-12
---
A bridge, at last

The bridge opened on Monday. It cost nine million crowns, the mayor said.

Sign up for our newsletter and get the day's news in your inbox every morning.

Nobody has crossed it yet.
"""
FERRY = "The ferry sails again\r\n\r\nThe ferry to Merrow sails again from Friday, the company said.\r\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Desk:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8", newline="")
    desk = Desk(folder, encoder=encoder)
    desk.start()
    assert isinstance(desk.wait(), Built)
    return desk


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[TestClient]:
    with TestClient(own_routes(desk)) as client:
        yield client


def address(text: str, words: str, file: str = "bridge.md") -> str:
    start = text.index(words)
    return f"/article/{text_digest(text)}?start={start}&end={start + len(words)}&file={file}"


def marked(page: str) -> str:
    return html.unescape("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)))


# --- the text, cut for display ---


@given(st.text(alphabet=st.sampled_from("ab \n\r<&’。"), max_size=80), st.data())
def test_every_character_but_line_endings_is_shown_once_and_the_cited_ones_are_marked(
    text: str, data: st.DataObject
) -> None:
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    cited = Span(edges[0], edges[2]) if edges[0] < edges[2] else None
    furniture = (Furniture(edges[1], edges[3], "plug"),) if edges[1] < edges[3] else ()
    lines = [line for paragraph in paragraphs(text, furniture, cited) for line in paragraph.lines]
    runs = [run for line in lines for run in line.runs]
    assert "".join("".join(run.text for run in line.runs) for line in lines) == "".join(
        line for line in re.split(r"\r\n|\r|\n", text) if line.strip()
    )
    assert all(run.text for run in runs)
    expected = "".join(
        line for line in re.split(r"\r\n|\r|\n", text[cited.start : cited.end] if cited else "") if line.strip()
    )
    assert "".join(run.text for run in runs if run.cited and run.text.strip()).replace(" ", "") == expected.replace(
        " ", ""
    )


def test_lines_that_an_editor_broke_flow_and_lines_that_stand_alone_do_not() -> None:
    wrapped = "\n".join(
        ["a line of some seventy characters that goes on until the margin ends it"] * 3 + ["and stops."]
    )
    assert [p.flows for p in paragraphs(f"Headline\nBy Ada Finch\n\n{wrapped}", (), None)] == [False, True]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    numbers = [line.number for p in paragraphs("a\r\n\r\nb\nc\rd", (), None) for line in p.lines]
    assert numbers == [1, 3, 4, 5]


# --- the page ---


def test_the_cited_words_are_marked_and_can_be_scrolled_to(client: TestClient) -> None:
    words = "It cost nine million crowns, the mayor said."
    page = client.get(address(BRIDGE, words))
    assert page.status_code == 200
    assert marked(page.text) == words
    assert '<mark id="cited">' in page.text


def test_the_whole_article_is_there_with_what_is_known_of_it(client: TestClient) -> None:
    page = client.get(f"/article/{text_digest(BRIDGE)}").text
    for said in ("The Quay", "12 Feb 2025", "author unknown", "bridge.md", "Nobody has crossed it yet."):
        assert said in page
    assert "<mark" not in page


def test_words_over_several_lines_are_marked_in_each_with_one_place_to_scroll_to(client: TestClient) -> None:
    words = "again\r\n\r\nThe ferry to Merrow"
    page = client.get(address(FERRY, words, "ferry.txt")).text
    assert marked(page) == "againThe ferry to Merrow"
    assert page.count('id="cited"') == 1


def test_furniture_is_greyed_and_says_why(client: TestClient) -> None:
    page = client.get(f"/article/{text_digest(BRIDGE)}").text
    found = re.search(r'<span class="furniture" title="([^"]+)">Sign up for our newsletter', page)
    assert found is not None


def test_the_page_can_load_nothing_but_its_style(client: TestClient) -> None:
    page = client.get(f"/article/{text_digest(BRIDGE)}")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert 'style="' not in page.text
    assert client.get("/copydesk/article.css").headers["content-type"].startswith("text/css")


def test_markup_in_an_article_is_shown_as_its_characters() -> None:
    hostile = '<script>alert(1)</script> <img src=x onerror="alert(1)"> [x](javascript:alert(1))'
    known = Metadata(hostile, hostile, hostile, "2025-02-12", "javascript:alert(1)")
    article = StoredArticle(0, f"{hostile}.txt", text_digest(hostile), "text", known, len(hostile))
    stored = ArticleText(hostile, (), (Furniture(0, 10, hostile),))
    page = article_page(article, stored, Span(5, 40), hostile, beside=False)
    assert not re.search(r"<(script|img|svg|iframe)", page)
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', page))


@pytest.mark.parametrize(
    "query",
    [
        "start=5&end=3",
        "start=0&end=99999",
        "start=-1&end=4",
        "start=a&end=b",
        "start=3",
        "end=3",
        "start=٣&end=٤",
        f"start=1&end={'9' * 5000}",
    ],
)
def test_an_address_that_marks_no_words_says_so_and_leads_to_the_article(client: TestClient, query: str) -> None:
    page = client.get(f"/article/{text_digest(BRIDGE)}?{query}")
    assert page.status_code == 400
    assert "marks no words" in page.text
    assert f'href="/article/{text_digest(BRIDGE)}"' in page.text


@pytest.mark.parametrize("digest", ["0" * 64, "x", "<script>"])
def test_an_unknown_address_is_a_page_that_says_so(client: TestClient, digest: str) -> None:
    page = client.get(f"/article/{digest}")
    assert page.status_code == 404
    assert "No article has this address." in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


# --- as the folder changes ---


def changing(tmp_path: Path, encoder: Encoder) -> tuple[Desk, TestClient]:
    (tmp_path / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "ferry.txt").write_text(FERRY, encoding="utf-8", newline="")
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    assert isinstance(desk.wait(), Built)
    return desk, TestClient(own_routes(desk))


def test_a_page_warns_when_its_file_has_changed_or_gone(tmp_path: Path, encoder: Encoder) -> None:
    _, client = changing(tmp_path, encoder)
    link = address(BRIDGE, "Nobody has crossed it yet.")
    assert 'class="warning"' not in client.get(link).text
    (tmp_path / "bridge.md").write_text(BRIDGE.replace("Nobody", "Everybody"), encoding="utf-8")
    changed = client.get(link).text
    assert "has changed since it was indexed" in changed
    assert marked(changed) == "Nobody has crossed it yet."
    (tmp_path / "bridge.md").unlink()
    assert "can’t be read any more" in client.get(link).text


def test_a_link_outlives_a_rebuild(tmp_path: Path, encoder: Encoder) -> None:
    desk, client = changing(tmp_path, encoder)
    link = address(BRIDGE, "Nobody has crossed it yet.")
    (tmp_path / "a-new-one.txt").write_text("The harbour froze\n\nThe harbour froze on Sunday.\n", encoding="utf-8")
    desk.rebuild()
    assert isinstance(desk.wait(), Built)
    assert marked(client.get(link).text) == "Nobody has crossed it yet."


def test_a_link_to_a_removed_or_rewritten_article_says_what_became_of_it(tmp_path: Path, encoder: Encoder) -> None:
    desk, client = changing(tmp_path, encoder)
    rewritten = BRIDGE.replace("Nobody", "Everybody")
    (tmp_path / "bridge.md").write_text(rewritten, encoding="utf-8")
    (tmp_path / "ferry.txt").unlink()
    desk.rebuild()
    assert isinstance(desk.wait(), Built)
    removed = client.get(f"/article/{text_digest(FERRY)}")
    assert removed.status_code == 404
    assert "was removed" in removed.text
    changed = client.get(address(BRIDGE, "Nobody has crossed it yet."))
    assert changed.status_code == 404
    assert "has changed" in changed.text
    assert f'href="/article/{text_digest(rewritten)}"' in changed.text


def test_two_files_with_one_text_are_told_apart_by_the_address(tmp_path: Path, encoder: Encoder) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(FERRY, encoding="utf-8")
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    desk.wait()
    client = TestClient(own_routes(desk))
    assert "b.txt" in client.get(f"/article/{text_digest(FERRY)}?file=b.txt").text
    assert "a.txt" in client.get(f"/article/{text_digest(FERRY)}").text
