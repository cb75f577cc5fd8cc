"""A generation made to say something else of itself, as another version of Copydesk would have written it."""

import hashlib
import json
from pathlib import Path

from index.store import current_name


def change_manifest(place: Path, **change: object) -> None:
    """Change what the current generation of an index says of itself, and the pointer with it."""
    name = current_name(place) or ""
    manifest = place / "generations" / name / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | change), encoding="utf-8")
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    (place / "current").write_bytes(f"{name} {digest}\n".encode())
