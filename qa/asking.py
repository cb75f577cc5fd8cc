"""The commands `search` and `ask`: one question, or a file of them."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from corpus.errors import MisuseError
from qa.options import Options
from qa.settings import Settings
from qa.target import Target, find_target, open_target, tell_if_stale
from qa.terminal import CountLine, as_json, complain

if TYPE_CHECKING:  # heavy, and imported by the functions that need it
    from index.hits import Where
    from index.search import NewsIndex


@dataclass(frozen=True, slots=True)
class _Ready:
    """An index that is open, with what was asked to be searched in it."""

    index: "NewsIndex"
    k: int
    where: "Where"


def search(options: Options, settings: Settings) -> int:
    """The exit code of `copydesk search`."""
    from qa.askable import checked_question, whole
    from qa.show import hits_text
    from qa.show_json import search_json

    def one(question: str, ready: _Ready) -> tuple[dict[str, Any], str]:
        begun = time.perf_counter()
        hits = ready.index.search(checked_question(question), ready.k, ready.where)
        found = search_json(whole(question), time.perf_counter() - begun, hits)
        return found, hits_text(hits) or "No passage: the filters leave no article."

    return _question_or_batch(options, settings, one)


def ask(options: Options, settings: Settings) -> int:
    """The exit code of `copydesk ask`."""
    from qa import answer
    from qa.show import answer_text
    from qa.show_json import answer_json

    def one(question: str, ready: _Ready) -> tuple[dict[str, Any], str]:
        *_, final = answer.ask(question, ready.index, k=ready.k, where=ready.where)
        return answer_json(final), answer_text(final)

    return _question_or_batch(options, settings, one)


_One = Callable[[str, _Ready], tuple[dict[str, Any], str]]
"""A question put to an index: the result as JSON and as text."""


def _question_or_batch(options: Options, settings: Settings, one: _One) -> int:
    if options.batch is not None:
        if options.question is not None:
            raise MisuseError("give a question or --batch, not both; run the command once for each")
        return _batch(options, settings, one)
    if options.out is not None:
        raise MisuseError("--out goes with --batch; to keep one answer use: --json > FILE")
    if options.question is None:
        raise MisuseError(f'{options.command} needs a question; run: copydesk {options.command} "QUESTION"')
    target = find_target(options, settings)
    ready = _open(target, options, settings)
    found, words = one(options.question, ready)
    print(as_json(found) if options.json else words)
    tell_if_stale(target, ready.index)
    return 0


def _batch(options: Options, settings: Settings, one: _One) -> int:
    from qa.batch import BadLine, read_batch, write_lines

    assert options.batch is not None, "only a batch comes here"
    lines = read_batch(options.batch)
    target = find_target(options, settings)
    ready = _open(target, options, settings)
    bad = 0

    def answers() -> Iterator[str]:
        nonlocal bad
        for done, line in enumerate(lines):
            count(done, len(lines))
            try:
                if isinstance(line, BadLine):
                    raise MisuseError(f"{line.reason}; mend the line and ask it again")
                found, _ = one(line.question, ready)
                yield as_json(line.carried | found)
            except MisuseError as error:
                bad += 1
                count.clear()
                complain(f"{options.batch}, line {line.line}: {error}")

    with CountLine(sys.stderr, "questions") as count:
        write_lines(options.out or "-", answers())
    if bad:
        complain(f"{options.batch}: {bad:,} of {len(lines):,} lines could not be asked; the others are answered")
    tell_if_stale(target, ready.index)
    return 1 if bad else 0


def _open(target: Target, options: Options, settings: Settings) -> _Ready:
    from index.hits import Where

    since, until = _day("--since", options.since), _day("--until", options.until)
    if since and until and since > until:
        raise MisuseError(f"--since {since} is later than --until {until}; swap them")
    if target.is_sample:
        complain("no folder named, so this asks the sample articles; --corpus FOLDER asks yours")
    index = open_target(target, settings)
    return _Ready(index, options.k or settings.k, Where(_known_outlets(options.outlet, index), since, until))


def _day(option: str, typed: str | None) -> str | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise MisuseError(f"{option} {typed!r} is not a day; write it as 2025-02-12") from None


def _known_outlets(typed: list[str], index: "NewsIndex") -> frozenset[str | None]:
    names = {name.casefold(): name for name in index.outlets if name}
    for name in typed:
        if name.casefold() not in names:
            near = get_close_matches(name.casefold(), names, n=1, cutoff=0.5)
            listed = sorted(names.values())
            some = ", ".join(listed[:8]) + (" and others" if len(listed) > 8 else "")
            hint = f"did you mean {names[near[0]]!r}?" if near else f"the outlets are: {some or 'all unknown'}"
            raise MisuseError(f"no article is by the outlet {name!r}; {hint}")
    return frozenset(names[name.casefold()] for name in typed)
