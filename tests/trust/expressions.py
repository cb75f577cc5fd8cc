"""Every regular expression is attacked with strings made from it; its time must grow no faster than they.

    python tests/trust/expressions.py [--size 64000] [--only corpus.dates]

Patterns are found by walking all that the modules hold, and by reading their source for those that are made where they
are used, so that a new one is tried without being named here. regexploit 1.0.0, the kept tool for Python, can't read
possessive repeats and atomic groups, which are what makes most of these linear, and does not look at searching from
every place; so time is measured, of each pattern as the product applies it.
"""

import argparse
import ast
import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from pace import pace  # noqa: E402
from trust.attacks import attacks  # noqa: E402

from corpus import furniture_rules  # noqa: E402

PACKAGES = ("corpus", "index", "qa")
MOST_SECONDS_A_MILLION = 2.0
"""For a million characters of the worst input there is: ten times what the rest of reading them takes."""
MOST_GROWTH = 4**1.3
LONGEST = {
    "qa": (2_000, "qa.askable for a question, sentences.LONGEST for a sentence"),
    "qa.names._SENTENCE_START": (3, "names"),
    "qa.outlets._as_asked": (500, "metadata.tidy for the name of an outlet"),
    "index.parts": (2_000, "a question"),
    "index.outlets": (500, "metadata.tidy for the name of an outlet"),
    "index.copies": (2_400, "passages._CHARACTERS_PER_TOKEN"),
    "corpus.webpage._CHARSET": (4_096, "declared_charset"),
    "corpus.sentences._TOKEN": (30, "_full_stop_ends"),
    "corpus.furniture_screen": (700, "the rows of furniture_rules.txt, which are ours"),
    "corpus.dates": (160, "cut by each function of the module"),
    "corpus.masthead": (400, "a line, cut by metadata._plain"),
    "corpus.pagemeta": (500, "a title or an address, cut by tidy; the class of an element"),
    "corpus.furniture_rules": (700, "furniture_lines.MAX_RULE_CHARS"),
}
"""The longest text that the expressions of a module, or one of them, are given, in characters, and who sees to it."""
OF_QUESTIONS = (
    "index.parts",
    "index.outlets",
    "qa.outlets",
    *(f"qa.{name}." for name in ("questions", "followup", "fragment", "leaning", "phrases", "antecedent")),
)
"""What is given questions, from which `checked_question` takes white space in a row, and tidied values: one at a time,
and not every sentence of every hit."""
MOST_SECONDS_A_QUESTION = 0.1
EXAMPLES = {
    "corpus.furniture_rules._matcher": "each is tried by itself",
    "corpus.pagemeta.page_metadata": r"\s+[|–—-]\s+The\ Quay\Z",
    "qa.settings._line_of": r"""^[ \t]*+(?:\[[ \t]*+)?["']?port["']?[ \t]*[=.\]]""",
    "qa.fragment._with_the_same_preposition": r"\bin\s+(?:(?!\b(?:in|on|and|when|while|that|who)\b)\S+\s*)+",
    "qa.antecedent._shared_noun": r"\b(?:the|an?)\s+(?:\w+\s+)?strike\b",
    "qa.outlets._called": r"\bHarbour\W+Wire\b",
}
"""Of the expressions that are made of a value, one such."""
_EXPLODED_SECONDS = 0.1
_SURE_SECONDS = 0.005  # what takes less at the full size has not grown
_METHODS = ("match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split")


@dataclass(frozen=True, slots=True)
class Expression:
    """A pattern, where it was found, how it is applied, and the longest text that it is ever given (None: any)."""

    name: str
    pattern: "re.Pattern[Any]"
    methods: tuple[str, ...]
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """An expression and what it was slow on."""

    name: str
    method: str
    attack: str
    seconds: float
    growth: float


def expressions() -> list[Expression]:
    """Every expression of the product."""
    found: dict[tuple[Any, int, tuple[str, ...], int | None], Expression] = {}
    for name in module_names():
        module = importlib.import_module(name)
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for one in [*_held(module, tree), *_written(module, tree), *(_rules() if module is furniture_rules else ())]:
            found.setdefault((one.pattern.pattern, one.pattern.flags, one.methods, one.longest), one)
    return list(found.values())


def module_names() -> list[str]:
    """The modules of the product."""
    return [
        f"{package}.{module.name}"
        for package in PACKAGES
        for module in pkgutil.iter_modules([str(ROOT / package)])
        if module.name != "__main__"
    ]


def _held(module: ModuleType, tree: ast.Module) -> Iterator[Expression]:
    """The patterns that a module's names hold, however deep, each with the methods that are called on the name."""
    own = {target.id for node in tree.body for target in _targets(node)}
    for name, value in vars(module).items():
        if name in own:
            for pattern in _patterns(value):
                methods = tuple(sorted(_called(tree, name))) or ("finditer",)
                yield Expression(f"{module.__name__}.{name}", pattern, methods, _longest(module.__name__, name))


def _rules() -> Iterator[Expression]:
    for rule in furniture_rules.rules():
        name = f"corpus.furniture_rules: {rule.reason}: {rule.pattern[:60]}"
        flags = re.NOFLAG if rule.cased else re.IGNORECASE
        yield Expression(name, re.compile(rule.pattern, flags), ("fullmatch",), LONGEST["corpus.furniture_rules"][0])


