"""A server of whose every file, connection and child it is known."""

import ast
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from browsing import Site, serving
from running import ROOT

_FORBIDDEN = re.compile(r"/etc/(passwd|shadow)|/dev/zero|/proc/(self|\d+)/(environ|cmdline)")


@dataclass(frozen=True)
class Audit:
    """What was heard of a server."""

    file: Path

    def of(self, event: str) -> list[object]:
        """What that event was about, in order."""
        lines = [line.split("\t", 1) for line in self.file.read_text(encoding="utf-8").splitlines()]
        return [ast.literal_eval(what) for name, what in lines if name == event and not what.startswith("<")]

    def far(self) -> list[str]:
        """Connections and look-ups that are not of this machine."""
        asked = [*self.of("socket.connect"), *self.of("socket.sendto"), *self.of("socket.getaddrinfo")]
        hosts = [str(each[0]) if isinstance(each, tuple) else str(each) for each in asked]
        return [host for host in hosts if host not in ("127.0.0.1", "::1", "localhost") and not host.startswith("/")]

    def strayed(self, outside: Path) -> list[str]:
        """Files opened that lie in `outside`, or that no page has to do with."""
        opened = {str(each) for each in (*self.of("open"), *self.of("reached")) if isinstance(each, str)}
        folder = outside.resolve()
        return [path for path in sorted(opened) if _FORBIDDEN.fullmatch(path) or Path(path).is_relative_to(folder)]


def heard_in(file: Path) -> dict[str, str]:
    """The environment in which the command and its children are heard."""
    return {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "audit"), str(ROOT)]), "AUDIT_FILE": str(file)}


@contextmanager
def audited(
    folder: Path, home: Path, file: Path, *options: str, start: str | None = None, **more: str
) -> Iterator[tuple[Site, Audit]]:
    """The real command on the folder, with what it and its children do written into the file."""
    with serving(folder, home, *options, start=start, **heard_in(file), **more) as site:
        yield site, Audit(file)
