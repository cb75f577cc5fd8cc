"""Articles gone bad, made of good ones by a seeded generator: broken encodings, hostile markup, absurd sizes."""

import codecs
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from trust.huge import HUGE
from trust.seeds import SEEDS


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file: its name, its bytes, and what was done to it."""

    name: str
    data: bytes
    how: str


def mutant(number: int, seed: int) -> Mutant:
    """The mutant of this number: the same for the same seed. One of twenty-five is of more than a megabyte."""
    random = Random(f"{seed} {number}")
    huge = number % 25 == 24
    name = random.choice(list(SEEDS))
    if huge:
        make = random.choice(HUGE)
        name, data = make(random, name)
        return Mutant(f"{number}-{name}", data, make.__name__)
    data, done = SEEDS[name].encode(), []
    for change in random.choices(_SMALL, k=random.choice((1, 1, 1, 2, 3))):
        data = change(random, data)
        done.append(change.__name__)
    if random.random() < 0.15:
        name = random.choice(list(SEEDS))  # what it says it is and what it is
    return Mutant(f"{number}-{name}", data, " ".join(done))


def _into(random: Random, data: bytes, more: bytes) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + more + data[at:]


def cut(random: Random, data: bytes) -> bytes:
    return data[: random.randint(0, len(data))]


def flipped(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 3, 30))):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def spliced(random: Random, data: bytes) -> bytes:
    other = random.choice(list(SEEDS.values())).encode()
    return data[: random.randint(0, len(data))] + other[random.randint(0, len(other)) :]


def doubled(random: Random, data: bytes) -> bytes:
    start = random.randint(0, len(data))
    return _into(random, data, data[start : start + random.randint(1, 400)] * random.choice((2, 20, 200)))


def without(random: Random, data: bytes) -> bytes:
    start = random.randint(0, len(data))
    return data[:start] + data[start + random.randint(1, 300) :]


def truncated_utf8(random: Random, data: bytes) -> bytes:
    return _into(random, data, random.choice(("“€😀中", "é", "😀")).encode()[:-1])


def nulls(random: Random, data: bytes) -> bytes:
    return _into(random, data, b"\x00" * random.choice((1, 2, 500)))


def controls(random: Random, data: bytes) -> bytes:
    return _into(random, data, bytes(random.choices(range(32), k=random.choice((1, 5, 60)))))


def surrogates(random: Random, data: bytes) -> bytes:
    lone = random.choice(("\ud800", "\udfff", "\udc00\ud800", "\ud83d"))
    how = random.choice(("utf-8", "utf-16-le", "reference"))
    if how == "reference":
        return _into(random, data, f"&#x{ord(lone[0]):x};&#55296;&#1114112;&#0;&#x80;".encode())
    if how == "utf-8":
        return _into(random, data, lone.encode("utf-8", "surrogatepass"))
    return codecs.BOM_UTF16_LE + (data.decode("utf-8", "replace") + lone).encode("utf-16-le", "surrogatepass")


def marked(random: Random, data: bytes) -> bytes:
    """With the mark of an encoding, its own or another's, once or more often."""
    names = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    names |= {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE}
    name = random.choice(list(names))
    text = data.decode("utf-8", "replace")
    return random.choice(list(names.values())) * random.choice((1, 1, 2)) + text.encode(random.choice((name, "utf-8")))


def old_encoding(random: Random, data: bytes) -> bytes:
    names = [
        "cp1252",
        "cp1251",
        "koi8-r",
        "shift_jis",
        "gb18030",
        "utf-7",
        "utf-16",
        "cp037",
        "iso2022_jp",
        "big5",
        "mac_roman",
        "utf-32",
    ]
    text = data.decode("utf-8", "replace") + random.choice(("", "Größe café ", "Мост закрыт. ", "橋を閉鎖する。")) * 30
    return text.encode(random.choice(names), "ignore")


def lying_charset(random: Random, data: bytes) -> bytes:
    name = random.choice(("utf-16", "shift_jis", "x" * 3000, "utf-7", "koi8-r", "\x00", "gb2312"))
    return data.replace(b"utf-8", name.encode()) + random.choice((b"", "naïve “café”".encode("cp1252")))


def invisible(random: Random, data: bytes) -> bytes:
    kinds = (
        "\u202e",
        "\u2066\u2067\u2069",
        "\u200b",
        "\u200d\u200c",
        "\ufeff",
        "\u00ad",
        "\u2028\u2029",
        "\x85",
        "\U000e0041",
    )
    return _into(random, data, (random.choice(kinds) * random.choice((1, 4, 300))).encode())


def emoji(random: Random, data: bytes) -> bytes:
    kinds = ("👩\u200d👩\u200d👧\u200d👦", "🏴\U000e0067\U000e0062\U000e007f", "🇩🇪", "👍🏽", "❤\ufe0f", "\u200d" * 9)
    return _into(random, data, (random.choice(kinds) * random.choice((1, 10, 400))).encode())


def towers(random: Random, data: bytes) -> bytes:
    mark = random.choice(("\u0301", "\u0300\u0316", "\u0e49", "\u05bf"))
    return _into(random, data, ("Z" + mark * random.choice((3, 90, 5_000))).encode())


