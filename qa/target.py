"""The folder that a command means, where its index lies, and that index opened, built first where there is none."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from corpus.errors import CorpusError
from qa.options import Options
from qa.settings import Settings
from qa.terminal import ProgressLine, complain

if TYPE_CHECKING:  # heavy, and imported by the functions that need it
    from index.build import BuildReport
    from index.encode import Encoder
    from index.search import NewsIndex

SAMPLE = Path(__file__).parent.parent / "corpus" / "sample"


@dataclass(frozen=True, slots=True)
class Target:
    """A folder of articles and the folder of its index, None where index/ decides."""

    folder: Path
    index_dir: Path | None

    @property
    def is_sample(self) -> bool:
        """Whether these are the sample articles."""
        return self.folder == SAMPLE

    @property
    def index_command(self) -> str:
        """The command that brings this index up to date."""
        place = f" --index {self.index_dir}" if self.index_dir else ""
        return f"copydesk index {self.folder}{place}"


def find_target(options: Options, settings: Settings) -> Target:
    """The folder named, or that of the settings, or the sample articles.

    An index folder in the settings belongs to the folder in the settings, and not to another one named for once.
    """
    folder = options.folder or settings.folder
    if folder is None:
        # Beside the user's other caches, since an installed package may not be written to.
        return Target(SAMPLE, options.index or platformdirs.user_cache_path("copydesk", appauthor=False) / "sample")
    of_settings = settings.folder is not None and folder.absolute() == settings.folder.absolute()
    return Target(folder, options.index or (settings.index if of_settings else None))


def check_target(target: Target) -> None:
    """Nothing, where the folder can be opened. Raises CorpusError where it is missing, a file, or closed to us."""
    try:
        os.scandir(target.folder).close()
    except FileNotFoundError:
        reason = "there is no such folder; name the folder that holds your articles"
    except NotADirectoryError:
        reason = f"this is a file, not a folder; name the folder that holds it: {target.folder.parent}"
    except PermissionError:
        reason = "you may not read this folder; ask its owner for the right to, or name another"
    except (OSError, ValueError) as error:
        reason = f"this can't be opened ({error}); name the folder that holds your articles"
    else:
        return
    raise CorpusError(f"{target.folder}: {reason}")


def expect_build(target: Target) -> None:
    """Start to load what the processes of a first build will hold, beside all that is loaded until it begins."""
    if not ((target.index_dir or target.folder / ".copydesk") / "current").exists():
        from index.crew import make_ready

        make_ready()


def build_index(target: Target, settings: Settings, encoder: "Encoder", *, compact: bool = False) -> "BuildReport":
    """The report of a build, told on standard error while it runs."""
    from index.build import build
    from index.encode import usable_cores

    check_target(target)
    with ProgressLine(sys.stderr) as progress:
        return build(
            target.folder,
            target.index_dir,
            encoder,
            passage_tokens=settings.passage_tokens,
            max_file_bytes=settings.max_bytes,
            progress=progress,
            processes=usable_cores(),
            compact=compact,
        )


def open_target(target: Target, settings: Settings) -> "NewsIndex":
    """The index of the target, built first where there is none yet.

    The sample's index is brought up to date as well: an upgrade may have brought other sample articles.
    """
    from index.encode import load_encoder
    from index.place import index_place
    from index.search import open_index
    from index.store import current_name

    check_target(target)
    encoder = load_encoder(settings.model, beside=True)
    if target.is_sample or current_name(index_place(target.folder, target.index_dir)) is None:
        build_index(target, settings, encoder)
    return open_index(target.folder, target.index_dir, encoder)


def changed_files(index: "NewsIndex") -> int:
    """How many files were added, changed or removed since the index was built, by their sizes and times alone."""
    from corpus.document import Unreadable
    from corpus.listing import list_files

    known = {stat.path: (stat.size, stat.mtime_ns) for stat in index.files()}
    skipped = {each.path for each in index.skipped}
    try:
        listed = [each for each in list_files(index.folder) if not isinstance(each, Unreadable)]
    except CorpusError:
        return len(known)
    present = {each.path: (each.size, each.mtime_ns) for each in listed if each.path not in skipped}
    return len(known.keys() - present.keys()) + sum(known.get(path) != stamp for path, stamp in present.items())


def tell_if_stale(target: Target, index: "NewsIndex") -> None:
    """Say on standard error that files changed since the index was built, or that it was not built to the end, and what
    to run, if so."""
    from qa.show import counted

    if not index.has_vectors:
        complain(f"the index is not built to the end and goes by words alone; run: {target.index_command}")

    changed = changed_files(index)
    if changed:
        complain(f"{counted(changed, 'file')} changed since the index was built; run: {target.index_command}")
