"""A report read back: honest pages agree with verdicts.json, changed ones are told place by place."""

from __future__ import annotations

import re
from typing import Any

import pytest
import report_contents as made

from roadstead.pipeline import verdict_json
from roadstead.report import misstatements, render_report


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(made.contents())


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    contents = made.contents()
    return [verdict_json(v, contents.case.claim(v.claim_id), "ab" * 32) for v in contents.verdicts]


def test_an_honest_report_says_what_verdicts_json_has(page: str, entries: list[dict[str, Any]]) -> None:
    assert misstatements(page, entries) == []


def _article(page: str, claim: str) -> slice:
    start = page.index(f'<article id="claim-{claim}"')
    return slice(start, page.index("</article>", start))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (r'(class="weighed">From our looks alone: )supported', r"\1contradicted", "key finding"),
        (r'(class="weighed">[^<]*?)87', r"\g<1>37", "key finding"),
        (r'(<b class="call supported">)supported', r"\1contradicted", "row of the table"),
        (r"(Contradicted: weighed on)", r"Proven false: weighed on", "words"),
        (r'(<div class="verdict supported">\n<p><b>[^<]*</b>) Supported', r"\1 Not supported", "words"),
    ],
)
def test_what_was_changed_is_told_by_place(
    page: str, entries: list[dict[str, Any]], old: str, new: str, place: str
) -> None:
    forged, n = re.subn(old, new, page, count=1)
    assert n == 1
    found = misstatements(forged, entries)
    assert len(found) == 1
    assert place in found[0]


def test_a_claim_left_out_or_put_in_is_told(page: str, entries: list[dict[str, Any]]) -> None:
    part = page[_article(page, "dunai-17")]
    less = misstatements(page.replace(part, ""), entries)
    assert [s for s in less if "dunai-17" in s and "words" in s]
    more = misstatements(page.replace(part, part + "</article>" + part.replace("claim-dunai-17", "claim-new")), entries)
    assert "claim new: the report tells of it, verdicts.json does not" in more
    twice = misstatements(page.replace(part, part + "</article>" + part), entries)
    assert [s for s in twice if "dunai-17" in s and "words" in s]
