"""What is installed: no release with a known fault, and no licence that this project could not be given away with."""

import re
import sys
import tomllib
from pathlib import Path

import dependencies
import pytest
from packaging.version import Version

FLOORS = tomllib.loads((Path(__file__).parent / "data" / "advisories.toml").read_text(encoding="utf-8"))
NEEDED = dependencies.needed()
DIRECT = dependencies.direct()
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LGPL-2.1-or-later",  # imported as it is, and anyone can put another release in its place
    "MIT",
    "MIT-CMU",
    "MPL-2.0",  # asks for the source of its own files alone
    "PSF-2.0",
    "Zlib",
}


def parts(expression: str, word: str) -> list[str]:
    """What stands around a word of an SPDX expression, outside its brackets."""
    found, depth = [""], 0
    for token in re.split(rf"(\(|\)| {word} )", expression):
        depth += (token == "(") - (token == ")")
        if token == f" {word} " and depth == 0:
            found.append("")
        else:
            found[-1] += token
    return found


def may_be_used(expression: str) -> bool:
    """Whether a licence is allowed: of a choice one, of several together all."""
    for word, enough in (("OR", any), ("AND", all)):
        if len(several := parts(expression, word)) > 1:
            return enough(may_be_used(each) for each in several)
    inner = expression.removeprefix("(").removesuffix(")")
    return inner in ALLOWED if inner == expression else may_be_used(inner)


def least(name: str) -> Version:
    """The oldest release of a direct dependency that pyproject.toml allows."""
    bounds = [each.version for each in DIRECT[name].specifier if each.operator in (">=", "==")]
    assert len(bounds) == 1, f"{name} has no floor in pyproject.toml"
    return Version(bounds[0])


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_what_is_installed_has_every_known_fix(name: str) -> None:
    entry = FLOORS[name]
    assert name in NEEDED, f"{name} is not needed any more: take it out of tests/data/advisories.toml"
    assert Version(NEEDED[name].version) >= Version(entry["floor"]), f"{entry['advisory']}: {entry['what']}"


@pytest.mark.parametrize("name", sorted(FLOORS.keys() & DIRECT.keys()))
def test_no_release_with_a_known_fault_satisfies_pyproject(name: str) -> None:
    assert least(name) >= Version(FLOORS[name]["floor"]), f"{FLOORS[name]['advisory']}: raise it in pyproject.toml"


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_an_advisory_says_what_it_was_and_where_that_was_read(name: str) -> None:
    entry = FLOORS[name]
    assert set(entry) == {"floor", "advisory", "what", "source"}
    assert re.fullmatch(r"(CVE-\d{4}-\d{4,}|GHSA(-[\da-z]{4}){3}|PYSEC-\d{4}-\d+)", entry["advisory"])
    assert entry["source"].startswith("https://")


@pytest.mark.parametrize("name", NEEDED)
def test_a_dependency_is_listed_with_its_licence_which_is_one_that_we_may_use(name: str) -> None:
    told = dependencies.licence(name, NEEDED[name])
    page = dependencies.listed()
    assert name in page, f"{name} is new: run python tests/dependencies.py, and read its licence"
    assert page[name] == told, f"the licence of {name} has changed: read it, then run python tests/dependencies.py"
    assert may_be_used(told), f"{name} is under {told!r}: may it be used? Then say so in ALLOWED, or leave it out"


@pytest.mark.skipif(sys.platform != "linux", reason="the page is made on Linux, and other systems need less")
def test_nothing_is_listed_that_is_not_needed() -> None:
    assert dependencies.listed().keys() - dependencies.ELSEWHERE.keys() <= NEEDED.keys()


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-3.0-only)", True),
        ("(MIT AND GPL-3.0-only) OR GPL-2.0-only", False),
        ("BSD License", False),
        ("", False),
    ],
)
def test_a_licence_is_weighed_as_a_whole(expression: str, may: bool) -> None:
    assert may_be_used(expression) is may


def test_the_page_names_what_is_no_python_package() -> None:
    page = dependencies.PAGE.read_text(encoding="utf-8")
    from index.encode import WEIGHTS_SHA256

    assert WEIGHTS_SHA256 in page
    own = {path.name for path in (dependencies.ROOT / "qa" / "static").iterdir() if path.is_file()}
    assert {name for name in own if name in page} == own
