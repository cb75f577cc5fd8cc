"""A folder that means harm, on the real page: all of it is text, none of it acts, and nothing outside it is read."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from auditing import Audit, audited, heard_in
from browsing import Site, Visit, chromium, needs_chromium, serving
from hostile import IDS, OUTSIDE, QUESTIONS, Hostile, write_hostile
from playwright.sync_api import Browser, expect
from running import copydesk
from trust.strangers import Stranger, bad_reply

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
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("harm")


@pytest.fixture(scope="module")
def hostile(root: Path) -> Hostile:
    return write_hostile(root)


@pytest.fixture(scope="module")
def served(root: Path, hostile: Hostile) -> Iterator[tuple[Site, Audit]]:
    (root / "home").mkdir()
    built = copydesk(root / "home", "index", hostile.folder, **heard_in(root / "audit.txt"))
    assert built.returncode == 0, built.stderr
    with audited(hostile.folder, root / "home", root / "audit.txt") as served:
        yield served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(write(tmp_path_factory.mktemp("hostile")), tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@contextmanager
def unharmed(browser: Browser, site: Site) -> Iterator[Visit]:
    """A visit, after which no script ran, nothing left and the browser had no complaint."""
    with Visit(browser, site) as visit:
        visit.page.wait_for_selector(".filters input[name=outlet]", timeout=180_000)
        yield visit
        assert visit.page.evaluate("window.owned") is None
        assert visit.foreign() == []
        assert not [each for each in visit.complaints if each.startswith("dialog")]
        assert visit.complaints == []


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    with unharmed(browser, site) as visit:
        yield visit


@pytest.fixture
def beset(browser: Browser, served: tuple[Site, Audit]) -> Iterator[Visit]:
    """A visit to the folder in which everything means harm."""
    with unharmed(browser, served[0]) as visit:
        yield visit


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


def test_there_are_more_than_a_hundred_hostile_items(hostile: Hostile) -> None:
    print(f"{hostile.items} hostile items: {hostile.counts}")
    assert hostile.items >= 200
    assert hostile.counts["links"] >= 8


def test_every_hostile_article_is_opened_and_nothing_in_it_acts(beset: Visit) -> None:
    page = beset.page
    page.get_by_role("tab", name="Articles").click()
    page.locator(".shelf a[data-open]").first.wait_for(timeout=60_000)
    addresses = page.locator(".shelf a[data-open]").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert len(addresses) > 150
    tab = beset.context.new_page()
    tab.on("dialog", lambda dialog: beset.complaints.append(f"dialog: {dialog.message}"))
    for address in addresses:
        tab.goto(f"{beset.site.address}{address}", wait_until="domcontentloaded")
        found = tab.evaluate(
            """() => [window.owned ?? null, document.querySelectorAll(
              'script, img, svg, iframe, style, object, embed, form, base, video, math, meta[http-equiv]').length,
              [...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) =>
                a.name.startsWith('on') || (['href', 'src', 'action', 'formaction', 'srcdoc'].includes(a.name)
                && /^\\s*(javascript|data):/i.test(a.value)))).length]"""
        )
        assert found == [None, 0, 0], address
        assert OUTSIDE not in tab.content()


def test_hostile_questions_are_answered_or_refused_as_text(beset: Visit) -> None:
    for question in QUESTIONS:
        turn = beset.ask(question.replace("\ud83d", "?"))
        assert turn.locator(":is(script, img, svg, iframe, style, link, object)").count() == 0
        assert OUTSIDE not in turn.inner_text()


def test_hostile_addresses_of_articles_show_no_article(served: tuple[Site, Audit]) -> None:
    for each in IDS:
        reply = Stranger(served[0].address).send("GET", f"/article/{each}")
        assert reply.status in (400, 404), each
        assert bad_reply(reply) == "", each
        assert "<script" not in reply.text


def test_an_article_that_became_a_pipe_or_a_way_out_since_is_shown_as_it_was_indexed(
    beset: Visit, hostile: Hostile
) -> None:
    page = beset.page
    page.get_by_role("tab", name="Articles").click()
    for name in ("mill-0.txt", "mill-1.md"):
        page.fill("#find input, #find textarea", name)
        expect(page.locator(".shelf li")).to_have_count(1, timeout=30_000)
        address = page.locator(".shelf li a").get_attribute("href")
        (hostile.folder / name).unlink()
        if name == "mill-0.txt":
            os.mkfifo(hostile.folder / name)
        else:
            (hostile.folder / name).symlink_to(hostile.outside)
        reply = Stranger(beset.site.address).send("GET", str(address))
        assert reply.status == 200
        assert "can’t be read any more" in reply.text
        assert OUTSIDE not in reply.text


def test_directions_of_a_quotation_do_not_turn_what_stands_around_it(beset: Visit) -> None:
    turn = beset.ask("How many goats did the ferry of Quoin0 carry?")
    expect(turn.locator(".st").first).to_contain_text("goats")
    for part in (turn.locator(".st").first, beset.page.locator(".cards-of.on .src").first):
        order = part.evaluate(
            """(element) => {
              const boxes = [...element.querySelectorAll('.m, .meta b, .file')].map((e) => e.getBoundingClientRect());
              const own = getComputedStyle(element.querySelector('mark, .q, .m')?.parentElement ?? element);
              return [element.textContent.match(/[\\u202a-\\u202e\\u2066-\\u2069]/) === null, own.direction];
            }"""
        )
        assert order[1] == "ltr"
    marker = turn.locator(".st .m").first.bounding_box()
    words = turn.locator(".st").first.bounding_box()
    assert marker is not None
    assert words is not None
    assert marker["x"] > words["x"] + 40, "the marker stands behind the sentence"


def test_a_way_out_that_was_taken_is_heard_even_if_the_link_is_gone_since(tmp_path: Path) -> None:
    inside, outside, audit = tmp_path / "inside.txt", tmp_path / "vault" / "secret.txt", tmp_path / "audit.txt"
    outside.parent.mkdir()
    outside.write_text(OUTSIDE, encoding="utf-8")
    for leads_out in (False, True):
        inside.unlink(missing_ok=True)
        inside.symlink_to(outside) if leads_out else inside.write_text("a mill", encoding="utf-8")
        reading = [sys.executable, "-c", "import sys; open(sys.argv[1]).close()", str(inside)]
        subprocess.run(reading, env={**os.environ, **heard_in(audit)}, check=True, timeout=60)
        inside.unlink()
        inside.write_text("a mill", encoding="utf-8") if leads_out else inside.symlink_to(outside)
        assert Audit(audit).strayed(outside.parent) == ([str(outside.resolve())] if leads_out else [])


def test_no_file_outside_was_read_and_nothing_left_the_machine(served: tuple[Site, Audit], hostile: Hostile) -> None:
    site, audit = served
    assert any(str(each).endswith("mill-2.txt") for each in audit.of("open")), "the audit hears of articles"
    assert audit.strayed(hostile.outside.parent) == []
    assert audit.far() == []
    assert [*audit.of("os.system"), *audit.of("subprocess.Popen")] == []
    assert not list(hostile.folder.parent.rglob("owned*"))
    assert "Traceback" not in site.said
