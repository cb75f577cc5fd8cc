"""A corpus full of markup on the real page: all of it is text, and none of it acts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Site, Visit, chromium, needs_chromium, serving
from playwright.sync_api import Browser, expect

pytestmark = needs_chromium

FETCH = "http://evil.example/x.png"
ACT = "window.owned=1;alert(1)"
MARKUP = (
    f"<script>{ACT}</script><img src=x onerror={ACT}><svg onload={ACT}></svg><iframe src=javascript:{ACT}></iframe>"
    f"<a href=javascript:{ACT}>go</a> [go](javascript:{ACT}) ![see]({FETCH}) <style>body{{display:none}}</style> "
    "<link rel=stylesheet href=//evil.example/a.css> {{constructor.constructor('window.owned=1')()}} ${window.owned=1} "
    '`${window.owned=1}` <!-- --> ]]> &lt;b&gt; "\' onmouseover="window.owned=1"'
)
IMAGE = f"&lt;img src=x onerror={ACT}&gt;"
IN_HTML = f"""<!doctype html><html><head><title>Lock {IMAGE} gate repaired</title>
<meta name="author" content="{IMAGE}"><meta property="og:site_name" content="{IMAGE}">
<script>{ACT}</script></head><body onload="{ACT}"><article><h1>Lock gate repaired</h1>
<p>The lock gate at Hollin Weir was repaired on Tuesday by six divers, the canal trust said in a statement.</p>
<p>It had leaked since the winter floods {IMAGE} and had to be closed to boats for eleven weeks.</p>
<p onclick="{ACT}">Boats may pass again from Friday, as long as the river stays below the second mark on the gauge.</p>
</article></body></html>"""


def write(folder: Path) -> Path:
    quoted = MARKUP.replace("\\", "\\\\").replace('"', '\\"')
    front = f'---\ntitle: "Windmill {quoted}"\nsource: "Gazette {quoted}"\nauthor: "{quoted}"\n'
    acting = (
        "<u onmouseover=window.owned=1>at last</u> {{constructor.constructor('window.owned=1')()}} ${window.owned=1}"
    )
    body = f"The windmill at Carrow turned {acting} for the first time in 40 years.\n\n{MARKUP}\n\nIts miller wept.\n"
    (folder / "<img src=x onerror=alert(1)>.md").write_text(
        f"{front}published: 2024-06-01\n---\n\n{body}", encoding="utf-8"
    )
    (folder / "lock.html").write_text(IN_HTML, encoding="utf-8")
    (folder / "<svg onload=alert(1)>.txt").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(write(tmp_path_factory.mktemp("hostile")), tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    with Visit(browser, site) as visit:
        visit.page.wait_for_selector(".filters input[name=outlet]", timeout=60_000)
        yield visit
        assert visit.page.evaluate("window.owned") is None
        assert visit.foreign() == []
        assert not [each for each in visit.complaints if each.startswith("dialog")]
        assert visit.complaints == []


def test_hostile_articles_are_asked_read_and_listed_as_text(visit: Visit) -> None:
    page = visit.page
    turn = visit.ask("When did the windmill at Carrow turn for the first time in 40 years?")
    expect(turn.locator(".st").first).to_contain_text("<u onmouseover=window.owned=1>")
    turn.locator(".st").first.hover()
    assert page.locator("#conversation :is(script, img, svg, iframe, style, link, u)").count() == 0
    turn.locator(".st .m").first.click()
    expect(page.locator(".src.on h3")).to_contain_text("<script>")
    page.locator(".src.on").hover()
    assert page.locator("#sources :is(script, img, svg, iframe, style, link, u)").count() == 0
    page.locator(".src.on").get_by_text("Open in article").click()
    article = page.frame_locator("#reader iframe")
    expect(article.locator("#cited")).to_contain_text("<u onmouseover=")
    expect(article.locator(".text")).to_contain_text("<script>")
    assert article.locator(":is(script, img, svg, iframe, style, u)").count() == 0
    assert article.locator("a[href^=javascript]").count() == 0
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator(".shelf")).to_contain_text("<script>")
    expect(page.locator(".skipped")).to_contain_text("<svg onload=alert(1)>.txt")
    assert page.locator("#articles-panel :is(script, img, iframe, style, link, u)").count() == 0


def test_a_hostile_web_page_gives_text(visit: Visit) -> None:
    turn = visit.ask("How many divers repaired the lock gate at Hollin Weir?")
    expect(turn.locator(".st").first).to_contain_text("six divers")
    visit.page.locator(".cards-of.on a[data-open]").first.click()
    article = visit.page.frame_locator("#reader iframe")
    expect(article.locator("#cited")).to_contain_text("six divers")
    assert article.locator(":is(script, img, svg, iframe, style, u)").count() == 0


def test_a_hostile_question_is_shown_as_text(visit: Visit) -> None:
    turn = visit.ask(f"Who wept at the windmill {MARKUP}?")
    expect(turn.locator(".q")).to_contain_text("<script>")
    assert visit.page.locator("#conversation :is(script, img, svg, iframe, style, link, u)").count() == 0


def test_a_hostile_outlet_can_be_filtered_by(visit: Visit) -> None:
    expect(visit.page.locator(".filters")).to_contain_text("Gazette <script>")
    visit.page.locator(".filters").get_by_role("button", name="None").click()
    visit.page.locator(".filters label", has_text="Gazette").locator("input").check()
    visit.ask("What turned for the first time in 40 years?")
    outlets = visit.page.locator(".cards-of.on .src .meta b").all_text_contents()
    assert outlets
    assert [each for each in outlets if not each.startswith("Gazette")] == []


def test_an_article_s_own_page_runs_nothing_in_a_tab_either(visit: Visit) -> None:
    visit.ask("When did the windmill at Carrow turn for the first time in 40 years?")
    link = visit.page.locator(".cards-of.on .src >> nth=0").get_by_text("Permalink").get_attribute("href")
    tab = visit.context.new_page()
    tab.goto(f"{visit.site.address}{link}")
    expect(tab.locator("#cited")).to_contain_text("<u onmouseover=")
    assert tab.evaluate("window.owned") is None
    assert tab.locator(":is(script, img, svg, iframe, style, u)").count() == 0
