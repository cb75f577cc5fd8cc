"""A folder into articles: every file in it is read or told of, in order, and nothing outside it is touched."""

import errno
import os
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpus.document import Document, Unreadable
from corpus.errors import CorpusError
from corpus.listing import FileStat, _ending, list_files
from corpus.read import parse_file, read_bytes, read_file, read_folder

WORDS = "Ministers from eleven coastal states agreed early on Wednesday to pay for forty new ferries.\n"
NOBODY = 65534


def put(folder: Path, *paths: str, data: bytes | str = WORDS) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)


def listed(folder: Path) -> list[str]:
    return [found.path for found in list_files(folder) if isinstance(found, FileStat)]


def refused(folder: Path) -> dict[str, str]:
    return {found.path: found.reason for found in list_files(folder) if isinstance(found, Unreadable)}


@contextmanager
def without_rights() -> Iterator[Path]:
    """A folder in which the rest of the test has nobody's rights, for root may read everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if not hasattr(os, "geteuid"):
            pytest.skip("this system has no users to take rights from")
        if os.geteuid() != 0:
            yield folder
            return
        put(folder, "probe.txt")
        (folder / "probe.txt").chmod(0)
        try:
            os.seteuid(NOBODY)
        except OSError:
            pytest.skip("root can't become another user here, and nothing can be forbidden to root")
        try:
            with suppress(PermissionError):
                (folder / "probe.txt").read_bytes()
                pytest.skip("another user may read what is forbidden to all here")
        finally:
            os.seteuid(0)
        (folder / "probe.txt").unlink()
        yield folder


@contextmanager
def as_nobody() -> Iterator[None]:
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was == 0:
            os.seteuid(was)


def test_articles_are_found_in_all_folders_and_other_files_are_not_mentioned(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "b.md", "c.markdown", "d.html", "e.HTM", "sub/deep/f.TXT", "g.jpg", "h.txt.bak", "README")
    assert listed(tmp_path) == ["a.txt", "b.md", "c.markdown", "d.html", "e.HTM", "sub/deep/f.TXT"]
    assert refused(tmp_path) == {}


def test_a_file_that_may_hold_an_article_and_is_of_a_kind_that_is_not_read_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "sub/b.pdf", "c.DOCX", "d.eml", "e.mhtml", ".f.pdf", "pdf")
    assert listed(tmp_path) == ["a.txt"]
    assert refused(tmp_path) == {
        "c.DOCX": "is a Word document, which is not read; save its text as .txt, .md or .html",
        "d.eml": "is an e-mail, which is not read; save its text as .txt, .md or .html",
        "e.mhtml": "is a web archive, which is not read; save its text as .txt, .md or .html",
        "sub/b.pdf": "is a PDF, which is not read; save its text as .txt, .md or .html",
    }


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", ".b.txt", ".git/c.txt", ".copydesk/gen/d.txt", "sub/.e/f.txt")
    assert listed(tmp_path) == ["a.txt"]


def test_the_listing_is_in_the_order_of_whole_paths(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a/b.txt",
        "a.txt",
        "a b.txt",
        "a-b/c.txt",
        "a/b/c.txt",
        "A.txt",
        "é.txt",
        "z/a.txt",
        "a/B.txt",
        "a0.md",
    )
    assert listed(tmp_path) == sorted(listed(tmp_path))
    assert len(listed(tmp_path)) == 10


def test_size_and_time_are_those_of_the_file(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    status = (tmp_path / "a.txt").stat()
    assert list(list_files(tmp_path)) == [FileStat("a.txt", status.st_size, status.st_mtime_ns, status.st_ctime_ns)]


def test_ten_thousand_files_are_listed_in_a_moment(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"s{number}").mkdir()
        for other in range(100):
            (tmp_path / f"s{number}" / f"a{other}.txt").touch()
    started = time.monotonic()
    assert len(listed(tmp_path)) == 10_000
    assert time.monotonic() - started < 3


def test_folders_nested_deeper_than_python_recurses_are_listed(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    inner = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_200):  # a path of 2,400 characters
        os.mkdir("d", dir_fd=inner)
        deeper = os.open("d", os.O_RDONLY, dir_fd=inner)
        os.close(inner)
        inner = deeper
    os.close(os.open("z.txt", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
    os.close(inner)
    try:
        assert listed(tmp_path) == ["a.txt", "d/" * 1_200 + "z.txt"]
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # pytest's own clean-up recurses


def test_links_that_leave_the_folder_are_refused_and_their_targets_not_read(tmp_path: Path) -> None:
    put(tmp_path, "in/a.txt", "out/b.txt", "out/c.pdf")
    folder = tmp_path / "in"
    (folder / "file.txt").symlink_to(tmp_path / "out/b.txt")
    (folder / "relative.txt").symlink_to("../out/b.txt")
    (folder / "folder").symlink_to(tmp_path / "out")
    (folder / "other.pdf").symlink_to(tmp_path / "out/c.pdf")
    assert listed(folder) == ["a.txt"]
    assert set(refused(folder)) == {"file.txt", "relative.txt", "folder"}
    assert all("leaves the folder" in reason for reason in refused(folder).values())
    for path in ("file.txt", "relative.txt", "folder/b.txt", "../out/b.txt", str(tmp_path / "out/b.txt")):
        assert isinstance(read_bytes(folder, path), Unreadable)


def test_links_within_the_folder_are_files_of_their_own_and_linked_folders_are_read_once(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "sub/b.txt", ".kept/c.txt")
    (tmp_path / "link.txt").symlink_to("sub/b.txt")
    (tmp_path / "again").symlink_to("sub")
    (tmp_path / "store").symlink_to(".kept")
    assert listed(tmp_path) == ["a.txt", "link.txt", "sub/b.txt"]
    assert "hidden" in refused(tmp_path)["store"]
    assert read_bytes(tmp_path, "link.txt") == WORDS.encode()


def test_a_folder_reached_by_a_link_is_read_like_any_other(tmp_path: Path) -> None:
    put(tmp_path, "real/a.txt", "real/sub/b.txt")
    (tmp_path / "link").symlink_to("real")
    assert listed(tmp_path / "link") == ["a.txt", "sub/b.txt"]
    assert isinstance(read_file(tmp_path / "link", "sub/b.txt"), Document)


def test_loops_of_links_and_links_to_nothing_are_told_of_and_end(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "sub/b.txt")
    (tmp_path / "self.txt").symlink_to("self.txt")
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "sub/up").symlink_to("..")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert listed(tmp_path) == ["a.txt", "sub/b.txt"]
    assert refused(tmp_path) == {"self.txt": "is a link to itself", "gone.txt": "is a link to a file that is gone"}


def test_pipes_and_folders_with_a_files_name_do_not_hang_or_stop_the_reading(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "folder.txt/b.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    found = list(read_folder(tmp_path))
    assert [one.path for one in found] == ["a.txt", "folder.txt/b.txt", "pipe.txt"]
    assert "ordinary file" in refused(tmp_path)["pipe.txt"]
    for path in ("pipe.txt", "folder.txt"):
        assert "ordinary file" in read_bytes(tmp_path, path).reason  # type: ignore[union-attr]


def test_names_of_any_characters_are_read_and_names_that_are_no_unicode_are_told_of(tmp_path: Path) -> None:
    names = [
        "a b.txt",
        "é\u202e.txt",
        "new\nline.txt",
        "<b>&'\".md",
        "-x.txt",
        "日本.txt",
        "back\\slash.txt",
        "#1?.txt",
    ]
    put(tmp_path, *names)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text(WORDS)
    assert listed(tmp_path) == sorted(names)
    assert refused(tmp_path) == {"caf\\udce9.txt": "has a name that isn't valid Unicode; rename it"}
    assert sum(isinstance(one, Document) for one in read_folder(tmp_path)) == len(names)


def test_a_file_or_folder_that_may_not_be_read_is_told_of_and_the_rest_is_read() -> None:
    with without_rights() as folder:
        put(folder, "a.txt", "secret.txt", "closed/b.txt", "z.txt")
        (folder / "secret.txt").chmod(0)
        (folder / "closed").chmod(0)
        with as_nobody():
            found = {one.path: one for one in read_folder(folder)}
        (folder / "closed").chmod(stat.S_IRWXU)
    assert [path for path, one in found.items() if isinstance(one, Document)] == ["a.txt", "z.txt"]
    for path in ("secret.txt", "closed/"):
        assert "permission" in found[path].reason  # type: ignore[union-attr]


def test_a_folder_that_may_not_be_opened_is_a_corpus_error() -> None:
    with without_rights() as folder:
        put(folder, "closed/a.txt")
        (folder / "closed").chmod(0)
        with as_nobody(), pytest.raises(CorpusError, match="permission"):
            list_files(folder / "closed")
        (folder / "closed").chmod(stat.S_IRWXU)


def test_a_folder_that_the_disk_fails_to_list_is_no_folder_without_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.txt", "inside/b.txt")
    ordinary = os.scandir

    def failing(at: int | str) -> "os._ScandirIterator[str]":
        if isinstance(at, int) and Path(f"/proc/self/fd/{at}").resolve().name == "inside":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return ordinary(at)

    monkeypatch.setattr(os, "scandir", failing)
    monkeypatch.setattr(os, "supports_fd", {*os.supports_fd, failing})
    with pytest.raises(CorpusError, match=r"can't be listed .*nothing was changed"):
        list(list_files(tmp_path))


@pytest.mark.parametrize(
    ("path", "says"),
    [("nowhere", "does not exist"), ("a.txt", "is a file"), ("empty", "no article"), ("a\0b", "can't be read")],
)
def test_a_folder_that_can_not_be_used_is_told_at_once_in_one_sentence(tmp_path: Path, path: str, says: str) -> None:
    put(tmp_path, "a.txt", "empty/.hidden.txt", "empty/b.png")
    with pytest.raises(CorpusError, match=says) as error:
        list_files(tmp_path / path)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_folder_whose_files_are_all_refused_is_no_error_here(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", data=b"")
    assert list(read_folder(tmp_path)) == [Unreadable("a.txt", "is empty")]


def test_a_file_over_the_limit_is_refused_with_both_sizes_and_one_at_the_limit_is_read(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", data="x" * 2_000_000)
    assert len(read_bytes(tmp_path, "a.txt", 2_000_000)) == 2_000_000  # type: ignore[arg-type]
    found = read_file(tmp_path, "a.txt", 1_999_999)
    assert isinstance(found, Unreadable)
    assert "2.0 MB" in found.reason
    assert "limit" in found.reason


def test_a_file_that_holds_more_than_its_size_says_is_not_read_beyond_the_limit() -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("needs /proc/self/maps, a file that says that it is empty and isn't")
    found = read_bytes(Path("/proc/self"), "maps", 10)
    assert isinstance(found, Unreadable)
    assert "limit" in found.reason


def test_a_file_that_is_gone_is_told_of(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "b.txt")
    names = listed(tmp_path)
    (tmp_path / "a.txt").unlink()
    assert [type(read_file(tmp_path, name)) for name in names] == [Unreadable, Document]
    for path in ("a.txt", "no/such/file.txt", "a\0b.txt"):
        assert isinstance(read_file(tmp_path, path), Unreadable)


def test_the_halves_of_reading_a_file_give_what_reading_it_gives(tmp_path: Path) -> None:
    text = "\ufeff---\r\ntitle: Fund\r\n---\r\n" + WORDS.replace("\n", "\r\n") + "\rlast\x0b"
    put(tmp_path, "a.md", data=text.encode())
    data = read_bytes(tmp_path, "a.md")
    assert isinstance(data, bytes)
    document = read_file(tmp_path, "a.md")
    assert isinstance(document, Document)
    assert document == parse_file("a.md", data)
    with (tmp_path / "a.md").open(encoding="utf-8", newline="") as file:
        assert document.text == file.read()


def test_files_in_old_encodings_and_broken_ones_stand_side_by_side(tmp_path: Path) -> None:
    put(tmp_path, "utf8.txt")
    put(
        tmp_path,
        "old.txt",
        data=("Le maire a déclaré que la fermeture du pont à la circulation durerait. " * 3).encode("cp1252"),
    )
    put(tmp_path, "image.txt", data=b"\x89PNG\r\n\x1a\n\0\0")
    put(tmp_path, "page.html", data="<p>" + WORDS + "</p><p>" + WORDS + "</p>")
    put(tmp_path, "nothing.html", data="<html></html>")
    found = {one.path: one for one in read_folder(tmp_path)}
    assert list(found) == sorted(found)
    assert [path for path, one in found.items() if isinstance(one, Document)] == ["old.txt", "page.html", "utf8.txt"]


@given(st.text(alphabet="abMD.é /", max_size=12))
def test_the_ending_of_a_name_is_the_one_that_pathlib_finds(name: str) -> None:
    path = f"folder.d/{name.replace('/', '')}"
    assume(PurePosixPath(path).name == path.rpartition("/")[2] and not path.endswith("."))
    assert _ending(path) == PurePosixPath(path).suffix.lower()


def test_a_file_that_grows_and_shrinks_while_it_is_read_is_read_once_and_whole_or_as_it_was(tmp_path: Path) -> None:
    path, line = tmp_path / "a.txt", WORDS.encode() + b"\n"
    path.write_bytes(line)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            with path.open("ab") as file:
                for _ in range(200):
                    file.write(line)
            os.truncate(path, len(line))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            data = read_bytes(tmp_path, "a.txt", 4_000_000)
            assert isinstance(data, bytes)
            assert (line * (len(data) // len(line) + 1)).startswith(data)
            document = parse_file("a.txt", data)
            assert isinstance(document, Document)
            assert document.text.encode() == data
    finally:
        done.set()
        writer.join()
