"""Chromium, driven headless: pages that note whatever goes wrong on them."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",  # two pages of its own that each window would load
]
_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
NO_BROWSER = "No Chromium for the browser journeys: `./test` installs it; or put it on the PATH (Debian: apt-get install chromium)."
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN_AXE = """async ([tags, exclude]) => {
  const found = await axe.run(exclude ? {exclude: [[exclude]]} : document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return found.violations.map(v => `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | '));
}"""
_OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(-3).map(e => e.tagName.toLowerCase() + '.' + e.className + ' ' + (e.textContent || '').trim().slice(0, 30));
}"""
#: A box that scrolls by a hair (less than a line down, a rounded pixel aside) holds nothing more to see: its bar is there for nothing. Boxes that
#: fold what they hold away for the eye do not count.
_PHANTOM_BARS = """() => [...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e), over = [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth];
  if (e.clientHeight < 2 || e.clientWidth < 2) return false;
  if (e.matches('.table-scroll') && over[0] > 0) return true;
  const scrolls = [style.overflowY, style.overflowX].map(way => way === 'auto' || way === 'scroll');
  return [[0, 8], [1, 2]].some(([way, hair]) => scrolls[way] && over[way] > 0 && over[way] < hair);
}).map(e => `${e.tagName.toLowerCase()}.${e.className} ${e.scrollHeight}/${e.clientHeight} ${e.scrollWidth}/${e.clientWidth} `
  + (e.textContent || '').trim().slice(0, 30))"""


def find_chromium() -> str | None:
    """The browser's program of this machine: one without windows where there is one, for half of the processor's time."""
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    return next((place for place in _PLACES if Path(place).exists()), None)


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium that shows scrollbars as a desk's does: Playwright's own where it is installed, else the machine's.

    One sentence when there is neither.
    """
    has_own = Path(playwright.chromium.executable_path).exists()
    program = None if has_own else find_chromium()
    if not has_own and program is None:
        raise AssertionError(NO_BROWSER)
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(
        executable_path=program, args=[*FLAGS, *sandbox], ignore_default_args=["--hide-scrollbars"]
    )


@dataclass
class Watched:
    """A page and what went wrong on it: errors in the console (CSP among them), exceptions, failed requests."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        self.page.on("response", self._response)
        self.page.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    def open(self, path: str) -> Response | None:
        """Go to `path` and wait until it is there."""
        return self.page.goto(self.base + path, wait_until="load")

    def violations(self, *, rows: int | None = None) -> list[str]:
        """What axe finds by WCAG 2.2 AA; of a table's rows, which one template draws, in the first `rows`."""
        exclude = rows and f"tbody tr:nth-child(n + {rows + 1})"
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "\n;null")
        found: list[str] = self.page.evaluate(_RUN_AXE, [_WCAG, exclude])
        return [f"axe {violation}" for violation in found]

    def overflow(self) -> list[str]:
        """The elements that make the page scroll sideways."""
        found: list[str] = self.page.evaluate(_OVERFLOW)
        return [f"wider than the window: {element}" for element in found]

    def phantom_bars(self) -> list[str]:
        """The boxes that show a scrollbar with nothing behind it, and the tables that scroll up and down."""
        found: list[str] = self.page.evaluate(_PHANTOM_BARS)
        return [f"a scrollbar for nothing: {element}" for element in found]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 or (response.status == 404 and response.request.resource_type != "document"):
            self.problems.append(f"{response.status}: {response.url}")

    def _failed(self, url: str, failure: Any) -> None:
        if "ERR_ABORTED" not in str(failure):
            self.problems.append(f"request failed: {url} {failure}")
