"""Wire copy and what only looks like it."""

import pytest

from index.build import build
from index.copies import folded, is_copy
from index.search import open_index

WIRE = (
    "A cargo ship ran aground off Merrow on Tuesday night with 14 sailors on board, the coastguard said. "
    "All of them were lifted off by helicopter before dawn and taken to the hospital in Skerry, where two were kept. "
    "The ship, the Anna Lund, had left Bexholm on Monday with timber for the mills of the south."
)
EDITED = WIRE.replace("on Tuesday night", "late on Tuesday").replace(
    ", the coastguard said", ", the coastguard told us"
)
OTHER_FIGURE = WIRE.replace("14 sailors", "15 sailors")
OWN_WORDS = (
    "Helicopters took off the crew of a timber ship that struck rocks near Merrow. Harbour master Ada Finch said that "
    "the Anna Lund had lost its engine in heavy seas soon after midnight. Two sailors spent the night in hospital."
)


@pytest.mark.parametrize(("other", "copy"), [(WIRE, True), (EDITED, True), (OTHER_FIGURE, False), (OWN_WORDS, False)])
def test_a_copy_keeps_words_order_and_figures(other, copy):
    assert is_copy(WIRE, other) is copy


def test_a_list_of_the_same_names_in_another_order_is_no_copy():
    names = "Adams Baker Clark Davis Evans Frank Ghosh Hills Irwin Jones"
    assert not is_copy(names, " ".join(reversed(names.split())))


def test_copies_are_counted_with_what_they_copy_and_never_within_an_article():
    ranked = [(1, 0), (2, 1), (3, 0), (4, 2), (5, 3)]
    pairs = {frozenset((1, 2)), frozenset((1, 3)), frozenset((1, 5))}

    def are_copies(passage, other):
        return frozenset((passage, other)) in pairs

    assert folded(ranked, 2, are_copies) == [(1, [2, 5]), (3, [])]
    assert folded(ranked, 9, are_copies) == [(1, [2, 5]), (3, []), (4, [])]


def test_wire_copy_is_one_hit_that_names_all_its_files_and_a_differing_figure_is_a_hit_of_its_own(tmp_path, encoder):
    for name, text in {"a": WIRE, "b": EDITED, "c": OTHER_FIGURE, "d": OWN_WORDS}.items():
        (tmp_path / f"{name}.md").write_text(f"---\nsource: Outlet {name}\n---\n\n{text}\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    hits = open_index(tmp_path, encoder=encoder).search("How many sailors were on the cargo ship off Merrow?", 10)
    found = {frozenset([hit.article.path, *(copy.article.path for copy in hit.copies)]) for hit in hits}
    assert found == {frozenset(["a.md", "b.md"]), frozenset(["c.md"]), frozenset(["d.md"])}
    [copy] = [copy for hit in hits for copy in hit.copies]
    assert copy.article.path in ("a.md", "b.md")
    assert copy.end > copy.start
