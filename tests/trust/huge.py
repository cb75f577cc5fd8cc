"""Articles of absurd sizes: lines, paragraphs, tags, depths."""

from collections.abc import Callable
from random import Random

from trust.seeds import NEWS, PAGE, SEEDS


def one_line(random: Random, name: str) -> tuple[str, bytes]:
    """Up to ten million characters in one line, as words or as one word."""
    unit = random.choice(
        ("word ", "x", ". ", "“No.” ", "( ", "a.", "![", "<b", "é", "Read more | ", "1.5 ", "A ", "_", "中。")
    )
    return name, (SEEDS[name] + unit * (random.choice((1, 4, 10)) * 1_000_000 // len(unit.encode()))).encode()


def many_paragraphs(random: Random, name: str) -> tuple[str, bytes]:
    unit = random.choice(
        ("A.\n\n", "x\n",
         "Read next\n", "Sign up for our newsletter\n", "-\r", "Reply\n", "Home\nNews\n", "By Ada Finch\n\n",
         "Read next\nA story of the harbour\n", "12:30\nA story of the harbour\n", "Comments\nReply\n", "Share\n# A\n")
    )  # fmt: skip
    return name, (SEEDS[name] + unit * random.choice((50_000, 300_000))).encode()


def million_paragraphs(random: Random, name: str) -> tuple[str, bytes]:
    unit = random.choice(("a\n", "A b.\n", "<p>a"))
    return name, (SEEDS[name] + unit * 1_000_000).encode()


def deep(random: Random, _: str) -> tuple[str, bytes]:
    tag = random.choice(("div", "b", "p", "blockquote", "table><tr><td", "ul><li", "a", "x", "svg", "font"))
    page = f"<html><body>{f'<{tag}>' * 100_000}{NEWS}"
    return "deep.html", page.encode()


def many_tags(random: Random, _: str) -> tuple[str, bytes]:
    unit = random.choice(
        ("<p>a</p>", "<a href=x>b</a> ", "<br>", "<li>c", "<b>", "<td>d", "<!--e-->", "&amp;", "<p x=1 y='2'>", "<q ")
    )
    return "tags.html", PAGE.replace("</article>", unit * random.choice((140_000, 400_000)) + "</article>").encode()


def many_sentences(random: Random, name: str) -> tuple[str, bytes]:
    unit = random.choice(
        ("It rained. ", "“Who?” Marlow asked. ", "Mr. A. B. C. met. ", "(No.) ", "what?! ", "U.S. ", "。")
    )
    return name, (SEEDS[name] + unit * 200_000).encode()


def too_large(_: Random, name: str) -> tuple[str, bytes]:
    return name, SEEDS[name].encode() * (20_500_000 // len(SEEDS[name]))


def attributes(random: Random, _: str) -> tuple[str, bytes]:
    many = " ".join(f"{random.choice('abc')}{n}='x'" for n in range(200_000))
    return "attributes.html", PAGE.replace("<article>", f"<article {many}>").encode()


HUGE: tuple[Callable[[Random, str], tuple[str, bytes]], ...] = (
    one_line, one_line, many_paragraphs, many_paragraphs, million_paragraphs, deep, many_tags, many_sentences,
    too_large, attributes,
)  # fmt: skip