def _targets(node: ast.stmt) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def _patterns(value: object) -> Iterator["re.Pattern[Any]"]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _patterns(tuple(value.items()))
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _patterns(one)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _patterns(tuple(getattr(value, field.name) for field in fields(value)))


def _called(tree: ast.Module, name: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    } & set(_METHODS)


def _written(module: ModuleType, tree: ast.Module) -> Iterator[Expression]:
    """The patterns that stand where they are used: `re.sub("...", ...)` inside a function."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and (method := _re_method(node)):
                    name = f"{module.__name__}.{function.name}"
                    pattern = _as_given(module, node, name)
                    yield Expression(name, pattern, (method,), _longest(module.__name__, function.name))


def _re_method(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "re":
        return {"compile": "finditer"}.get(call.func.attr, call.func.attr if call.func.attr in _METHODS else None)
    return None


def _as_given(module: ModuleType, call: ast.Call, name: str) -> "re.Pattern[Any]":
    """The pattern of a call, as far as it is made of what the module holds; else its example in EXAMPLES."""
    pattern = _value(module, call.args[0]) or EXAMPLES.get(name)
    if pattern is None:
        raise LookupError(f"{name} makes a pattern of a value: give an example of it in EXAMPLES")
    given = [_value(module, one) for one in (*call.args[1:], *(word.value for word in call.keywords))]
    return re.compile(pattern, next((flag for flag in given if isinstance(flag, re.RegexFlag)), re.NOFLAG))


def _value(module: ModuleType, node: ast.expr) -> Any:
    """What an expression in a function is, where that does not hang on the function's own names."""
    try:
        return eval(ast.unparse(node), vars(module))
    except (NameError, AttributeError):
        return None


def _longest(module: str, name: str) -> int | None:
    for known in (f"{module}.{name}", module, module.partition(".")[0]):
        if known in LONGEST:
            return LONGEST[known][0]
    return None


def slow(one: Expression, size: int) -> Iterator[Slow]:
    """Where it takes too long, or longer and longer, on texts of `size` or as long as it is ever given."""
    size = min(size, one.longest or size)
    most = MOST_SECONDS_A_MILLION * size / 1e6
    if one.longest is not None and one.name.startswith(OF_QUESTIONS):
        most = MOST_SECONDS_A_QUESTION
    for method in one.methods:
        if bad := _explodes(one, method):
            yield bad
            continue
        for text, less in _texts(one, size):
            seconds = _seconds(one.pattern, method, text)
            if seconds < max(_SURE_SECONDS, 1e-7 * size):
                continue
            seconds = min(seconds, *(_seconds(one.pattern, method, text) for _ in range(3)))
            growth = seconds / max(1e-6, *(_seconds(one.pattern, method, less) for _ in range(3)))
            late = seconds > max(_SURE_SECONDS, most) and seconds > max(_SURE_SECONDS, most) * pace()
            if late or (one.longest is None and growth > MOST_GROWTH):
                yield Slow(one.name, method, repr(text[:60]), seconds, growth)


def _explodes(one: Expression, method: str) -> Slow | None:
    """What an expression is slow on even where it is short: its time doubles with every character."""
    for size in (25, 200, 1_000):
        for text, less in _texts(one, size):
            seconds = _seconds(one.pattern, method, text)
            if seconds > _EXPLODED_SECONDS and seconds > _EXPLODED_SECONDS * pace():
                return Slow(one.name, method, repr(text[:60]), seconds, seconds / _seconds(one.pattern, method, less))
    return None


def _texts(one: Expression, size: int) -> Iterator[tuple[Any, Any]]:
    """Attacks of this size and of a quarter of it."""
    for text, less in zip(attacks(one.pattern, size), attacks(one.pattern, size // 4), strict=True):
        if one.name.startswith(OF_QUESTIONS):
            text, less = " ".join(text.split()), " ".join(less.split())
        yield text, less


def _seconds(pattern: "re.Pattern[Any]", method: str, text: str | bytes) -> float:
    apply: Callable[[], object] = {
        "sub": lambda: pattern.sub(text[:0], text),
        "subn": lambda: pattern.sub(text[:0], text),
        "finditer": lambda: sum(1 for _ in pattern.finditer(text)),
    }.get(method, lambda: getattr(pattern, method)(text))
    begun = time.thread_time()  # of the processor, which others may be using too
    apply()
    return time.thread_time() - begun


def main() -> None:
    """Tries them all, prints the slow ones, and exits 1 where there is one."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", type=int, default=64_000)
    options.add_argument("--only", default="")
    chosen = options.parse_args()
    every = [one for one in expressions() if one.name.startswith(chosen.only)]
    found = []
    for one in every:
        for bad in slow(one, chosen.size):
            found.append(bad)
            print(
                f"{bad.name}.{bad.method} on {bad.attack}: {bad.seconds:.3f} s, {bad.growth:.1f} times a quarter's",
                flush=True,
            )
    print(f"{len(every)} expressions, texts of up to {chosen.size:,} characters, {len(found)} slow")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
