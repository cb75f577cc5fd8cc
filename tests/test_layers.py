"""The order in which data flows, held by reading the imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ["corpus", "index", "qa"]
# A library that one file alone may know, wherever in that file it is imported.
ONE_HOME = {
    "faiss": "index/dense.py",
    "tantivy": "index/lexical.py",
    "sqlite3": "index/database.py",
    "gradio": "qa/page.py",
    "trafilatura": "corpus/webpage.py",
    "sentence_transformers": "index/any_model.py",
    "watchfiles": "qa/watch.py",
}
FILES = sorted(path for layer in LAYERS for path in (ROOT / layer).glob("*.py"))


def imports(path: Path, *, top_only: bool = False) -> set[str]:
    """Dotted names of the modules that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_imports_from_a_package_to_its_right(path: Path):
    allowed = LAYERS[: LAYERS.index(path.parent.name) + 1]
    used = {name.split(".")[0] for name in imports(path)} & set(LAYERS)
    assert used <= set(allowed)


def test_there_are_no_cycles():
    graph = {f"{p.parent.name}.{p.stem}": {n for n in imports(p) if n.split(".")[0] in LAYERS} for p in FILES}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"cycle: {' -> '.join((*above, name))}"
        if name not in done:
            for used in graph.get(name, ()):
                visit(used, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize(("library", "home"), ONE_HOME.items())
def test_one_library_is_known_to_one_file(library: str, home: str):
    knowing = {p.relative_to(ROOT).as_posix() for p in FILES if library in {n.split(".")[0] for n in imports(p)}}
    assert knowing <= {home}
    assert home in knowing
