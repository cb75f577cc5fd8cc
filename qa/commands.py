"""What each command does: settings and options made into one call, and its result into text or JSON."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import MisuseError
from index.silence import silence
from qa.options import Options
from qa.settings import Settings, read_settings
from qa.target import build_index, check_target, expect_build, find_target, open_target, tell_if_stale
from qa.terminal import CountLine, as_json, complain, time_words

if TYPE_CHECKING:  # heavy, and imported by the commands that need it
    from index.build import BuildReport

_SKIPPED_SHOWN = 20


def run(options: Options, environ: Mapping[str, str]) -> int:
    """The exit code of the command that was typed, which without a name is `serve`. Raises CopydeskError."""
    settings = read_settings(environ, options.settings)
    silence(os.environ, offline=settings.model is None or Path(settings.model).is_dir())
    return _command(options.command or "serve")(options, settings)


def _command(name: str) -> Callable[[Options, Settings], int]:
    """What runs a command: it alone is loaded."""
    if name == "index":
        return _index
    if name == "measure":
        return _measure
    if name == "search":
        from qa.asking import search

        return search
    if name == "ask":
        from qa.asking import ask

        return ask
    if name == "verify":
        from qa.verifying import verify

        return verify
    if name == "password":
        from qa.password import password

        return password
    from qa.serving import serve

    return serve


# --- index ---


def _index(options: Options, settings: Settings) -> int:
    if options.folder is None and settings.folder is None:
        raise MisuseError("index needs the folder of articles; run: copydesk index FOLDER")
    target = find_target(options, settings)
    check_target(target)
    expect_build(target)
    from index.encode import load_encoder

    report = build_index(target, settings, load_encoder(settings.model, beside=True), compact=options.compact)
    print(as_json(_report_json(report)) if options.json else _report_text(report))
    return 0


def _report_json(report: "BuildReport") -> dict[str, Any]:
    return {
        "generation": report.generation,
        "published": report.published,
        "articles": report.articles,
        "passages": report.passages,
        "files_read": report.files_read,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "embedded": report.embedded,
        "skipped": [{"file": each.path, "reason": each.reason} for each in report.skipped],
        "rebuilt_because": report.rebuilt_because,
        "seconds": round(report.seconds, 3),
    }


def _report_text(report: "BuildReport") -> str:
    from qa.show import counted, plain

    holds = f"{counted(report.articles, 'article')} in {counted(report.passages, 'passage')}"
    took = f"{report.seconds:.1f} s" if report.seconds < 60 else time_words(report.seconds)
    lines = [f"Indexed {holds}, {took}." if report.published else f"Nothing changed: {holds}, {took}."]
    if report.rebuilt_because:
        lines.append(f"Built anew, because {plain(report.rebuilt_because)}.")
    lines.append(
        f"{counted(report.files_read, 'file')} read ({report.added:,} new, {report.changed:,} changed), "
        f"{report.removed:,} removed, {counted(report.embedded, 'passage')} embedded."
    )
    if report.skipped:
        lines.append(f"{counted(len(report.skipped), 'file')} skipped:")
        lines += [f"  {plain(each.path)}: {plain(each.reason)}" for each in report.skipped[:_SKIPPED_SHOWN]]
        if len(report.skipped) > _SKIPPED_SHOWN:
            lines.append(f"  and {len(report.skipped) - _SKIPPED_SHOWN:,} more; --json lists them all")
    return "\n".join(lines)


# --- measure ---


def _measure(options: Options, settings: Settings) -> int:
    if options.questions is None:
        raise MisuseError("measure needs a file of questions; run: copydesk measure questions.jsonl --corpus FOLDER")
    from qa.gold import read_questions
    from qa.measure import measure, nowhere

    questions = read_questions(options.questions)
    target = find_target(options, settings)
    index = open_target(target, settings)
    with CountLine(sys.stderr, "questions") as count:
        report = measure(questions, index, options.k or settings.k, count)
    print(as_json(report.as_dict()) if options.json else report.table())
    if missing := nowhere(questions, index):
        name, fact = missing[0]
        complain(
            f"{options.questions}: evidence that stands in no article counts as not found: {len(missing):,} of it, the"
            f" first in question {name}: {str(fact)[:80]!r}; give the words as the article has them"
        )
    tell_if_stale(target, index)
    return 0
