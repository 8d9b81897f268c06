"""Which places are left out together: every third of those with infrared bands, in alphabetical order.

Scores and threshold of the shipped weights come from what networks find in places that they have not seen; all of a
group are left out of most of a training, and then but one (`run.Workshop.trained`).
Places known without infrared only stay in training: they are few, and their figure comes from a training of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.train.examples import Example

GROUPS = 3


def groups(examples: Sequence[Example]) -> tuple[tuple[str, ...], ...]:
    """Names of the places that are left out together.

    Raises:
        InputError: fewer places than groups.
    """
    places = sorted({e.place for e in examples if e.infrared[0]}) or sorted({e.place for e in examples})
    if len(places) < GROUPS:
        raise InputError(
            f"labelled images of {len(places)} place(s) are too few: scores are made on places left out, so give at "
            f"least {GROUPS} places, each in a folder of its own"
        )
    return tuple(tuple(places[k::GROUPS]) for k in range(GROUPS))
