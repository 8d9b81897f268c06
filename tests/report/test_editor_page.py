"""The copy for an editor in a browser: comments are kept, saved, loaded, shown as text, and made by the keyboard."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import report_contents as made
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from roadstead.report import render_editor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT_MS = 120_000
PLACE = f"roadstead-comments/{made.case().id}"
HOSTILE = '<img src=x onerror=alert(1)> \u202e & "quoted"\n<script>alert(2)</script>'
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
    path = tmp_path_factory.mktemp("editor") / "editor.html"
    path.write_text(render_editor(made.simulated()), "utf-8")
    return path


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made_context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    yield made_context
    made_context.close()


def _opened(context: BrowserContext, file: Path) -> Page:
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(file.as_uri())
    return page


def _put(page: Page, passage: str, text: str, by: str = "") -> None:
    page.locator(f"{passage} .comment-open").first.click()
    page.fill("#comment-text", text)
    page.fill("#comment-by", by)
    page.click("#comment-form button[type=submit]")


def _saved(page: Page, folder: Path) -> dict[str, Any]:
    with page.expect_download() as waiting:
        page.click("#comment-save")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_a_comment_on_anything_survives_a_reload_and_is_text(context: BrowserContext, page_file: Path) -> None:
    page = _opened(context, page_file)
    asked: list[str] = []
    alerts: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("dialog", lambda d: (alerts.append(d.message), d.dismiss()))
    for passage in (
        "#findings .group li",
        "#verdicts tbody tr",
        "#map figure",
        "#methods p",
        ".card figure",
        ".caveat",
    ):
        _put(page, passage, HOSTILE, "Ed")
    page.click("article.claim > .comment-open >> nth=0")
    page.fill("#comment-text", "Who says so?")
    page.keyboard.press("Control+Enter")
    assert page.inner_text("#comment-count") == "Comments: 7"
    page.reload()
    assert page.inner_text("#comment-count") == "Comments: 7"
    assert page.inner_text("#findings .comment-text") == HOSTILE
    assert page.locator(".comment img, .comment script").count() == 0
    assert page.inner_text("article.claim .comment-text") == "Who says so?"
    assert alerts == []
    assert [u for u in asked if not u.startswith(("file:", "data:", "blob:"))] == []


def test_the_keyboard_alone_reaches_a_passage_and_comments_on_it(context: BrowserContext, page_file: Path) -> None:
    page = _opened(context, page_file)
    page.locator(".comment-open[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("Comment on: ")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "comment-text"
    page.keyboard.type("From the keyboard.")
    page.keyboard.press("Control+Enter")
    assert page.evaluate("document.activeElement.className").startswith("comment-open"), "focus comes back"
    assert page.evaluate("document.activeElement.textContent") == "1"
    assert page.locator(".comment-open[tabindex='0']").count() == 1, "one stop of the Tab key for all passages"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_comments_travel_as_a_small_file_and_the_later_word_holds(
    browser: Browser, context: BrowserContext, page_file: Path, tmp_path: Path
) -> None:
    page = _opened(context, page_file)
    _put(page, "#findings .group li", "First word.", "Ann")
    first = _saved(page, tmp_path)
    assert (first["kind"], first["schema_version"], first["case"]) == ("roadstead-comments", 1, made.case().id)
    (comment,) = first["comments"]
    assert (comment["text"], comment["by"]) == ("First word.", "Ann")
    assert comment["quote"]
    later = {**first, "comments": [{**comment, "text": "Second word.", "at": "2999-01-01T00:00:00Z"}]}
    (tmp_path / "later.json").write_text(json.dumps(later), "utf-8")
    other = browser.new_context(offline=True)
    fresh = _opened(other, page_file)
    for name, wanted in (("later.json", "Second word."), (next(tmp_path.glob("comments-*")).name, "Second word.")):
        fresh.set_input_files("#comment-file", tmp_path / name)
        fresh.wait_for_function("n => document.getElementById('comment-told').textContent.includes(n)", arg=name)
        assert fresh.inner_text("#findings .comment-text") == wanted
    fresh.reload()
    assert fresh.inner_text("#findings .comment-text") == "Second word."
    other.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no json", "is no file of comments"),
        ('{"kind": "roadstead-comments", "schema_version": 1, "case": "other", "comments": []}', "on another case"),
        ('{"kind": "roadstead-comments", "schema_version": 9, "case": "dunai-test", "comments": []}', "is no file"),
        ('[{"kind": 1}]', "is no file of comments"),
        ("null", "is no file of comments"),
    ],
)
def test_a_file_that_is_none_of_ours_changes_nothing_and_is_named(
    context: BrowserContext, page_file: Path, tmp_path: Path, content: str, told: str
) -> None:
    page = _opened(context, page_file)
    _put(page, "#findings .group li", "Stays.")
    (tmp_path / "x.json").write_text(content, "utf-8")
    page.set_input_files("#comment-file", tmp_path / "x.json")
    page.wait_for_function("document.getElementById('comment-told').textContent.includes('x.json')")
    assert told in page.inner_text("#comment-told")
    assert page.inner_text("#comment-count") == "Comments: 1"


def test_comments_are_changed_removed_and_listed_and_those_on_changed_words_are_not_lost(
    context: BrowserContext, page_file: Path, tmp_path: Path
) -> None:
    page = _opened(context, page_file)
    _put(page, "#findings .group li", "One.")
    page.locator("#findings .comment-open.has").click()
    page.click("#comment-own button:has-text('Change')")
    page.fill("#comment-text", "One, corrected.")
    page.click("#comment-form button[type=submit]")
    assert page.inner_text("#findings .comment-text") == "One, corrected."
    held = _saved(page, tmp_path)
    lost = {**held["comments"][0], "id": "lost", "key": "p/methods/00000000", "quote": "Words of before."}
    (tmp_path / "more.json").write_text(json.dumps({**held, "comments": [lost]}), "utf-8")
    page.set_input_files("#comment-file", tmp_path / "more.json")
    page.wait_for_function("document.getElementById('comment-count').textContent.endsWith('2')")
    page.click("#comment-list")
    assert "no longer has: Words of before." in page.inner_text("#comment-all")
    page.click("#comment-all li >> nth=0 >> button")
    assert page.evaluate("document.activeElement.closest('#findings') !== null"), "the list leads to the passage"
    page.locator("#findings .comment-open.has").click()
    page.click("#comment-own button:has-text('Remove')")
    page.keyboard.press("Escape")
    assert page.inner_text("#comment-count") == "Comments: 1"


MUTED = "addEventListener('storage', (event) => event.stopImmediatePropagation(), true);"


def _count(page: Page, wanted: int) -> None:
    page.wait_for_function("n => document.getElementById('comment-count').textContent.endsWith(' ' + n)", arg=wanted)


@pytest.mark.parametrize("told", [True, False])
def test_two_tabs_lose_neither_comments_nor_removals(context: BrowserContext, page_file: Path, told: bool) -> None:
    if not told:  # a tab that was asleep while the other wrote
        context.add_init_script(MUTED)
    first, second = _opened(context, page_file), _opened(context, page_file)
    _put(first, "#findings .group li", "In the first.")
    if told:
        _count(second, 1)
    _put(second, "#map figure", "In the second.")
    _count(second, 2)
    first.reload()
    _count(first, 2)
    first.locator("#findings .comment-open.has").click()
    first.click("#comment-own button:has-text('Remove')")
    _put(second, ".card figure", "In the second, again.")
    _count(second, 2)
    first.reload()
    _count(first, 2)
    assert first.locator("#findings .comment-text").count() == 0


def test_an_earlier_version_of_the_page_beside_it_shares_its_comments_and_they_come_to_rest(
    context: BrowserContext, page_file: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier.html"
    earlier.write_text(re.sub('data-page="[^"]*"', 'data-page="earlier"', page_file.read_text("utf-8")), "utf-8")
    context.add_init_script("window.heard = 0; addEventListener('storage', () => { window.heard += 1; });")
    old, new = _opened(context, earlier), _opened(context, page_file)
    _put(old, "#findings .group li", "On the earlier one.")
    _count(new, 1)
    _put(new, "#map figure", "On the later one.")
    _count(old, 2)
    new.evaluate("p => localStorage.setItem(p, JSON.stringify({...JSON.parse(localStorage[p]), comments: []}))", PLACE)
    old.wait_for_function("p => JSON.parse(localStorage[p]).comments.length === 2", arg=PLACE)
    old.wait_for_timeout(500)
    assert old.evaluate("window.heard") + new.evaluate("window.heard") < 10


@pytest.mark.parametrize("held", ["damaged", '{"kind": "roadstead-comments", "schema_version": 9, "comments": []}'])
def test_what_it_cannot_read_is_set_aside_and_not_overwritten(
    context: BrowserContext, page_file: Path, held: str
) -> None:
    page = _opened(context, page_file)
    page.evaluate("([p, text]) => localStorage.setItem(p, text)", [PLACE, held])
    page.reload()
    assert "set aside" in page.inner_text("#comment-told")
    _put(page, "#findings .group li", "Mine.")
    page.reload()
    assert page.inner_text("#findings .comment-text") == "Mine."
    assert held in page.evaluate("Object.values(localStorage)")


def test_a_file_brings_back_what_was_removed(context: BrowserContext, page_file: Path, tmp_path: Path) -> None:
    page = _opened(context, page_file)
    _put(page, "#findings .group li", "Removed by mistake.")
    (tmp_path / "kept.json").write_text(json.dumps(_saved(page, tmp_path)), "utf-8")
    page.locator("#findings .comment-open.has").click()
    page.click("#comment-own button:has-text('Remove')")
    page.keyboard.press("Escape")
    page.reload()
    _count(page, 0)
    page.set_input_files("#comment-file", tmp_path / "kept.json")
    _count(page, 1)
    page.reload()
    _count(page, 1)


def test_without_storage_it_says_that_the_comments_must_be_saved(browser: Browser, page_file: Path) -> None:
    context = browser.new_context(offline=True)
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page = _opened(context, page_file)
    _put(page, "#findings .group li", "Kept nowhere.")
    assert "save the comments as a file" in page.inner_text("#comment-told")
    assert page.inner_text("#findings .comment-text") == "Kept nowhere."
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (800, "dark"), (1400, "light")])
def test_with_comments_nothing_stands_outside_and_axe_finds_no_serious_fault(
    browser: Browser, page_file: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, offline=True
    )  # fmt: skip
    page = _opened(context, page_file)
    for passage in ("#findings .group li", "#map figure", ".card figure"):
        _put(page, passage, f"{HOSTILE} {'x' * 300}", "Ed")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for state in ("page", "editing", "listing"):
        if state == "editing":
            page.locator("#findings .comment-open").first.click()
        if state == "listing":
            page.keyboard.press("Escape")
            page.click("#comment-list")
        found = Axe().run(page).response["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in {"serious", "critical"}]
        assert serious == [], state
    context.close()
