"""Writes docs/page-*.png: the real page, in a real browser, answering from the sample articles.

Run it from the project's root, with Chromium installed: python docs/screenshots.py
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
QUESTION = "What did Hegseth say about Ukraine's borders?"
UNANSWERED = "Who won the chess olympiad in Budapest?"
SIZES = {"1440": (1440, 900), "390": (390, 844)}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]


def main() -> None:
    """Serve a copy of the sample articles and take every picture."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("docs/screenshots.py: Chromium is missing; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "sample"
        shutil.copytree(HERE.parent / "corpus" / "sample", folder, ignore=shutil.ignore_patterns(".*"))
        start = "import sys; from qa.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", start, "serve", folder.name, "--port", "0", "--no-browser"]
        environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
        with subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                address = next(found.group() for line in server.stdout if (found := re.search(r"http://\S+", line)))
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                    for size in SIZES:
                        for scheme in ("light", "dark"):
                            take(browser, address, size, scheme)
                    browser.close()
            finally:
                server.terminate()


def take(browser: Browser, address: str, size: str, scheme: str) -> None:
    """The pictures of one size and one scheme."""
    width, height = SIZES[size]
    dark = "dark" if scheme == "dark" else "light"
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=dark)  # type: ignore[arg-type]
    page.goto(address)
    page.locator(".filters input[name=outlet]").first.wait_for(state="attached", timeout=60_000)
    page.locator(".chip").first.wait_for()
    ask(page, QUESTION, 1)
    page.locator("#turn-1 .st .m").first.hover()
    save(page, f"page-{size}-{scheme}")
    if scheme == "light":
        more(page, size)
    page.close()


def more(page: Page, size: str) -> None:
    """What is taken in one scheme only: sources on a phone, the article, a declined answer, the list of articles."""
    if size == "390":
        page.locator("#turn-1 .st .m").first.click()
        save(page, f"page-{size}-sources")
        return
    page.locator(".src.on [data-open]").click()
    page.frame_locator("#reader iframe").locator("#cited").wait_for()
    save(page, f"page-{size}-article")
    page.get_by_role("button", name="Close article").click()
    ask(page, UNANSWERED, 2)
    save(page, f"page-{size}-declined")
    page.get_by_role("tab", name="Articles").click()
    save(page, f"page-{size}-articles")


def ask(page: Page, question: str, number: int) -> None:
    """The page with the answer to its question of that number, from 1."""
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.locator(f"#turn-{number} .acts").wait_for()
    page.evaluate("document.activeElement.blur()")


def save(page: Page, name: str) -> None:
    """One picture, once everything on it has come to rest."""
    page.wait_for_timeout(700)
    page.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main()
