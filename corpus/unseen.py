"""What a page holds and does not show: elements hidden by an attribute, by their own style or by the page's.

A reader who opens the saved page can't see such text, so it is no part of the article. What scripts and linked style
sheets would hide or show is not known here. Text hidden from screen readers alone (aria-hidden) is seen, and kept.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_NEVER_SHOWN = frozenset(["template", "noscript", "datalist", "textarea"])
_WHOLE_PAGE = frozenset(["html", "body", "main", "article"])  # hidden until a script shows them: seen by all who read
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_NUMBER = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))\s?([a-z%]{0,5})")
_RULE = re.compile(r"(?<![^{}])([^{}]*+)\{([^{}]*+)\}")
_AT_RULE = re.compile(r"@[^{};@]*+(?:;|\{(?>[^{}]++|\{[^{}]*+\})*+\})")
_SELECTOR = re.compile(r"([a-z][a-z0-9]{0,20})?([.#])([\w-]{1,200})")
_CLIPPED = re.compile(r"rect\((?:[01](?:px)?[ ,]{0,3}){4}\)")
_MOST_AROUND = 12  # elements that are asked for the colour behind a text
_LONGEST_AROUND = 2_000  # characters of such a one's style
_MOST_STYLES = 200_000  # characters of the page's own rules that are read
_TINY = {"px": 2.0, "pt": 1.5, "": 2.0, "em": 0.15, "rem": 0.15, "%": 15.0, "vw": 0.1, "vh": 0.1}
_FAR = {"px": -900.0, "pt": -700.0, "em": -60.0, "rem": -60.0, "%": -150.0, "vw": -99.0, "vh": -99.0}
_COLOURS = {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}


def drop_unseen(tree: Any) -> None:
    """Takes out of a parsed page what it does not show; the text behind each such element stays."""
    rules = _hidden_by_rules(tree)
    sheets = ("stylesheet" in (link.get("rel") or "") for link in tree.iter("link"))
    plain = next(tree.iter("style"), None) is None and not any(sheets)
    for script in tree.iter("script"):
        if "articleBody" in (script.text or ""):  # what trafilatura would take for the text of a page that shows little
            script.text = script.text.replace("articleBody", "article_body")
    unseen = {one: None for one in tree.iter() if isinstance(one.tag, str) and _is_unseen(one, rules, plain)}
    for parent in dict.fromkeys(one.getparent() for one in unseen):
        _keep(parent, [child for child in parent if child not in unseen], unseen)


def _keep(parent: Any, kept: list[Any], unseen: Mapping[Any, None]) -> None:
    """Leaves only these children, and the text behind the others; in one go, as text grows slowly piece by piece."""
    words = [[parent.text or ""]]
    for child in parent:
        if child not in unseen:
            words.append([])
        words[-1].append(child.tail or "")
    parent[:] = kept
    parent.text = "".join(words[0])
    for child, behind in zip(kept, words[1:], strict=True):
        child.tail = "".join(behind)


def _is_unseen(element: Any, rules: frozenset[str], plain: bool) -> bool:
    if element.tag in _NEVER_SHOWN:
        return True
    if element.tag in _WHOLE_PAGE or element.getparent() is None:
        return False
    if element.get("hidden") is not None or (element.tag == "dialog" and element.get("open") is None):
        return True
    if rules:
        names = [*(f".{name}" for name in (element.get("class") or "").split()), f"#{element.get('id')}"]
        if any(tag + name in rules for name in names for tag in ("", element.tag)):
            return True
    style = _declared(element.get("style") or "")
    return bool(style) and (_hides(style) or _blends_in(style, element, plain))


def _declared(style: str) -> dict[str, str]:
    """The declarations of a style in small letters, the last of each property."""
    style = _ESCAPED.sub(_unescaped, _COMMENT.sub("", style)) if "/*" in style or "\\" in style else style
    pairs = (part.partition(":") for part in style.lower().split(";"))
    return {name.strip(): " ".join(value.replace("!important", "").split()) for name, colon, value in pairs if colon}


def _unescaped(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else 0
    return chr(number) if 0 < number < 0xD800 else match[2] or ""


def _hides(style: Mapping[str, str]) -> bool:
    """Whether a reader can't see the text of an element with this style, whatever its colour."""
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if _below(style.get("opacity"), {"": 0.05, "%": 5.0}) or _below(style.get("font-size"), _TINY):
        return True
    if any(_below(style.get(name), _FAR) for name in ("text-indent", "left", "top", "margin-left", "margin-top")):
        return True
    clipped = style.get("overflow", "").startswith(("hidden", "clip"))
    if clipped and any(_below(style.get(name), _TINY) for name in ("width", "height", "max-width", "max-height")):
        return True
    return bool(_CLIPPED.match(style.get("clip", ""))) or "scale(0)" in style.get("transform", "")


def _blends_in(style: Mapping[str, str], element: Any, plain: bool) -> bool:
    colour = _colour(style.get("color", ""))
    return colour == "transparent" or (bool(colour) and colour == _background(style, element, plain))


def _below(value: str | None, most: Mapping[str, float]) -> bool:
    """Whether a length is at most so much in its unit; 0 is, in any."""
    match = _NUMBER.fullmatch(value) if value else None
    if match is None:
        return False
    return float(match[1]) <= most.get(match[2], 0.0 if min(most.values()) >= 0 else -1e9)


def _background(style: Mapping[str, str], element: Any, plain: bool) -> str:
    """The colour behind an element's text, as it or one around it says by its style; white on a page without sheets."""
    for _ in range(_MOST_AROUND):
        said = style.get("background-color") or style.get("background", "")
        element = element.getparent()
        if said or element is None:
            break
        around = element.get("style") or ""
        style = _declared(around) if len(around) <= _LONGEST_AROUND else {}
    return _colour(said) if said else "#ffffff" if plain else ""


def _colour(value: str) -> str:
    value = value.replace(" ", "")
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        value = "#" + "".join(digit * 2 for digit in value[1:])
    return _COLOURS.get(value, value)


def _hidden_by_rules(tree: Any) -> frozenset[str]:
    """The classes and ids, each with its tag or none in front, that the page's own plain rules hide."""
    hidden: set[str] = set()
    for selector, body in _rules(tree):
        if _SELECTOR.fullmatch(selector):
            style = _declared(body)
            if _hides(style):
                hidden.add(selector)
            elif "display" in style or "visibility" in style:
                hidden.discard(selector)
    return frozenset(hidden)


def _rules(tree: Any) -> Iterator[tuple[str, str]]:
    text = "\n".join(style.text or "" for style in tree.iter("style"))[:_MOST_STYLES]
    text = _AT_RULE.sub(" ", _COMMENT.sub("", text))
    for rule in _RULE.finditer(text):
        for selector in rule[1].split(","):
            yield selector.strip(), rule[2]
