import threading

import pytest

from corpus.errors import IndexFault
from index.build import build
from index.hits import Where
from index.search import open_index

OUTLETS = ["Harbour Wire", "The Quay", None]


@pytest.fixture(scope="module")
def index(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("articles")
    for n in range(30):
        outlet, month = OUTLETS[n % 3], n % 10 + 1
        about = f"title: Ferry report {n}\npublished: 2024-{month:02}-15\n" + (f"source: {outlet}\n" if outlet else "")
        text = f"Ferry number {n} sailed late from pier {n + 100}.\n\nIts captain blamed fog and {n} missing ropes.\n"
        (folder / f"{n:02}.md").write_text(f"---\n{about}---\n\n{text}", encoding="utf-8")
    (folder / "undated.txt").write_text(
        "Ferry lost\n\nA ferry that sailed on no known day was late, nobody says why.\n"
    )
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


def test_ranks_count_from_1_scores_fall_and_text_is_the_span(index):
    hits = index.search("Which ferry sailed late from pier 117?", 12)
    assert [h.rank for h in hits] == list(range(1, 13))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits[0].article.path == "17.md"
    for hit in hits:
        assert index.text(hit.article.row).text[hit.start : hit.end] == hit.text
        assert 0 <= hit.score <= 1


@pytest.mark.parametrize("outlet", OUTLETS)
def test_a_filter_by_outlet_still_gives_k_hits_where_k_exist(index, outlet):
    hits = index.search("ferry late", 10, Where(outlets=frozenset({outlet})))
    assert len(hits) == 10
    assert {h.article.metadata.source for h in hits} == {outlet}


def test_a_filter_by_dates_includes_both_ends_and_leaves_out_unknown_dates(index):
    hits = index.search("ferry late", 31, Where(since="2024-03-15", until="2024-05-15"))
    assert {h.article.metadata.published for h in hits} == {"2024-03-15", "2024-04-15", "2024-05-15"}
    assert len(hits) == 9
    since = index.search("ferry late", 31, Where(since="2024-01-01"))
    assert "undated.txt" not in {h.article.path for h in since}
    assert len(since) == 30


def test_filters_combine_and_one_that_nothing_fits_gives_no_hits(index):
    both = index.search("ferry", 31, Where(frozenset({"The Quay"}), "2024-02-15", "2024-02-15"))
    assert {h.article.path for h in both} == {"01.md"}
    assert index.search("ferry", 10, Where(frozenset({"No Such Outlet"}))) == []


def test_questions_in_other_scripts_punctuation_and_markup_do_no_harm(index):
    for question in (
        "Когда отплыл паром?",
        "渡し船は？",
        "???",
        "<script>alert(1)</script> ferry",
        "ferry AND (",
        "\x00",
    ):
        assert len(index.search(question, 5)) == 5


def test_the_same_question_gives_the_same_hits_from_many_threads(index):
    want = index.search("ropes missing from ferry 12", 10)
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(index.search("ropes missing from ferry 12", 10))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [want] * 16


def test_an_article_is_found_by_its_digest(index):
    article = index.articles[4]
    assert index.by_digest(article.digest) == article
    assert index.by_digest("0" * 64) is None


def test_a_folder_without_an_index_names_the_command_that_makes_one(tmp_path, encoder):
    with pytest.raises(IndexFault, match=rf"no index of this folder yet; run: copydesk index {tmp_path}"):
        open_index(tmp_path, encoder=encoder)


def test_an_index_is_opened_and_searched_without_an_object_for_each_article(tmp_path, encoder):
    for n in range(3):
        text = f"---\nsource: The Quay\n---\n\nThe crane at berth {n} was sold.\n"
        (tmp_path / f"{n}.md").write_text(text, encoding="utf-8")
    (tmp_path / "3.txt").write_text("The crane at berth 3 was scrapped on a wet day.\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    index = open_index(tmp_path, encoder=encoder)
    first = index.search("Which crane was scrapped?")[0].article
    assert "articles" not in vars(index._generation)
    assert index.outlets == {"The Quay": 3, None: 1}
    assert [index.article(each.row) for each in index.articles] == list(index.articles)
    assert first in index.articles
    with pytest.raises(KeyError):
        index.article(4)
