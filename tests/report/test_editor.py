"""The copy for an editor: our one script, named by its hash, and nothing else that runs or is fetched."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
import report_contents as made

from roadstead.report import render_editor, render_report


@pytest.fixture(scope="module")
def page() -> str:
    return render_editor(made.simulated())


def test_the_policy_names_the_one_script_by_its_hash(page: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 1
    assert page.lower().count("<script") == 1, "words of others start none"
    digest = b64encode(sha256(scripts[0].encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"script-src[^;]*unsafe", policy)


def test_it_asks_nobody_and_makes_no_markup_of_words(page: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch(", "XMLHttp", "import("):
        assert word not in script, word
    assert not re.search(r"""(?:src|href)=["'](?!#|data:|http)""", page)
    assert not re.search(r"<(?:link|iframe|img|object|embed)\b", page)


def test_it_holds_the_whole_report_and_the_report_itself_stays_without_script(page: str) -> None:
    plain = render_report(made.simulated())
    body = plain[plain.index("<header>") : plain.index("</footer>")]
    assert body in page
    assert "comment" not in plain[: plain.index("<header>")]
    assert "<script" not in plain.lower()


def test_the_same_contents_give_the_same_page(page: str) -> None:
    assert render_editor(made.simulated()) == page
