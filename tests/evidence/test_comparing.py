"""Recorded and derived side by side: everything counts, rounding does not."""

from __future__ import annotations

from typing import Any

import pytest

from roadstead.evidence.comparing import unlike

ENTRY = {
    "words": "Supported: likely, 72 % over the stated priors. Weighed on 4 look(s).",
    "probability": [0.7212, 0.7301],
    "bayes_factor": [11.2, 12.5],
    "coverage": {"usable_looks": 4, "hours_of_window": 24.0},
    "ledger": {"groups": [{"id": "looks:roads", "adds_db": {"low": 3.0, "high": 4.0}}]},
    "ships": None,
    "simulated": False,
}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"words": "Contradicted: almost no chance, 1 %. Weighed on 40 look(s)."}, "words"),
        ({"words": "Supported: likely, 72 % over the stated priors. Weighed on 40 look(s)."}, "words"),
        ({"probability": [0.7, 0.7301]}, "probability recorded as [0.7, 0.7301], derived as [0.7212, 0.7301]"),
        ({"bayes_factor": None}, "bayes factor"),
        ({"coverage": {"usable_looks": 999, "hours_of_window": 24.0}}, "coverage usable looks"),
        ({"ledger": {"groups": []}}, "ledger groups"),
        ({"ledger": {"groups": [{"id": "looks:roads", "adds_db": {"low": -30.0, "high": 4.0}}]}}, "'looks:roads'"),
        ({"ships": {"at_least": 2}}, "ships"),
        ({"simulated": True}, "simulated"),
        ({"added": "x"}, "added"),
    ],
)
def test_whatever_was_changed_is_named(change: dict[str, Any], where: str) -> None:
    found = [*unlike(ENTRY | change, ENTRY, tolerance=0.01, at="claim x:")]
    assert len(found) == 1
    assert found[0].startswith("claim x: ")
    assert where in found[0]


def test_rounding_is_no_difference() -> None:
    near = ENTRY | {
        "words": "Supported: likely, 73 % over the stated priors. Weighed on 4 look(s).",
        "probability": [0.7215, 0.7303],
        "bayes_factor": [11.25, 12.49],
    }
    assert [*unlike(near, ENTRY, tolerance=0.01)] == []
