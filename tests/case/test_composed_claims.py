"""Composed claims in case.toml: read, resolved, and every mistake named with its line."""

from dataclasses import replace
from pathlib import Path

import pytest

from roadstead.case import Case, load_case
from roadstead.model import CaseError, ClaimKind, Junction

HEAD = """schema_version = 1
id = "t"
title = "t"
[[sites]]
id = "dunai"
[[sites]]
id = "chongjin"
[[vessels]]
id = "oslyabya"
hull = "oslyabya"
[[sources]]
id = "s"
name = "S"
origin = "s"
reliability = "B"
credibility = "2"
[[claims]]
id = "here"
source = "s"
text = "x"
kind = "presence"
who = ["oslyabya"]
site = "dunai"
when = "2024-10-17"
prior = [0.2, 0.5]
prior_reason = "test"
[[claims]]
id = "said"
source = "s"
text = "x"
kind = "statement"
when = "2024-10-17"
prior = [0.2, 0.5]
prior_reason = "test"
[[claims]]
id = "many"
source = "s"
text = "x"
kind = "count"
site = "dunai"
at_least = 2
when = "2024-10-17"
prior = [0.2, 0.5]
prior_reason = "test"
"""
JOINED = """[[claims]]
id = "joined"
source = "s"
text = "both"
kind = "composed"
prior = [0.1, 0.4]
prior_reason = "test"
"""
THERE = '{ kind = "presence", who = ["oslyabya"], site = "chongjin", when = "2024-10-12" }'


def case_of(tmp_path: Path, joined: str) -> Case:
    (tmp_path / "case.toml").write_text(HEAD + JOINED + joined, "utf-8")
    return load_case(tmp_path)


def test_parts_by_id_and_in_place_are_read(tmp_path: Path) -> None:
    case = case_of(tmp_path, f'all = ["here", {{ not = {THERE} }}]\n')
    assert case.mistakes == ()
    claim = case.claim("joined")
    assert claim.kind is ClaimKind.COMPOSED
    assert claim.composed
    here, no = claim.composed.parts
    assert here == replace(case.claim("here"), text="", prior_reason="")
    assert no.junction is Junction.NOT  # type: ignore[union-attr]
    assert (claim.who, claim.sites) == (("oslyabya",), ("dunai", "chongjin"))
    assert f"{claim.when.start:%m-%d} {claim.when.end:%m-%d}" == "10-11 10-17"
    assert [(c.sites, n) for c, n in claim.composed.claims()] == [(("dunai",), False), (("chongjin",), True)]


def test_a_composed_claim_may_name_one_above_it_and_stand_before_simple_ones(tmp_path: Path) -> None:
    text = HEAD + JOINED + f'any = ["here", {THERE}]\n'
    text += JOINED.replace('"joined"', '"more"') + 'at_least = 2\nof = ["joined", "here", "last"]\n'
    text += HEAD[HEAD.index("[[claims]]") : HEAD.index('[[claims]]\nid = "said"')].replace('"here"', '"last"')
    (tmp_path / "case.toml").write_text(text, "utf-8")
    case = load_case(tmp_path)
    assert case.mistakes == ()
    assert [c.id for c in case.claims] == ["here", "said", "many", "joined", "more", "last"]
    assert [c.id for c, _ in case.claim("more").composed.claims()] == ["here", "joined", "here", "last"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("joined", "line", "words"),
    [
        ('all = ["her"]', 52, "did you mean 'here'"),
        ("", 45, "give one of `all = [...]`"),
        ('all = ["here"]\nany = ["here"]', 45, "give one of"),
        ("all = []", 52, "write a list in brackets"),
        ("any = [3]", 52, "write the id of a claim in quotes"),
        ('at_least = 3\nof = ["here", "here"]', 52, "from 1 to 2"),
        ("at_least = 2", 45, "`at_least = N` with `of"),
        ('all = [\n"here",\n{ kind = "presence", who = ["oslyaba"], site = "dunai", when = "2024" }]', 54, "oslyabya"),
        ('all = [\n"here",\n{ kind = "presence", who = ["oslyabya"], sight = "dunai", when = "2024" }]', 54, "sight"),
        ('all = ["here",\n{ nott = "here" }]', 53, "unknown key"),
        ('all = ["here", "said"]', 45, "a statement, which no image of ships can test"),
        ('all = ["here", "many"]', 45, "name vessels in all parts, or in none"),
        ('all = ["joined"]', 52, "unknown claim 'joined'"),
        ('not = { kind = "composed", all = ["here"] }', 52, "written without `kind`"),
        ('all = ["here"]\nwhen = "2024-10"', 53, "unknown key"),
        (f'all = ["here", {THERE.replace("2024-10-12", "2014-10-12")}]', 45, "days apart"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_leaves_the_rest(
    tmp_path: Path, joined: str, line: int, words: str
) -> None:
    case = case_of(tmp_path, joined + "\n")
    assert [c.id for c in case.claims] == ["here", "said", "many"]
    assert any(f":{line}" in m and words in m for m in case.mistakes), case.mistakes


def test_a_part_that_was_left_out_for_its_own_mistake_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(
        HEAD.replace('site = "dunai"\nwhen', 'site = "dunaj"\nwhen', 1) + JOINED + 'all = ["here"]\n', "utf-8"
    )
    assert any("was left out for a mistake of its own" in m for m in load_case(tmp_path).mistakes)


def test_nothing_but_mistakes_is_no_case(tmp_path: Path) -> None:
    head = HEAD[: HEAD.index("[[claims]]")]
    (tmp_path / "case.toml").write_text(head + JOINED + 'all = ["nowhere"]\n', "utf-8")
    with pytest.raises(CaseError, match="nowhere"):
        load_case(tmp_path)
