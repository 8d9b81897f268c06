"""Evidence against hypotheses: which items a hypothesis is inconsistent with, the least inconsistent one first.

Heuer 1999, Psychology of Intelligence Analysis (CIA), ch. 8: hypotheses are ordered by what speaks against them, not by
what fits, since much fits all of them. Whether an item fits is read from likelihood ratios to the hypothesis that
explains this item best; an item that all explain alike is neutral to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.assess.priors import alternatives_to
from roadstead.model import AchRow, AchTable, Consistency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.assess.weigh import Outcome
    from roadstead.model import Claim, Hypothesis

FITS_DB = 1.0
"""consistent: the item is at most so much less likely than under the hypothesis that explains it best"""
CLASHES_DB = 5.0
"""inconsistent: it is less likely by at least this, a factor of about three"""
DB_PER_NAT = 10 / np.log(10)


def ach_table(
    claim: Claim,
    hypotheses: Sequence[Hypothesis],
    items: Sequence[tuple[str, str]],
    alone: Sequence[Outcome | None],
) -> AchTable:
    """The table.

    Args:
        claim: the claim.
        hypotheses: its stated alternatives.
        items: id and words of each item of evidence.
        alone: the claim weighed by that item alone; None: not to be had.
    """
    ids = [h.id for h in alternatives_to(claim, hypotheses)]
    below = [None if a is None else (a.log_evidence.max() - a.log_evidence) * DB_PER_NAT for a in alone]
    score = np.zeros(len(ids))
    for b in below:
        if b is not None:
            score += np.where(b >= CLASHES_DB, b, 0.0)
    order = np.argsort(np.round(score, 6), kind="stable")
    rows = []
    for (group_id, text), b in zip(items, below, strict=True):
        mine = () if b is None else tuple(round(float(b[i]), 3) for i in order)
        rows.append(AchRow(group_id=group_id, text=text, marks=_marks(mine, len(ids)), below_best_db=mine))
    return AchTable(
        hypotheses=tuple(ids[i] for i in order),
        inconsistency_db=tuple(round(float(score[i]), 3) for i in order),
        rows=tuple(rows),
    )


def _marks(below: Sequence[float], n: int) -> tuple[Consistency, ...]:
    if not below:
        return (Consistency.NOT_TO_BE_HAD,) * n
    if max(below) <= FITS_DB:
        return (Consistency.NEUTRAL,) * n
    return tuple(
        Consistency.INCONSISTENT if b >= CLASHES_DB else Consistency.CONSISTENT if b <= FITS_DB else Consistency.NEUTRAL
        for b in below
    )
