import math
import os
import subprocess
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from running import ROOT, can_be_weak, command

from index.lexical import Entry, LexicalWriter, _analyser, _writing, read_lexical, terms_of

TEXTS = [
    "The harbour council voted to close the eastern quay for repairs.",
    "Repairs to the quay will cost four million, the council said.",
    "Ferries will run from the western pier while the harbour is dredged.",
    "A choir of forty sang on the pier, and nobody mentioned dredging.",
    "港の工事は四月に始まる。",
    "The café’s owner said the closure “won’t help anyone”.",
]


def write(entries, folder, gone=()):
    writer = LexicalWriter(folder, gone)
    for entry in entries:
        writer.add(entry)
    writer.finish()


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    write((Entry(n, n, f"Headline {n}", text, outlet=n % 3, day=20250210 + n) for n, text in enumerate(TEXTS)), folder)
    return read_lexical(folder)


def ask(words, question, k=10, **where):
    rows, scores = words.search(dict.fromkeys(terms_of(question), 1.0), k, **where)
    return rows.tolist(), scores.tolist()


def test_scores_rank_as_bm25_computed_by_hand(words):
    documents = [words_of(n) for n in range(len(TEXTS))]
    average = sum(map(len, documents)) / len(documents)
    question = terms_of("repairs to the harbour quay council")

    def bm25(document: list[str]) -> float:
        counts = Counter(document)
        total = 0.0
        for term in question:
            n = sum(term in d for d in documents)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            total += idf * counts[term] * 2.2 / (counts[term] + 1.2 * (0.25 + 0.75 * len(document) / average))
        return total

    rows, scores = ask(words, "repairs to the harbour quay council")
    want = {n: bm25(d) for n, d in enumerate(documents) if bm25(d) > 0}
    assert sorted(rows) == sorted(want)
    for row, score in zip(rows, scores, strict=True):
        assert score == pytest.approx(want[row], rel=0.02)  # tantivy rounds lengths above 40 words


def words_of(n: int) -> list[str]:
    return _analyser().analyze(f"Headline {n}\n{TEXTS[n]}")


@settings(deadline=None)
@given(st.text(max_size=70) | st.from_regex(r"\W?[A-Za-z0-9]{1,45}\W?", fullmatch=True))
@example("Running,")
@example("THE")
def test_terms_are_those_that_the_index_holds(text):
    assert terms_of(text) == list(dict.fromkeys(_analyser().analyze(text)))


def test_word_forms_accents_and_case_are_folded(words):
    assert ask(words, "CAFE owners")[0] == [5]
    assert set(ask(words, "dredge")[0]) == {2, 3}


def test_scripts_without_spaces_are_searched(words):
    assert ask(words, "工事")[0] == [4]


def test_filters_apply_before_ranking(words):
    rows, _ = ask(words, "harbour quay pier council", outlets=[0])
    assert set(rows) <= {0, 3}
    assert rows
    rows, _ = ask(words, "harbour quay pier council", days=(20250211, 20250212))
    assert set(rows) == {1, 2}
    assert ask(words, "harbour", outlets=[])[0] == []


def test_a_filter_leaves_the_scores_as_they_are(words):
    everywhere = dict(zip(*ask(words, "harbour quay pier council"), strict=True))
    rows, scores = ask(words, "harbour quay pier council", outlets=[0, 1])
    assert dict(zip(rows, scores, strict=True)) == pytest.approx({row: everywhere[row] for row in rows})


def test_a_question_without_words_finds_nothing(words):
    for question in ("", "???", "the of and", "🙂"):
        assert ask(words, question)[0] == []


def test_query_syntax_in_a_question_is_only_words(words):
    rows, _ = ask(words, 'quay AND (NOT harbour) words:* "pier"~3 [a TO b]')
    assert set(rows) == {0, 1, 2, 3}


def test_words_are_added_to_an_index_and_forgotten_without_writing_into_its_files(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    write((Entry(n, n // 2, "", text, 1, 0) for n, text in enumerate(TEXTS)), old)
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    new.mkdir()
    for path in old.iterdir():
        os.link(path, new / path.name)
    write([Entry(2, 1, "", "The pier was painted.", 1, 0)], new, gone=[1, 2])
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    assert set(ask(read_lexical(old), "pier")[0]) == {2, 3}
    assert ask(read_lexical(new), "pier")[0] == [2]
    assert set(ask(read_lexical(new), "quay harbour café choir")[0]) == {0, 1}


@pytest.mark.skipif(os.name == "nt", reason="there is no such limit")
@pytest.mark.parametrize("most", [0, 300, 1_500, 5_000])
def test_a_disk_that_refuses_a_write_is_told_as_that(tmp_path, most):
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (most, -1))
    try:
        with pytest.raises(OSError, match="File too large"):
            write((Entry(n, n, "", f"pier{n} quay", 0, 0) for n in range(3_000)), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))


def test_a_disk_that_was_full_for_the_thread_that_writes_is_told_as_that():
    said = "An index writer was killed.. A worker thread encountered an error (io::Error most likely) or panicked."
    with pytest.raises(OSError, match="io::Error"), _writing():
        raise ValueError(f"An error occurred in a thread: '{said}'")


def test_a_folder_that_is_gone_is_told_as_that(tmp_path):
    with pytest.raises(OSError, match="Directory does not exist"):
        write([], tmp_path / "gone")


def test_an_index_that_may_only_be_read_is_read_by_all_its_files(tmp_path):
    if os.geteuid() == 0 and not can_be_weak():
        pytest.skip("this root can't lay its powers down")
    write([Entry(n, n, "The Quay", f"pier{n} opened", n % 3, 20240101 + n) for n in range(6)], tmp_path)
    write([Entry(n, n, "", f"pier{n} shut", 4, 20250101) for n in range(6, 9)], tmp_path, gone=[2])
    code = (
        "import sys; from pathlib import Path; from index.lexical import read_lexical\n"
        "held = read_lexical(Path(sys.argv[1]))\n"
        "print(held.size, held.search({'open': 1.0}, 9, [1], (1, 20240102))[0].tolist())\n"
        "print(sorted(held.search({'shut': 1.0, 'pier7': 2.0}, 9)[0].tolist()))"
    )
    for path in [tmp_path, *tmp_path.iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    *front, _ = command(weak=True)
    typed = [*front, code, str(tmp_path)]
    try:
        done = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True)
    finally:
        tmp_path.chmod(0o755)
    assert (done.stderr, done.stdout.splitlines()) == ("", ["8 [1]", "[6, 7, 8]"])
