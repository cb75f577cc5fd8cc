"""The list of files: a copy with a change put in says what one written anew says, and of what went no byte stays."""

from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Unreadable
from corpus.listing import FileStat
from index.changes import _same
from index.files import FileFacts, numbered, read_files, write_files

OUTLETS = (None, "The Quay", "Harbour Wire")


def listed(numbers, stamp=1):
    return [
        FileFacts(n, FileStat(f"part/{n:03d}-of-the-tannery.md", 100 + n, stamp, 2), f"{n:064x}", OUTLETS[n % 3])
        for n in numbers
    ]


def test_a_list_with_a_change_put_in_says_what_one_written_anew_says(tmp_path):
    first = listed(range(60))
    outlets = numbered((file.source for file in first), {})
    write_files(tmp_path / "one", first, [Unreadable("a.txt", "is empty")], outlets)
    before = read_files(tmp_path / "one")
    changed = [*before.files[:7], *listed([7], stamp=9), *before.files[9:], *listed([99])]
    changed[-1] = changed[-1]._replace(source="The Ledger")
    outlets = numbered((file.source for file in changed), before.outlets)
    skipped = [Unreadable("b.txt", "is gone")]
    write_files(tmp_path / "copied", changed, skipped, outlets, before)
    write_files(tmp_path / "anew", changed, skipped, outlets)
    copied, anew = read_files(tmp_path / "copied"), read_files(tmp_path / "anew")
    assert copied.files == anew.files == tuple(changed)
    assert copied.outlets == anew.outlets == outlets
    assert copied.skipped == anew.skipped == tuple(skipped)
    assert b"008-of-the-tannery" in (tmp_path / "one").read_bytes()
    assert b"008-of-the-tannery" not in (tmp_path / "copied").read_bytes()


STATS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 2)), max_size=200, unique_by=lambda each: each[0]).map(
    lambda some: [FileStat(f"{n:03d}", size, 1, 1) for n, size in sorted(some)]
)


@given(STATS, STATS, st.sets(st.integers(0, 199)))
def test_every_listed_file_is_found_where_it_stands_in_the_list_of_old(now, before, unreadable):
    files = [Unreadable(each.path, "") if n in unreadable else each for n, each in enumerate(now)]
    held = {each: n for n, each in enumerate(before)}
    assert _same(files, [tuple(each) for each in before]) == [
        held.get(each) if isinstance(each, FileStat) else None for each in files
    ]
