"""The real page in a real browser, for the tests of it: a server in a process of its own, and Chromium."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, sync_playwright
from running import command, environment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; install it, on Debian: apt-get install chromium"),
]
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_READY_SECONDS = 180


@dataclass(frozen=True)
class Site:
    """A server on a folder of articles, its number as a process, and the file of all that it says."""

    folder: Path
    address: str
    process: int = 0
    log: Path = Path(os.devnull)

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def serving(
    folder: Path, home: Path, *options: str | Path, port: int = 0, start: str | None = None, **more: str
) -> Iterator[Site]:
    """`copydesk serve` on the folder, on a free port, until the block ends; `start` is other code to start it by."""
    typed = ("serve", folder, "--port", str(port), "--no-browser", *options)
    starting = command(*typed) if start is None else [sys.executable, "-c", start, *map(str, typed)]
    with tempfile.NamedTemporaryFile(prefix="said-", suffix=".txt") as log:
        process = subprocess.Popen(
            starting, env=environment(home, **more), cwd=home, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield Site(folder, _address(process, Path(log.name)), process.pid, Path(log.name))
        finally:
            process.terminate()
            process.wait(20)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        if found := re.search(r"ready at (http://\S+)", log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with no profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One person's tab on the page, with all that it asked for and all that it complained of."""

    def __init__(
        self,
        browser: Browser,
        site: Site,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        login: tuple[str, str] | None = None,
    ) -> None:
        dark = "dark" if scheme == "dark" else "light"
        known = {"username": login[0], "password": login[1]} if login else None
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=dark,  # type: ignore[arg-type]
            http_credentials=known,  # type: ignore[arg-type]
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
        self.site = site
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request))
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(site.address)
        self.page.wait_for_selector(".welcome", timeout=_READY_SECONDS * 1000)

    def ask(self, question: str) -> Locator:
        """The last turn of the conversation once the question has been answered."""
        before = self.page.locator(".turn").count()
        self.page.fill("#question textarea", question)
        self.page.keyboard.press("Enter")
        return self.answer(before + 1)

    def answer(self, number: int) -> Locator:
        """The turn of that number, from 1, once it is complete."""
        turn = self.page.locator(f"#turn-{number}")
        turn.locator(".acts, .refused").first.wait_for(timeout=90_000)
        return turn

    def foreign(self) -> list[str]:
        """The addresses asked for that are not this server's."""
        return [each.url for each in self.requests if not each.url.startswith((self.site.address, "data:", "about:"))]

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()
