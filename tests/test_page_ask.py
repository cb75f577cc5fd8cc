"""Asking on the real page: from a question to the marked words in the article, with the mouse and with keys alone."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Site, Visit, chromium, needs_chromium, serving
from playwright.sync_api import Browser, expect
from running import write_corpus

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = write_corpus(tmp_path_factory.mktemp("articles"))
    (folder / "empty.txt").write_text("", encoding="utf-8")
    with serving(folder, tmp_path_factory.mktemp("home")) as site:
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


def test_a_marker_leads_to_the_marked_words_in_the_article(visit: Visit) -> None:
    turn = visit.ask("How long has Tom Garrow lit the lamp?")
    expect(turn.locator(".st").first).to_contain_text("31 years")
    turn.locator(".st .m").first.click()
    card = visit.page.locator(".src.on")
    expect(card.locator("mark")).to_contain_text("31 years")
    expect(card).to_contain_text("Harbour Wire")
    expect(card).to_contain_text("2 Mar 2024")
    expect(card.locator(".file")).to_have_text(re.compile(r"lighthouse\.md:\d+"))
    card.get_by_text("Open in article").click()
    article = visit.page.frame_locator("#reader iframe")
    expect(article.locator("#cited")).to_contain_text("31 years")
    expect(article.locator("#cited")).to_be_in_viewport()
    expect(article.locator("h1")).to_have_text("Skerry Head light to be automated")


def test_a_permalink_opens_the_article_in_a_tab_of_its_own_with_the_words_in_view(visit: Visit) -> None:
    visit.ask("What will a return ticket cost?")
    link = visit.page.locator(".cards-of.on .src >> nth=0").get_by_text("Permalink")
    with visit.context.expect_page() as opened:
        link.click()
    tab = opened.value
    expect(tab.locator("#cited")).to_contain_text("12 pounds")
    expect(tab.locator("#cited")).to_be_in_viewport()
    expect(tab.locator(".bar")).to_be_visible()


def test_marker_and_card_light_up_together(visit: Visit) -> None:
    turn = visit.ask("Who lit the lamp, and what will the new one cost?")
    marker = turn.locator(".st .m").last
    marker.hover()
    card = visit.page.locator(f"#{marker.get_attribute('data-card')}")
    expect(card).to_have_class(re.compile(r"\bon\b"))
    other = visit.page.locator(".cards-of.on .src[id]").first
    other.hover()
    expect(turn.locator(f".m[data-card={other.get_attribute('id')}]").first).to_have_class(re.compile(r"\bon\b"))


def test_an_answer_and_a_citation_are_copied_with_their_sources(visit: Visit) -> None:
    turn = visit.ask("What will a return ticket cost?")
    turn.get_by_text("Copy answer with citations").click()
    expect(visit.page.locator("#said")).to_have_text("Copied")
    pasted = visit.page.evaluate("navigator.clipboard.readText()")
    assert pasted.startswith("What will a return ticket cost?\n")
    assert "[1] “" in pasted
    visit.page.locator(".cards-of.on .src >> nth=0").get_by_text("Copy citation").click()
    visit.page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('“'))")
    pasted = visit.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(
        r"“.*12 pounds.*” — The Quay, “Ferry fares rise again”, 20 May 2024, ferry/fares\.md:\d+", pasted
    )


def test_what_the_articles_do_not_say_is_declined_with_the_nearest_passages(visit: Visit) -> None:
    turn = visit.ask("Who won the chess olympiad in Reykjavik?")
    expect(turn.locator(".none")).to_contain_text("These articles don’t say.")
    expect(visit.page.locator(".cards-of.on h2")).to_have_text("Nearest passages")
    assert visit.page.locator(".cards-of.on mark").count() == 0


def test_a_follow_up_shows_what_was_asked_of_the_articles(visit: Visit) -> None:
    visit.ask("Who conducts the Merrow choir?")
    turn = visit.ask("What did she say?")
    expect(turn.locator(".asked")).to_contain_text("Asked of the articles as:")


def test_a_filter_by_outlet_applies_to_the_next_question(visit: Visit) -> None:
    visit.page.locator(".filters").get_by_role("button", name="None").click()
    visit.page.get_by_label("The Quay").check()
    expect(visit.page.locator("#chosen")).to_contain_text("1 of 3 outlets")
    visit.ask("How long has Tom Garrow lit the lamp?")
    outlets = visit.page.locator(".cards-of.on .src .meta b").all_inner_texts()
    assert set(outlets) <= {"The Quay"}
    visit.page.locator(".filters").get_by_role("button", name="All").click()
    visit.ask("How long has Tom Garrow lit the lamp?")
    assert visit.page.locator(".cards-of.on .src .meta b").first.inner_text() == "Harbour Wire"


def test_a_filter_by_date_applies_and_an_impossible_one_is_refused_in_words(visit: Visit) -> None:
    visit.page.fill("input[name=since]", "2024-05-01")
    visit.ask("What will happen?")
    assert set(visit.page.locator(".cards-of.on .src .meta b").all_inner_texts()) <= {"The Quay"}
    visit.page.fill("input[name=until]", "2024-04-01")
    turn = visit.ask("What will happen?")
    expect(turn.locator(".refused")).to_contain_text("No day is both from 1 May 2024 and to 1 Apr 2024")


@pytest.mark.parametrize("question", ["   ", "?!", "word " * 3000], ids=["empty", "only punctuation", "too long"])
def test_a_question_that_can_not_be_asked_is_refused_in_place(visit: Visit, question: str) -> None:
    turn = visit.ask(question)
    expect(turn.locator(".refused")).to_contain_text("That could not be asked")
    assert visit.ask("What will a return ticket cost?").locator(".st").count() >= 1


def test_the_page_works_with_keys_alone(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("How long has Tom Garrow lit the lamp?")
    page.keyboard.press("Enter")
    turn = visit.answer(1)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    expect(turn.locator(".m").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(turn.locator(".m").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.frame_locator("#reader iframe").locator("#cited")).to_contain_text("31 years")
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    expect(turn.locator(".m").first).to_be_focused()


def test_everything_that_can_be_pressed_shows_when_it_has_the_focus_and_has_a_name(visit: Visit) -> None:
    visit.ask("What will a return ticket cost?")
    visit.page.evaluate("document.activeElement.blur()")
    seen = set()
    for _ in range(60):
        visit.page.keyboard.press("Tab")
        at = visit.page.evaluate(
            """() => {
              const e = document.activeElement, box = e.closest('#question-row');
              const name = e.getAttribute('aria-label') || e.innerText || e.placeholder || e.labels?.[0]?.innerText;
              const ringed = getComputedStyle(e).outlineStyle !== 'none';
              return [e.tagName, (name || '').trim(), ringed || (box && getComputedStyle(box).boxShadow !== 'none')];
            }"""
        )
        if at[0] == "BODY":
            continue  # out of the page and in again at its top
        assert at[1], f"no name: {at}"
        assert at[2], f"no visible focus: {at}"
        seen.add(at[1])
    assert {"Ask", "Articles", "Rebuild", "Open in article", "Copy citation", "Clear"} <= seen


def test_ask_again_and_clear(visit: Visit) -> None:
    visit.ask("What will a return ticket cost?")
    visit.page.get_by_role("button", name="Ask again").click()
    visit.page.wait_for_timeout(300)
    visit.answer(1)
    assert visit.page.locator(".turn").count() == 1
    visit.page.get_by_role("button", name="Clear").click()
    expect(visit.page.locator(".welcome")).to_be_visible()
    assert visit.page.locator(".turn").count() == 0


def test_two_people_do_not_see_each_other_s_questions(browser: Browser, site: Site, visit: Visit) -> None:
    visit.ask("What will a return ticket cost?")
    with Visit(browser, site) as other:
        assert other.page.locator(".turn").count() == 0
        other.ask("Who conducts the Merrow choir?")
        assert other.page.locator(".turn").count() == 1
    assert visit.page.locator(".turn").count() == 1


def test_the_articles_are_listed_by_outlet_and_open_beside_the_list(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator(".shelf h3")).to_have_text(
        [
            re.compile("Harbour Wire.*1 article"),
            re.compile("The Quay.*1 article"),
            re.compile("unknown outlet.*1 article"),
        ]
    )
    expect(page.locator(".about")).to_contain_text("all-MiniLM-L6-v2")
    expect(page.locator(".skipped")).to_contain_text("empty.txt")
    page.fill("#find input, #find textarea", "ferry")
    expect(page.locator(".shelf li")).to_have_count(1)
    page.locator(".shelf li a").click()
    expect(page.frame_locator("#reader iframe").locator("h1")).to_have_text("Ferry fares rise again")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_no_sideways_scroll_and_reaches_everything(browser: Browser, site: Site, scheme: str) -> None:
    with Visit(browser, site, 390, 844, scheme) as visit:
        page = visit.page
        turn = visit.ask("How long has Tom Garrow lit the lamp?")

        def is_narrow() -> bool:
            return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

        assert is_narrow()
        turn.locator(".st .m").first.click()
        expect(page.locator(".src.on")).to_be_in_viewport()
        assert is_narrow()
        page.locator(".src.on").get_by_text("Open in article").click()
        expect(page.frame_locator("#reader iframe").locator("#cited")).to_be_in_viewport()
        assert page.locator("#reader").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
        page.get_by_role("button", name="Close article").click()
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Filters").click()
        expect(page.get_by_label("The Quay")).to_be_in_viewport()
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Articles").click()
        assert is_narrow()


def test_the_page_follows_the_system_between_light_and_dark(visit: Visit) -> None:
    def ground() -> str:
        return str(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = ground()
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_function("before => getComputedStyle(document.body).backgroundColor !== before", arg=light)
    assert light == "rgb(251, 250, 247)"
    assert ground() == "rgb(22, 23, 26)"


def test_example_questions_are_answered_by_these_articles(visit: Visit) -> None:
    chip = visit.page.locator(".chip").first
    chip.wait_for(timeout=30_000)
    question = chip.inner_text()
    chip.click()
    turn = visit.answer(1)
    expect(turn.locator(".q")).to_have_text(question)
    assert turn.locator(".st").count() >= 1


def test_nothing_leaves_the_machine_and_the_browser_has_no_complaint(visit: Visit) -> None:
    page = visit.page
    turn = visit.ask("How long has Tom Garrow lit the lamp?")
    turn.locator(".st .m").first.click()
    page.locator(".src.on").get_by_text("Open in article").click()
    page.frame_locator("#reader iframe").locator("#cited").wait_for()
    page.get_by_role("tab", name="Articles").click()
    page.wait_for_timeout(1000)
    assert visit.foreign() == []
    assert visit.complaints == []
    assert len(visit.requests) > 20
    assert page.evaluate("document.fonts.check('15px Plex')")
    assert page.locator("footer").count() == 0


def test_every_response_carries_the_headers_that_keep_it_in(browser: Browser, site: Site) -> None:
    with Visit(browser, site) as visit:
        for address in ("/", "/copydesk/page.js", "/article/x", "/nowhere", "/config", "/gradio_api/upload"):
            headers = visit.page.request.get(site.address + address).headers
            assert "frame-ancestors '" in headers["content-security-policy"], address
            assert headers["x-content-type-options"] == "nosniff", address
            assert headers["referrer-policy"] == "no-referrer", address
        for closed in ("/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/docs", "/openapi.json", "/monitoring"):
            assert visit.page.request.get(site.address + closed).status == 404, closed
        stranger = visit.page.request.get(site.address, headers={"Host": "evil.example"})
        assert stranger.status == 421


def test_a_server_that_is_stopped_while_a_page_is_open_ends_without_a_word(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with serving(write_corpus(tmp_path / "news"), tmp_path / "home") as site, Visit(browser, site) as visit:
        visit.page.wait_for_selector(".filters input[name=outlet]", timeout=60_000)
        os.kill(site.process, signal.SIGINT)
        until = time.monotonic() + 30
        while Path(f"/proc/{site.process}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < until
            time.sleep(0.05)
        assert site.log.read_text().splitlines()[1:] == []
