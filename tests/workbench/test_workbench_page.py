"""The page in a browser: draw and measure a missed ship, reject a false one, compare dates, see verdicts change.

Pictures of the page go to the folder that ROADSTEAD_PAGE_PICTURES names, where it is set.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from review_case import BEAM_PX, FAINT, FIRST, LENGTH_PX, SECOND, lonlat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT_MS = 120_000
"""a machine may be busy; a sound run takes seconds"""
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.timeout(1200),  # a browser that draws in software on a busy machine
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH; on Debian: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def links(case: Path) -> Iterator[list[str]]:
    """A server of its own, as the command starts it, with a link for each of two analysts."""
    command = [sys.executable, "-c", "from roadstead.cli import main; main()", "workbench", str(case)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--by", "Ann", "--by", "Bob"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    yield [re.search(r"http\S+", process.stdout.readline())[0] for _ in range(2)]
    process.terminate()
    process.wait(timeout=60)
    process.stdout.close()


class Opened:
    """A page of the workbench and what it complained of."""

    def __init__(
        self, browser: Browser, link: str, width: int = 1400, height: int = 900, scheme: str = "light"
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.faults: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))
        self.page.on("response", lambda r: self.faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        self.page.on("request", lambda r: self.asked.add(r.url.split("/")[2] if r.url.startswith("http") else ""))
        self.page.goto(link)
        self.page.wait_for_selector("html[data-ready=yes]")

    def look_at(self, scene: str) -> None:
        self.page.select_option("#scene", scene)

    def picture(self, name: str) -> None:
        folder = os.environ.get("ROADSTEAD_PAGE_PICTURES")
        if folder:
            self.page.wait_for_timeout(1500)
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def at(self, row_px: float, col_px: float) -> tuple[float, float]:
        """Where a place of the images lies on the screen, by the map's own corners."""
        lon, lat = lonlat(row_px, col_px)
        box = self.page.locator("#map").bounding_box()
        x, y = self.page.evaluate(
            "([x, y]) => { const p = window.roadsteadMap.project([x, y]); return [p.x, p.y] }", [lon, lat]
        )
        return box["x"] + x, box["y"] + y


def until(page: Page, what: str) -> None:
    """Wait for something to be so; the page's own policy forbids what the browser's driver has for it."""
    for _ in range(WAIT_MS // 200):
        if page.evaluate(what):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"it never became so: {what}")


def verdict(page: Page, claim: str) -> str:
    return page.inner_text(f"[data-claim={claim}] .call")


def test_an_analyst_reviews_the_case(  # noqa: PLR0915 - one review from the first look to the last verdict
    browser: Browser, links: list[str]
) -> None:
    ann = Opened(browser, links[0])
    page = ann.page
    assert page.inner_text(".simulated") == "SIMULATED"
    page.click("#tab-claims")
    assert (verdict(page, "three-ships"), verdict(page, "nobody")) == ("not determinable", "contradicted")

    ann.look_at(FIRST)
    until(page, "window.roadsteadMap.areTilesLoaded()")
    ann.picture("open")
    row, col = FAINT
    page.keyboard.press("d")
    for corner in (
        (row + BEAM_PX / 2, col),
        (row + BEAM_PX / 2, col + LENGTH_PX),
        (row + BEAM_PX * 1.5, col + LENGTH_PX),
    ):
        page.mouse.move(*ann.at(*corner), steps=3)
        page.mouse.click(*ann.at(*corner))
    page.wait_for_selector("#length")
    assert 160 <= int(page.inner_text("#length").split()[0]) <= 200
    assert "across the beam" in page.inner_text(".limit")
    ann.picture("drawn")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toast.shown")

    ann.look_at(SECOND)
    page.click("#tab-ship")
    page.keyboard.press("z")
    page.keyboard.press("r")
    page.fill("dialog input[name=words]", "a <b>buoy</b>")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog", state="detached")
    until(page, "document.querySelector('#panel h2').textContent.startsWith('roads-01#1')")
    x, y = ann.at(122, 159)
    box = page.locator("#map").bounding_box()
    assert box["x"] < x < box["x"] + box["width"], "the map goes to the next ship"
    assert box["y"] < y < box["y"] + box["height"]
    page.click("#tab-claims")
    page.wait_for_selector(".spin")
    until(page, "document.querySelector('[data-claim=three-ships] .call')?.textContent === 'supported'")
    until(page, "document.querySelector('[data-claim=nobody] .call')?.textContent === 'not determinable'")
    assert "before your last decisions: contradicted" in page.inner_text("[data-claim=nobody]")
    ann.picture("claims")

    page.keyboard.press("w")
    page.wait_for_selector(".swipe:visible")
    until(page, "document.getElementById('aligned').textContent.length > 3")
    page.fill(".swipe", "30")
    assert "30%" in page.eval_on_selector(".top", "e => e.style.clipPath")
    ann.picture("swipe")
    page.keyboard.press("b")
    page.wait_for_selector(".swipe", state="hidden")
    page.keyboard.press("b")
    assert page.eval_on_selector(".top", "e => e.style.visibility") == "hidden"
    page.keyboard.press("Escape")

    page.click("#tab-log")
    assert "a <b>buoy</b>" in page.inner_text(".log")
    page.keyboard.press("u")
    page.wait_for_selector(".log .gone")
    page.click("#tab-claims")
    until(page, "document.querySelector('[data-claim=nobody] .call')?.textContent === 'contradicted'")
    assert not ann.faults
    assert {host.split(":")[0] for host in ann.asked} <= {"127.0.0.1", ""}
    ann.context.close()


