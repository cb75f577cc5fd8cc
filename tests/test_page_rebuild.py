"""Rebuilding from the real page: a new article is answered from, one build for two people, failures told in words."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from browsing import Site, Visit, chromium, needs_chromium, serving
from playwright.sync_api import Browser, Page, expect
from running import write_corpus

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = write_corpus(tmp_path_factory.mktemp("articles"))
    with serving(folder, tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def generations(site: Site) -> list[str]:
    return sorted(path.name for path in (site.folder / ".copydesk" / "generations").glob("0*"))


def test_an_empty_folder_explains_itself_and_a_folder_that_is_filled_is_read_on_rebuild(
    browser: Browser, empty_site: Site
) -> None:
    with Visit(browser, empty_site) as visit:
        page = visit.page
        expect(page.locator(".welcome")).to_contain_text("There is nothing to ask yet")
        expect(page.locator(".welcome")).to_contain_text(str(empty_site.folder))
        assert page.locator(".notice").count() == 0
        turn = visit.ask("Anything?")
        expect(turn.locator(".refused")).to_contain_text("No article is indexed yet")
        page.get_by_role("button", name="Rebuild").click()
        expect(page.locator(".notice.failed")).to_contain_text("The build failed.", timeout=30_000)
        page.get_by_role("button", name="Clear").click()
        write_corpus(empty_site.folder)
        page.get_by_role("button", name="Rebuild").click()
        expect(page.locator(".notice.done")).to_contain_text("3 articles added", timeout=30_000)
        expect(page.locator(".welcome")).to_contain_text("Ask 3 articles a question")
        expect(page.locator(".status")).to_contain_text("3 articles")
        expect(page.locator(".filters input[name=outlet]")).to_have_count(3)
        assert visit.ask("What will a return ticket cost?").locator(".st").count() >= 1


def test_a_rebuild_brings_in_a_new_article_and_keeps_old_links_and_filters(browser: Browser, site: Site) -> None:
    with Visit(browser, site) as visit:
        page = visit.page
        page.wait_for_selector(".filters input[name=outlet]")
        visit.ask("What will a return ticket cost?")
        link = page.locator(".cards-of.on .src >> nth=0").get_by_text("Permalink").get_attribute("href")
        page.locator(".filters label", has_text="Harbour Wire").locator("input").uncheck()
        (site.folder / "bakery.md").write_text(
            "---\ntitle: Bakery burns down\nsource: Morning Loaf\npublished: 2024-07-01\n---\n\n"
            "The bakery on Tanner Street burned down on Monday night, and 14 ovens were lost.\n",
            encoding="utf-8",
        )
        page.get_by_role("button", name="Rebuild").click()
        expect(page.locator(".notice.done")).to_contain_text("1 article added", timeout=30_000)
        expect(page.locator(".status")).to_contain_text("4 articles")
        expect(page.get_by_label("Morning Loaf")).to_be_visible()
        expect(page.locator(".filters label", has_text="Harbour Wire").locator("input")).not_to_be_checked()
        expect(page.locator(".filters label", has_text="The Quay").locator("input")).to_be_checked()
        page.locator(".filters").get_by_role("button", name="All").click()
        turn = visit.ask("How many ovens were lost in the bakery fire?")
        expect(turn.locator(".st").first).to_contain_text("14 ovens")
        page.goto(f"{site.address}{link}")
        expect(page.locator("#cited")).to_contain_text("12 pounds")


def test_two_people_who_press_rebuild_get_one_build(browser: Browser, site: Site) -> None:
    before = generations(site)
    for number in range(60):
        story = " ".join(f"Keeper {number * 50 + n} counted {n + 2} gulls on the pier." for n in range(50))
        (site.folder / f"gulls-{number}.txt").write_text(f"Gulls counted, day {number}\n\n{story}\n", encoding="utf-8")
    with Visit(browser, site) as one, Visit(browser, site) as two:
        one.page.get_by_role("button", name="Rebuild").click()
        two.page.locator("#rebuild").dispatch_event("click")
        expect(one.page.locator(".status.building")).to_be_visible()
        expect(one.page.locator("#rebuild")).to_be_disabled()
        assert one.ask("What will a return ticket cost?").locator(".st").count() >= 1
        for visit in (one, two):
            expect(visit.page.locator(".notice.done")).to_contain_text("60 articles added", timeout=60_000)
            assert visit.complaints == []
    assert len(set(generations(site)) - set(before)) == 1


def test_a_build_that_fails_says_why_and_the_old_index_answers(browser: Browser, site: Site) -> None:
    kept = {
        path: path.read_bytes() for path in site.folder.rglob("*") if path.is_file() and ".copydesk" not in path.parts
    }
    for path in kept:
        path.unlink()
    with Visit(browser, site) as visit:
        visit.page.get_by_role("button", name="Rebuild").click()
        expect(visit.page.locator(".notice.failed")).to_contain_text(
            "The index from before goes on answering", timeout=30_000
        )
        assert visit.ask("What will a return ticket cost?").locator(".st").count() >= 1
        visit.page.get_by_role("button", name="Dismiss").click()
        expect(visit.page.locator(".notice")).to_be_hidden()
    for path, data in kept.items():
        path.write_bytes(data)


def test_changes_of_a_watched_folder_reach_the_open_page_by_themselves(browser: Browser, tmp_path: Path) -> None:
    folder, settings = write_corpus(tmp_path / "news"), tmp_path / "home" / ".config" / "copydesk" / "copydesk.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("watch = true\n", encoding="utf-8")
    with serving(folder, tmp_path / "home") as site, Visit(browser, site) as visit:
        page = visit.page
        expect(page.locator(".status")).to_contain_text("3 articles", timeout=30_000)
        (folder / "bakery.md").write_text(
            "The bakery burned down on Monday, and 14 ovens were lost.\n", encoding="utf-8"
        )
        expect(page.locator(".notice.done")).to_contain_text("1 article added", timeout=30_000)
        expect(page.locator(".status")).to_contain_text("4 articles")
        assert visit.complaints == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc, where Linux tells of processes")
def test_a_question_asked_while_a_first_build_reads_is_answered_once_it_can_be(
    browser: Browser, tmp_path: Path
) -> None:
    folder, home = write_corpus(tmp_path / "news"), tmp_path / "home"
    home.mkdir()
    for number in range(1500):
        story = " ".join(f"Keeper {number * 50 + n} counted {n + 2} gulls on the pier." for n in range(50))
        (folder / f"gulls-{number}.txt").write_text(f"Gulls counted, day {number}\n\n{story}\n", encoding="utf-8")
    with held_back(folder) as let_go, serving(folder, home) as site, Visit(browser, site) as visit:
        assert buttons(visit.page) == {"ask"}
        visit.page.fill("#question textarea", "What will a return ticket cost?")
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("#turn-1 .waiting")).to_be_visible()
        assert buttons(visit.page) == {"stop", "clear"}
        assert not (folder / ".copydesk" / "current").exists(), "the build was done before anything was asked"
        assert let_go(), "nothing was held back"
        turn = visit.page.locator("#turn-1")
        expect(turn.locator(".st").first).to_contain_text("12 pounds", timeout=60_000)
        expect(visit.page.locator("#ask")).to_be_visible()
        assert buttons(visit.page) == {"ask", "retry", "clear"}
        assert visit.complaints == []


@contextmanager
def held_back(folder: Path) -> Iterator[Callable[[], set[int]]]:
    """Whatever processes the server of a folder starts, to read and cut, are stopped until what this gives is called.

    It gives those that were stopped.
    """
    stopped: set[int] = set()
    enough = threading.Event()

    def hold() -> None:
        while not enough.wait(0.01):
            for each in {child for server in serving_folder(folder) for child in below(server)} - stopped:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGSTOP)
                    stopped.add(each)

    def let_go() -> set[int]:
        enough.set()
        holding.join()
        for each in stopped:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)
        return stopped

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield let_go
    finally:
        let_go()


def serving_folder(folder: Path) -> list[int]:
    """The processes that were called to serve a folder."""
    found = []
    for called in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = called.read_bytes().split(b"\0")
            if b"serve" in words and str(folder).encode() in words:
                found.append(int(called.parent.name))
    return found


def buttons(page: Page) -> set[str]:
    """Which of the buttons around the question can be seen."""
    return {name for name in ("ask", "stop", "retry", "clear") if page.locator(f"#{name}").is_visible()}


def below(process: int) -> list[int]:
    """The processes that a process started, and those that they did."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [process]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]