def unbalanced(random: Random, data: bytes) -> bytes:
    kind = random.choice(
        ("“", "(", "[", "{", "<", "«", "'", '"', "![", "](", "*", "_", "`", "<!--", "&", "<![CDATA[", "|")
    )
    return _into(random, data, (kind * random.choice((1, 3, 700))).encode())


def line_ends(random: Random, data: bytes) -> bytes:
    return data.replace(
        b"\n", random.choice((b"\r", b"\r\n", b"\n\r", b"\x0b", b"\x0c", "\u2028".encode(), b"\r\r\n", b" "))
    )


def front_matter(random: Random, data: bytes) -> bytes:
    blocks = (
        "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\ntitle: *c",
        "title: !!python/object/apply:os.system ['touch /tmp/copydesk-was-here']",
        "title: !!python/name:os.system\nsource: !<tag:yaml.org,2002:set> {a, b}",
        "title: " + "[" * 2_000,
        "title: |\n" + "  line\n" * 1_500,
        "? {a: [b, {c: d}]}\n: e",
        "published: 99999-99-99\ndate: 0000-00-00\npubdate: 2024-02-31",
        "published: " + "9" * 5_000,
        "title: 'unclosed\nsource: \"also",
        "title: \x07bell\nauthor: {name: {name: {name: x}}}",
        "<<: *missing\ntitle: *missing",
        "\ttitle: tab",
        "title: \ud7ff\u202e\u200b\nurl: javascript:alert(1)",
        "\n".join(f"key{n}: value" for n in range(1_500)),
        "title: a\ntitle: b\n" * 300,
        "a\n" * 9_000,
    )
    body = data.split(b"---\n", 2)[-1]
    return b"---\n" + random.choice(blocks).encode("utf-8", "replace") + b"\n---\n" + body


def dates(random: Random, data: bytes) -> bytes:
    kinds = (
        "31 February 2024",
        "2024-13-45",
        "1/1/1",
        "99 Foo 99999",
        "٢٠٢٤-٠٥-٢٠",
        "²²²²-¹¹-¹¹",
        "2024-05-20T99:99:99+99:99",
    )
    day = random.choice(kinds)
    return data.replace(b"2024-05-20", day.encode()).replace(b"20 May 2024", day.encode())


def markup(random: Random, data: bytes) -> bytes:
    kinds = (
        "<p " + " ".join(f"a{n}=1" for n in range(random.choice((10, 6_000)))) + ">",
        "<div>" * random.choice((10, 390, 3_000)),
        "<b><i>" * 200,
        "<!ENTITY xxe SYSTEM 'file:///etc/passwd'>&xxe;",
        "<script>" + "x" * 2_000,
        "<textarea><title><noscript><plaintext>",
        "<table>" + "<tr><td>" * 500,
        "<base href='http://127.0.0.1:9/'><link rel=stylesheet href='http://127.0.0.1:9/a.css'><img src='http://127.0.0.1:9/'>",
        "<meta charset=utf-16><meta http-equiv=refresh content='0;url=file:///etc/passwd'>",
        "&#" + "9" * 4_000 + ";&#x" + "f" * 4_000 + ";&" + "a" * 4_000 + ";",
        "<svg><math><foreignObject><![CDATA[x]]></math></svg>",
        "</body></html><html><body>" * 50,
        "<p" + "<p" * 500,
    )
    return _into(random, data, random.choice(kinds).encode())


def entities(random: Random, data: bytes) -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    outside = '<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://127.0.0.1:9/y">'
    outside += '<!ENTITY % z SYSTEM "z.dtd">%z;'
    head = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{laughs}{outside}]>'
    return head.encode() + data.replace(b"<p>", b"<p>&l9;&x;&y;") + random.choice((b"", b"&l9;"))


def packed(random: Random, data: bytes) -> bytes:
    if random.random() < 0.3:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.html", b"0" * 2_000_000)
        return held.getvalue()
    pack: Callable[[bytes], bytes] = random.choice(
        (gzip.compress, zlib.compress, lambda d: b"\x1b\x0b" + zlib.compress(d))
    )
    return pack(data * random.choice((1, 50)))


def binary(random: Random, data: bytes) -> bytes:
    heads = (
        b"%PDF-1.7",
        b"\x7fELF",
        b"MZ",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF",
        b"",
        b"\xca\xfe\xba\xbe",
        b"SQLite format 3\x00",
    )
    return random.choice(heads) + random.randbytes(random.choice((10, 2_000))) + data[: random.choice((0, 500))]


def nothing(random: Random, _: bytes) -> bytes:
    return random.choice(
        (b"", b"\n", b"\xef\xbb\xbf", b"---\n---\n", b"<html></html>", b"...", " \u200b\u00a0".encode(), b"\r")
    )


def as_json(random: Random, data: bytes) -> bytes:
    text = json.dumps({"text": data.decode("utf-8", "replace")}, ensure_ascii=random.random() < 0.5)
    return random.choice((text, f'<script type="application/ld+json">{"[" * 5_000}{text}</script>')).encode() + data


_SMALL: tuple[Callable[[Random, bytes], bytes], ...] = (
    cut, flipped, spliced, doubled, without, truncated_utf8, nulls, controls, surrogates, marked, old_encoding,
    lying_charset, invisible, emoji, towers, unbalanced, line_ends, front_matter, dates, markup, entities, packed,
    binary, nothing, as_json,
)  # fmt: skip


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """So many, in order."""
    return (mutant(number, seed) for number in range(count))
