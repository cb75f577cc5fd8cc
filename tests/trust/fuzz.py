"""Coverage-guided fuzzing of what reads files: bytes grown by what new code they reach, until something breaks.

    pip install atheris==3.0.0        (Python 3.11 to 3.13 on Linux; not among the dependencies: 35 MB)
    python tests/trust/fuzz.py [--seconds 600] [--only sentences]

Targets: whole files of each kind, front matter, dates, charsets, sentences, furniture, and a page's metadata. Each runs
in a process of its own for its share of the seconds, from the articles that mutants are made of; the first input that
breaks a target is printed and kept in the folder that is named, to be made a regression test of.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

SLOWEST_SECONDS = 20  # of one input of at most so many bytes
LONGEST = 8_192
_DAYS = ("20 May 2024", "Mon, 3rd of June 2024, 9.30 a.m. (BST)", "2024-05-20T08:00:00+01:00", "13/03/2025", "20240520")


def targets() -> dict[str, Callable[[bytes], None]]:
    """By name, what is given bytes and must neither raise nor leave anything out of place."""
    from trust.invariants import broken

    from corpus.charsets import NotText, decode
    from corpus.dates import date_in_line, parse_date
    from corpus.document import Document, Span
    from corpus.furniture import furniture
    from corpus.metadata import from_front_matter, from_text
    from corpus.passages import article_sentences
    from corpus.sentences import LONGEST as LONGEST_SENTENCE

    def whole(name: str) -> Callable[[bytes], None]:
        def read(data: bytes) -> None:
            wrong = broken(name, data)[1]
            assert wrong is None, wrong

        return read

    def text_of(data: bytes) -> str:
        return data.decode("utf-8", "ignore")

    def front_matter(data: bytes) -> None:
        text = "---\n" + text_of(data)
        metadata, start = from_front_matter(text)
        assert 0 <= start <= len(text)
        str(metadata).encode("utf-8")
        from_text(text, Span(start, len(text)))

    def dates(data: bytes) -> None:
        for day in (parse_date(text_of(data)), date_in_line(text_of(data))):
            assert day is None or len(day) == 10

    def charsets(data: bytes) -> None:
        with suppress(NotText):
            decode(data[8:], text_of(data[:8])).encode("utf-8")

    def sentences(data: bytes) -> None:
        text = text_of(data)
        document = Document("a.txt", text, Span(0, len(text)), "text")
        marked = furniture(document)
        spans = article_sentences(document, marked)
        held = sum(len("".join(text[s.start : s.end].split())) for s in (*spans, *marked))
        assert held == len("".join(text.split())), "characters were lost or are there twice"
        assert all(s.end - s.start <= LONGEST_SENTENCE for s in spans)

    return {
        "txt": whole("a.txt"),
        "md": whole("a.md"),
        "html": whole("a.html"),
        "front_matter": front_matter,
        "dates": dates,
        "charsets": charsets,
        "sentences": sentences,
    }


NAMES = ("txt", "md", "html", "front_matter", "dates", "charsets", "sentences")


def fuzz(name: str, seconds: int, kept: Path) -> None:
    """Never returns: fuzzes in this process, as libFuzzer does, and ends it."""
    import atheris

    with atheris.instrument_imports(include=["corpus"], enable_loader_override=False):
        target = targets()[name]
    from trust.seeds import SEEDS

    with tempfile.TemporaryDirectory() as seeds:
        texts = [*SEEDS.values(), *(line for text in SEEDS.values() for line in text.splitlines()), *_DAYS]
        for number, text in enumerate(dict.fromkeys(texts)):
            (Path(seeds) / str(number)).write_bytes(text.encode())
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            f"-timeout={SLOWEST_SECONDS}",
            "-rss_limit_mb=4096",
        ]
        atheris.Setup(
            [sys.argv[0], *options, f"-artifact_prefix={kept}/{name}-", "-print_final_stats=1", seeds], target
        )
        atheris.Fuzz()


def main() -> None:
    """Gives each target its share of the time; exits 1 where one broke."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=600)
    options.add_argument("--only", choices=NAMES)
    options.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "copydesk-fuzz")
    options.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    chosen.kept.mkdir(parents=True, exist_ok=True)
    if chosen.here:
        fuzz(chosen.only, chosen.seconds, chosen.kept)
    names, broke = [chosen.only] if chosen.only else list(NAMES), []
    for name in names:
        share = max(1, chosen.seconds // len(names))
        typed = [
            sys.executable,
            __file__,
            "--here",
            "--only",
            name,
            "--seconds",
            str(share),
            "--kept",
            str(chosen.kept),
        ]
        done = subprocess.run(typed, capture_output=True, text=True, errors="replace")
        told = [line for line in done.stderr.splitlines() if " cov: " in line]
        print(f"{name}: {told[-1].strip() if told else ''}", flush=True)
        if done.returncode != 0:
            broke.append(name)
            print("\n".join(done.stderr.splitlines()[-25:]), flush=True)
    print(f"{len(names)} targets, {chosen.seconds} s: {len(broke)} broke {broke or ''}; inputs in {chosen.kept}")
    sys.exit(1 if broke else 0)


if __name__ == "__main__":
    main()
