"""The report in a browser: whole at every width, and without faults for those who hear it; hostile words included."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import report_contents as made
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from roadstead.report import render_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT_MS = 120_000
OUTSIDE = """() => [...document.querySelectorAll('main *, header *')].filter((e) => {
  if (e.closest('.scroll, svg, pre')) return false;
  const box = e.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"""
pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_report(made.simulated()), "utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (800, "dark"), (1400, "light"), (1400, "dark")])
def test_nothing_stands_outside_and_axe_finds_no_serious_fault(
    browser: Browser, page_file: Path, width: int, scheme: str
) -> None:
    # Axe is a script of its own, which the page's policy would rightly refuse.
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == []
    found = Axe().run(page).response["violations"]
    serious = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in {"serious", "critical"}]
    assert serious == []
    context.close()


def test_no_word_of_others_runs_and_nothing_is_fetched(browser: Browser, page_file: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    asked: list[str] = []
    alerts: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("dialog", lambda d: (alerts.append(d.message), d.dismiss()))
    page.goto(page_file.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip", "the first stop leads past the contents"
    assert alerts == []
    assert [u for u in asked if not u.startswith(("file:", "data:"))] == []
    assert made.SCRIPT in page.inner_text("h1")
    context.close()
