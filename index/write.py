"""A new generation written and published: what is new encoded, what stays linked."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from index.ahead import WordsAhead, words_ahead
from index.assemble import Passages, passages_of, terms_of_segment, vectors_of, write_segment, write_words
from index.before import Before
from index.changes import Fresh, Survey
from index.crew import Crew
from index.cutting import cut_files
from index.cutting_version import cutting_digest
from index.dense import Vectors, write_dense
from index.encode import Encoder, MiniLM
from index.files import numbered, write_files
from index.layout import Layout, layout
from index.progress import Listener, clock
from index.segment import VECTORS
from index.sentence_terms import write_sentence_terms
from index.store import (
    FILES,
    FORMAT,
    KEEP,
    SEGMENTS,
    WORDS,
    Manifest,
    clear_leftovers,
    forget_unfinished,
    link_files,
    new_generation,
    next_name,
    publish,
    read_manifest,
)

WORDS_FIRST = 500
"""From so many passages on a first build publishes them for search by words before it embeds them: some seconds."""


def blank_manifest(folder: Path, place: Path, encoder: Encoder, now_ns: int, passage_tokens: int) -> Manifest:
    """The manifest of a generation to be, without its counts and files."""
    return Manifest(
        format=FORMAT,
        generation=next_name(place),
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        looked_ns=now_ns,
        folder=str(folder.resolve()),
        model=encoder.name,
        model_digest=encoder.digest,
        dim=encoder.dim,
        passage_tokens=passage_tokens,
        cutting=cutting_digest(),
        articles=0,
        passages=0,
        skipped=0,
        embedded=True,
        segments=(),
        files={},
    )


class Written(NamedTuple):
    """The files of a generation that was written, how many passages they have, and how many of these were encoded."""

    found: Survey
    passages: int
    embedded: int


@dataclass(frozen=True)
class Writer:
    """What one build writes with: into which place, on what it builds, by which model; and whether it keeps nothing."""

    place: Path
    blank: Manifest
    before: Before
    encoder: Encoder
    progress: Listener
    compact: bool = False

    def write(self, found: Survey, crew: Crew) -> Written:
        """What the new generation holds, once it is published.

        A first build of more than a few publishes a generation without terms of sentences and vectors before it makes
        them, to be searched by words.
        """
        if self.before.articles is None:
            outlets = [file.document.metadata.source for file in found.files if isinstance(file, Fresh)]
            with words_ahead(self.place, outlets) as ahead:
                return self._write(found, crew, ahead)
        return self._write(found, crew, None)

    def _write(self, found: Survey, crew: Crew, ahead: WordsAhead | None) -> Written:
        previous = self.before.articles
        cutters = crew if isinstance(self.encoder, MiniLM) else Crew(1)  # any other model would be sent along, whole
        cuts, found = cut_files(
            found,
            previous,
            self.encoder.count_tokens,
            self.blank.passage_tokens,
            cutters,
            clock("cutting", self.progress),
            ahead.add if ahead else lambda _: None,
        )
        found.must_hold_one(Path(self.blank.folder))
        crew.dismiss()  # they would only hold memory while passages are embedded
        plan = layout(cuts, previous, compact=self.compact)
        passages = passages_of(plan, previous)
        name = self.blank.generation
        segments = (*(segment.folder.name for segment in plan.kept), *([name] if plan.moved else []))
        manifest = replace(
            self.blank,
            articles=len(plan.files),
            passages=plan.passages,
            skipped=len(found.skipped),
            segments=segments,
        )

        def write(new: Path) -> None:
            self._write_words(new, plan, passages, found, ahead)
            if plan.moved:
                write_segment(new / SEGMENTS / name, plan, passages, previous)

        before = previous.manifest if previous else None
        if self.before.first and plan.passages >= WORDS_FIRST:
            first = self._publish(replace(manifest, embedded=False), write, None)
            before = read_manifest(self.place, name)
            manifest = replace(manifest, generation=next_name(self.place))
            write = partial(link_files, first, leave={"manifest.json"})
        vectors, embedded = self._vectors(passages)

        def write_all(new: Path) -> None:
            write(new)
            if plan.moved:
                terms = terms_of_segment(plan, passages, previous, crew)
                write_sentence_terms(terms, new / SEGMENTS / name)
                write_dense(vectors, new / SEGMENTS / name / VECTORS)

        self._publish(manifest, write_all, before)
        forget_unfinished(self.place)
        with suppress(OSError):  # what is left the next build clears
            keep = 1 if self.compact or self.before.is_useless else KEEP
            clear_leftovers(self.place, keep, serving=manifest.generation)
        return Written(found, plan.passages, embedded)

    def _vectors(self, passages: Passages) -> tuple[Vectors, int]:
        step = clock("embedding", self.progress)
        return vectors_of(passages, self.before.vectors, self.encoder, self.place, step)

    def _write_words(
        self, new: Path, plan: Layout, passages: Passages, found: Survey, ahead: WordsAhead | None
    ) -> None:
        """Write the words and the list of files, and link the segments that stay."""
        previous = self.before.articles
        known = previous.list.outlets if previous and plan.kept else {}
        outlets = ahead.outlets if ahead else numbered((file.source for file in plan.files), known)
        before = previous.list if previous and plan.kept else None
        write_files(new / FILES, plan.files, found.skipped, outlets, before)
        if ahead:
            ahead.move(new / WORDS)
            return
        (new / WORDS).mkdir()
        if previous and plan.kept:
            link_files(previous.folder / WORDS, new / WORDS)
        for segment in plan.kept:
            link_files(segment.folder, new / SEGMENTS / segment.folder.name)
        if plan.moved or plan.gone:
            write_words(new / WORDS, plan, passages, previous, outlets)

    def _publish(self, manifest: Manifest, write: Callable[[Path], None], before: Manifest | None) -> Path:
        """The folder of a generation, published: `write` writes what is in it."""
        step = clock("writing", self.progress)
        step(0, 1)
        with new_generation(self.place) as new:
            write(new)
            folder = publish(self.place, new, manifest, before)
        step(1, 1)
        return folder