def test_two_browsers_lose_no_decision_and_see_each_other(browser: Browser, links: list[str]) -> None:
    both = [Opened(browser, link) for link in links]
    for one in both:
        one.look_at(FIRST)
        one.page.click("#tab-log")
    for n in range(4):
        for one in both:
            one.page.keyboard.press("o")
            one.page.fill("dialog input", f"note {n}")
            one.page.keyboard.press("Enter")
    for one in both:
        until(one.page, "document.querySelectorAll('.log li').length === 8")
        text = one.page.inner_text(".log")
        assert text.count("Ann noted") == text.count("Bob noted") == 4
        one.context.close()


def test_every_width_and_both_schemes_can_be_read_and_used_without_a_mouse(browser: Browser, links: list[str]) -> None:
    first = Opened(browser, links[0])
    page, origin, cookies = first.page, "/".join(links[0].split("/")[:3]), first.context.cookies()
    page.keyboard.press("?")
    assert "reject, with the reason" in page.inner_text("dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.fill("dialog input[name=length]", "150")
    page.keyboard.press("Enter")
    page.wait_for_selector("#length")
    assert page.inner_text("#length").startswith("150")
    page.keyboard.press("Escape")
    first.context.close()
    for width, height in ((1600, 950), (1024, 768), (390, 844)):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            context.add_cookies(cookies)
            page = context.new_page()
            page.goto(origin)
            page.wait_for_selector("html[data-ready=yes]")
            folder = os.environ.get("ROADSTEAD_PAGE_PICTURES")
            if folder:
                page.wait_for_timeout(4000)
                page.screenshot(path=Path(folder) / f"width-{width}-{scheme}.png", full_page=width < 800)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if width != 1024:
                found = Axe().run(page).response["violations"]
                serious = [
                    f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in {"serious", "critical"}
                ]
                assert not serious
            context.close()


def test_a_screenshot_is_placed_by_numbers_without_a_mouse(browser: Browser, links: list[str]) -> None:
    ann = Opened(browser, links[0])
    page = ann.page
    page.click("#tab-files")
    values = np.random.default_rng(3).integers(0, 255, (3, 200, 200), np.uint8)
    with rasterio.MemoryFile() as held:
        with held.open(driver="PNG", width=200, height=200, count=3, dtype="uint8") as out:
            out.write(values)
        png = held.read()
    page.set_input_files("#file", {"name": "screenshot.png", "mimeType": "image/png", "buffer": png})
    until(page, "[...document.querySelectorAll('#scene option')].some((o) => o.value.endsWith('-screenshot'))")
    ann.look_at(page.eval_on_selector("#scene option[value$=-screenshot]", "o => o.value"))
    page.click("#tab-ship")
    for row, col in ((10, 10), (10, 190), (190, 10), (190, 190)):
        assert page.is_disabled("#point-place")
        page.focus("#point-type")
        page.keyboard.press("Enter")
        lon, lat = lonlat(row, col)
        for name, value in (("col", col), ("row", row), ("lon", lon), ("lat", lat)):
            page.fill(f"dialog input[name={name}]", str(value))
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog", state="detached")
    assert page.locator(".points li").count() == 4
    ann.picture("points")
    page.focus("#point-place")
    page.keyboard.press("Enter")
    until(page, "[...document.querySelectorAll('#scene option')].some((o) => o.value.includes('placed'))")
    placed = page.eval_on_selector("#scene option[value*=placed]", "o => o.value")
    ann.look_at(placed)
    until(page, "document.querySelector('#placing') === null")
    assert not ann.faults
    ann.context.close()


def test_scenes_elsewhere_do_not_crush_the_timeline_and_no_hour_is_invented(browser: Browser, links: list[str]) -> None:
    opened = Opened(browser, links[0])
    page = opened.page
    far = {"start": "2009-03-01T00:00:00Z", "end": "2009-03-02T00:00:00Z"}

    def scenes(route: Route) -> None:
        told = route.fetch().json()
        years = {"start": "1999-01-01T00:00:00Z", "end": "2001-01-01T00:00:00Z"}
        stray = {**told[0], "id": "stray", "key": "stray", "time": years}
        route.fulfill(json=[{**s, "time": far} if s["id"] == SECOND else s for s in told] + [stray])

    def looks(route: Route) -> None:
        route.fulfill(json=[{**x, "time": far} if x["scene_id"] == SECOND else x for x in route.fetch().json()])

    def rows(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json=[{**r, "moments": [m for m in r["moments"] if m["scene_id"] != SECOND]} for r in told])

    page.route("**/api/scenes", scenes)
    page.route("**/api/looks", looks)
    page.route("**/api/timeline", rows)
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_selector("#timeline .look")
    lanes = page.eval_on_selector_all("#timeline .lane", "all => all.map(x => Number(x.getAttribute('width')))")
    assert min(lanes) == 24
    assert max(lanes) > 1000
    assert page.locator("#timeline .when").first.text_content() == "2009-03-01"
    named = [o for o in page.locator("#scene option").all_text_contents() if SECOND in o]
    assert named[0].startswith("2009-03-01, hour unknown")
    opened.context.close()
