"""The index being served: taken up anew when a new generation is published, with at most one rebuild at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.errors import CopydeskError, IndexFault
from index.build import MAX_FILE_BYTES, PASSAGE_TOKENS, BuildReport, build
from index.encode import Encoder, load_encoder, usable_cores
from index.hits import StoredArticle
from index.place import index_place
from index.progress import Progress
from index.search import NewsIndex, open_index
from index.store import Pointer, read_pointer
from qa.background import Background
from qa.examples import examples
from qa.memory import give_back

_LOOK_SECONDS = 1.0
"""How often, at most, the pointer on disk is read for a generation that another process published."""

_WAIT_SECONDS = 0.25
_GONE_KEPT = 1_000
"""How many articles that are gone are known as such, the last ones."""


@dataclass(frozen=True, slots=True)
class Idle:
    """No build has run since the start."""


@dataclass(frozen=True, slots=True)
class Building:
    """A build is running, and how far it is."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class Built:
    """The last build ended well; `number` counts the builds of this desk from 1."""

    number: int
    report: BuildReport


@dataclass(frozen=True, slots=True)
class Failed:
    """The last build, or the opening of the index, failed; `reason` is for the user, and what served still serves."""

    number: int
    reason: str


Job = Idle | Building | Built | Failed


class _ClosingError(Exception):
    """Raised within a build to end it, because the desk is being closed."""


