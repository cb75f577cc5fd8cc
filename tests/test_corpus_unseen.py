"""What a saved page does not show is not its article."""

import time

import pytest

from corpus.formats import NotText, parse

HIDDEN = "Reporters said that the mayor of Merrow resigned on Sunday after a vote of no confidence in the town hall."
SHOWN = "The lock gate at Hollin Weir was repaired on Tuesday by six divers, the canal trust said in a statement."
MORE = "".join(f"<p>Gate number {n} will be looked at in spring, when the river is low.</p>" for n in range(5))


def text_of(inner: str, head: str = "", around: str = "{}") -> str:
    article = around.format(f"<article><h1>Lock gate repaired</h1><p>{SHOWN}</p>{inner}{MORE}</article>")
    page = f"<html><head><title>Lock gate repaired</title>{head}</head><body>{article}</body></html>"
    return parse("a.html", page.encode()).text


@pytest.mark.parametrize(
    "inner",
    [
        "<p hidden>{}</p>",
        '<p style="display:none">{}</p>',
        '<p style="DISPLAY : None !important">{}</p>',
        '<p style="display:/**/none">{}</p>',
        r'<p style="dis\70lay:none">{}</p>',
        '<p style="color:red;visibility:hidden">{}</p>',
        '<div style="opacity:0.0"><p>{}</p></div>',
        '<p style="font-size:0">{}</p>',
        '<p>The gate leaked for weeks.<span style="font-size:1px">{}</span> It was closed.</p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        '<p style="text-indent: -999em">{}</p>',
        '<div style="height:0;overflow:hidden"><p>{}</p></div>',
        '<p style="clip: rect(1px, 1px, 1px, 1px)">{}</p>',
        '<p style="color:#fff;background:#FFFFFF">{}</p>',
        '<p style="color:white">{}</p>',
        '<div style="background-color:#000"><p style="color: rgb(0, 0, 0)">{}</p></div>',
        '<p style="color:transparent">{}</p>',
        "<template><p>{}</p></template>",
        "<noscript><p>{}</p></noscript>",
        "<dialog><p>{}</p></dialog>",
        "<!-- {} -->",
        '<p>A gate.<img alt="{}"></p>',
        '<p title="{}">A gate stood here.</p>',
        "</article><p style='display:none'>{}</p><article>",
    ],
)
def test_text_that_a_page_hides_is_not_taken_for_its_article(inner: str) -> None:
    text = text_of(inner.format(HIDDEN))
    assert "Merrow" not in text
    assert SHOWN in text
    assert "Gate number 4" in text


@pytest.mark.parametrize(
    "rule",
    [".x{display:none}", "p.x , b { visibility: hidden }", "#y{font-size:0}", "@media print{a{b:c}} .x{left:-5000px}"],
)
def test_text_that_the_pages_own_rules_hide_is_not_taken_for_its_article(rule: str) -> None:
    text = text_of(f'<p class="w x" id="y">{HIDDEN}</p>', f"<style>{rule}</style>")
    assert "Merrow" not in text
    assert SHOWN in text


@pytest.mark.parametrize(
    ("inner", "head"),
    [
        ("<p>{}</p>", ""),
        ('<p aria-hidden="false" style="color:#333">{}</p>', ""),
        ('<p class="x">{}</p>', "<style>@media print{.x{display:none}} .x .y{display:none}</style>"),
        ('<p class="x">{}</p>', "<style>.x{display:none} .x{display:block}</style>"),
        ('<p style="color:#fff">{}</p>', '<link rel="stylesheet" href="dark.css">'),
        ('<p style="font-size:12px;opacity:.9;left:-4px">{}</p>', ""),
    ],
)
def test_text_that_a_page_shows_stays(inner: str, head: str) -> None:
    assert HIDDEN in text_of(inner.format(HIDDEN), head)


def test_text_behind_what_is_hidden_stays_where_it_was() -> None:
    text = text_of("<p>The gate <i hidden>never</i>leaked <b hidden>not </b>for <b>eleven</b> weeks last winter.</p>")
    assert "The gate leaked for eleven weeks last winter." in text


def test_a_page_that_a_script_would_show_is_read() -> None:
    text = text_of("", "", '<main style="opacity:0">{}</main>')
    assert SHOWN in text


def test_the_text_in_a_pages_data_is_not_its_article() -> None:
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{HIDDEN * 9}"}}</script>'
    page = f"<html><head><title>Gate</title>{data}</head><body><p>Gate.</p></body></html>"
    try:
        text = parse("a.html", page.encode()).text
    except NotText:
        text = ""
    assert "Merrow" not in text


def test_a_page_of_nothing_but_hidden_pieces_is_read_in_a_moment() -> None:
    begun = time.process_time()
    text = text_of("<p>" + "<i hidden>x</i>word " * 100_000 + "</p>")
    assert text.count("word") == 100_000
    assert time.process_time() - begun < 20
