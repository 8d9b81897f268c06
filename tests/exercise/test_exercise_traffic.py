"""What is drawn from a seed does not change when the library grows."""

from __future__ import annotations

from roadstead.exercise import open_scenario
from roadstead.exercise.case_files import _vessel
from roadstead.exercise.happen import _merchants, happen
from roadstead.library import forms, traffic_forms

FIRST_FORMS = (
    "alligator-one-crane", "alligator-three-cranes", "bulk-carrier-handysize", "bulk-carrier-small",
    "cargo-bridge-forward", "cargo-engines-aft", "container-ship", "corvette", "destroyer", "ferry", "fishing-vessel",
    "ro-ro-cargo", "ropucha-i", "ropucha-ii", "tanker", "tug", "tug-with-barge",
)  # fmt: skip
"""all forms there were when the shipped weights, studies and scenarios were made; drawn by their place in this list"""


def test_training_and_exercises_draw_from_the_forms_that_they_always_had() -> None:
    assert tuple(traffic_forms()) == FIRST_FORMS
    assert len(forms()) > len(FIRST_FORMS)
    assert _merchants() == tuple(f for f in FIRST_FORMS if f not in {"corvette", "destroyer"} and "-i" not in f[7:])[2:]


def test_the_ships_of_the_shipped_scenario_are_those_of_before() -> None:
    ships = happen(open_scenario("null-islands-landing")).ships
    traffic = [(s.form_id, s.length_m) for s in ships if s.id.startswith("port-null")]
    assert traffic[:9] == [
        ("ro-ro-cargo", 117.0),
        ("cargo-engines-aft", 132.3),
        ("bulk-carrier-handysize", 184.2),
        ("tanker", 177.7),
        ("tug", 29.7),
        ("bulk-carrier-handysize", 182.8),
        ("ro-ro-cargo", 112.8),
        ("tanker", 159.4),
        ("tug", 27.6),
    ]


def test_the_case_names_classes_as_before_and_none_of_an_escort() -> None:
    vessels = {v.id: _vessel(v).get("class") for v in open_scenario("null-islands-landing").vessels}
    assert vessels == {
        "auk": "ropucha-i", "booby": "ropucha-ii", "cormorant": "alligator", "dunlin": "alligator", "eider": None
    }  # fmt: skip