class Desk:
    """A folder of articles and the index of it that serves now.

    Safe to use from several threads. Whoever took an index from `index()` keeps it: a new generation is for the
    requests that come after. Close it before the process ends, or use it in `with`: a thread of it that is inside
    native code when the interpreter goes away takes the process down with a signal.
    """

    def __init__(
        self,
        folder: Path,
        index_dir: Path | None = None,
        *,
        model: str | None = None,
        encoder: Encoder | None = None,
        passage_tokens: int = PASSAGE_TOKENS,
        max_file_bytes: int = MAX_FILE_BYTES,
        read_only: bool = False,
    ) -> None:
        self.folder = folder
        self.max_file_bytes = max_file_bytes
        self.is_read_only = read_only
        self._index_dir = index_dir
        self._model = model
        self._encoder = encoder
        self._passage_tokens = passage_tokens
        self._index: NewsIndex | None = None
        self._examples: tuple[str, ...] | None = ()
        self._untried: NewsIndex | None = None
        self._gone: dict[str, StoredArticle] = {}
        self._job: Job = Idle()
        self._builds = 0
        self._looked = 0.0
        self._refused: tuple[Pointer | None, str] | None = None
        self._lock = threading.Lock()
        self._opening, self._loading = threading.Lock(), threading.Lock()
        self._first = threading.Event()
        self._thread: threading.Thread | None = None
        self._watch: threading.Thread | None = None
        self._background = Background()

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what runs in the background, and wait until it has; a build that ran leaves the index as it was."""
        self._background.close()

    def start(self) -> None:
        """Take up the index on disk; where there is none yet, or one that a stopped build left, start to build it.

        A read-only desk builds nothing: it raises IndexFault where there is no index to serve.
        """
        self.refresh()
        if self.is_read_only:
            if self._index is None:
                reason = self._job.reason if isinstance(self._job, Failed) else "there is no index of it yet"
                told = f"{self.folder}: {reason}" if str(self.folder) not in reason else reason
                raise IndexFault(f"{told}; --read-only builds none, so run first: copydesk index {self.folder}")
            return
        if isinstance(self.job, Idle) and (self._index is None or not self._index.has_vectors):
            self.rebuild()

    def watch(self, keep_up: Callable[[threading.Event], None]) -> None:
        """Start what calls `rebuild` when the folder has changed, and that ends when its event is set."""
        self._watch = self._background.start(partial(keep_up, self._background.closing), "watch")

    @property
    def is_watched(self) -> bool:
        """Whether changes of the folder are taken up by themselves."""
        return self._watch is not None and self._watch.is_alive()

    def index(self) -> NewsIndex | None:
        """The index that serves, or None before the first build is done. Never waits for a build or a reload."""
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS and not self._opening.locked():
            self._looked = now
            self._background.start(self.refresh, "reload")
        return self._index

    def coming(self) -> Iterator[None]:
        """Nothing, a few times a second, for as long as no index serves and the first one is being built."""
        while self._index is None and isinstance(self._job, Building):
            yield
            self._first.wait(_WAIT_SECONDS)

    def refresh(self) -> bool:
        """True when an index serves, after taking up the newest generation on disk; waits for it to be read."""
        with self._opening:
            name = None
            try:
                name = read_pointer(index_place(self.folder, self._index_dir))
                if self._is_new(name):
                    self._serve(open_index(self.folder, self._index_dir, self._loaded_encoder()))
            except CopydeskError as error:
                self._refuse(name, str(error))
            return self._index is not None

    def rebuild(self) -> bool:
        """Start to bring the index up to date; False when a build was running already, which then does for both.

        False too on a read-only desk, which never builds.
        """
        if self.is_read_only:
            return False
        with self._lock:
            if isinstance(self._job, Building):
                return False
            self._job = Building(Progress("reading", 0, 0, None, None))
            self._thread = self._background.start(self._build, "build")
            return True

    @property
    def job(self) -> Job:
        """What the desk is building, or how the last build ended."""
        return self._job

    @property
    def builds(self) -> int:
        """How many builds have ended, well or badly."""
        return self._builds

    def wait(self, timeout_seconds: float | None = None) -> Job:
        """The job, after waiting for the build that runs (if any) to end."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_seconds)
        return self._job

    def examples(self) -> tuple[str, ...] | None:
        """Questions that the index which serves answers; None while they are being tried, from the first call on."""
        with self._lock:
            index, self._untried = self._untried, None
        if index is not None:
            self._background.start(partial(self._try_examples, index), "examples")
        return self._examples

    def gone(self, digest: str) -> StoredArticle | None:
        """The article of that digest if it was served since the start and is no longer, else None."""
        return self._gone.get(digest)

    def _build(self) -> None:
        try:
            report = build(
                self.folder,
                self._index_dir,
                self._loaded_encoder(),
                passage_tokens=self._passage_tokens,
                max_file_bytes=self.max_file_bytes,
                progress=self._tell,
                processes=usable_cores(),
            )
            with self._opening:
                if self._is_new(read_pointer(index_place(self.folder, self._index_dir))):
                    self._serve(open_index(self.folder, self._index_dir, self._loaded_encoder()))
            give_back()
            self._end(Built(self._count(), report))
        except _ClosingError:
            self._end(Idle())
        except CopydeskError as error:
            self._end(Failed(self._count(), str(error)))
        except BaseException:
            self._end(Failed(self._count(), "The build stopped on a fault in Copydesk; the terminal shows it."))
            raise

    def _tell(self, progress: Progress) -> None:
        if self._background.closing.is_set():
            raise _ClosingError
        self._job = Building(progress)
        if self._index is None and progress.stage == "writing" and progress.done:
            self.refresh()  # words, before any vector: who waits for them is served before every core embeds

    def _end(self, job: Job) -> None:
        with self._lock:
            self._job = job

    def _count(self) -> int:
        with self._lock:
            self._builds += 1
            return self._builds

    def _refuse(self, name: Pointer | None, reason: str) -> None:
        """Tell, once a generation, that it can't be served; a build that runs goes on and will tell for itself."""
        with self._lock:
            if isinstance(self._job, Building) or (name, reason) == self._refused:
                return
            self._refused = (name, reason)
        self._end(Failed(self._count(), reason))

    def _is_new(self, name: Pointer | None) -> bool:
        if name is None or (self._refused is not None and self._refused[0] == name):
            return False
        return self._index is None or self._index.pointer != name

    def _serve(self, index: NewsIndex) -> None:
        before, self._index, self._refused = self._index, index, None
        self._first.set()
        if before is not None:
            held = {article.digest for article in index.articles}
            self._gone.update({a.digest: a for a in before.articles if a.digest not in held})
            for digest in self._gone.keys() & held:
                del self._gone[digest]
            while len(self._gone) > _GONE_KEPT:
                del self._gone[next(iter(self._gone))]
        with self._lock:
            self._examples, self._untried = None, index

    def _try_examples(self, index: NewsIndex) -> None:
        found: tuple[str, ...] = ()
        try:
            found = examples(index, self._background.closing.is_set)
        finally:
            if index is self._index:
                self._examples = found

    def _loaded_encoder(self) -> Encoder:
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(self._model)
            return self._encoder
