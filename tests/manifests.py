"""A generation made to say something else of itself, as another version of Copydesk would have written it."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from index.checksum import file_digest
from index.store import current_name


def change_manifest(place: Path, **change: object) -> None:
    """Change what the current generation of an index says of itself, and the pointer with it."""
    name = current_name(place) or ""
    manifest = place / "generations" / name / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | change), encoding="utf-8")
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    (place / "current").write_bytes(f"{name} {digest}\n".encode())


def as_format_2(place: Path) -> None:
    """Make of an index what a Copydesk of format 2 wrote: articles without seals, a pointer without a digest."""
    name = current_name(place) or ""
    home = place / "generations" / name
    manifest = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    for path in home.glob("segments/*/articles.sqlite"):
        with closing(sqlite3.connect(path)) as database:
            database.execute("ALTER TABLE articles DROP COLUMN seal")
            database.commit()
        written = path.read_bytes()
        manifest["files"][path.relative_to(home).as_posix()] = [len(written), hashlib.sha256(written).hexdigest()]
    (home / "manifest.json").write_text(json.dumps(manifest | {"format": 2}), encoding="utf-8")
    (place / "current").write_text(f"{name}\n", encoding="utf-8")
    (place / "verified").unlink(missing_ok=True)


def reseal(place: Path) -> None:
    """Make the manifest of the current generation say of each file what now stands on disk."""
    home = place / "generations" / (current_name(place) or "")
    named = json.loads((home / "manifest.json").read_text(encoding="utf-8"))["files"]
    change_manifest(place, files={name: [(home / name).stat().st_size, file_digest(home / name)] for name in named})
