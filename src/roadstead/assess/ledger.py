"""The ledger: what each group of evidence weighs alone against the prior, and what is lost without it.

No group is drawn for again: histories that were drawn given all evidence are weighed anew, or draws of the prior where
too few of them are left; where neither gives enough effective histories, no figure is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from roadstead.assess.ach import ach_table
from roadstead.assess.weigh import Outcome, bayes_factors, outcome
from roadstead.infer import Group, Weighted, WorkSeen
from roadstead.model import AchTable, Claim, GroupKind, GroupWeight, Hypothesis, Ledger, Range, Sighting, Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


CONFLICT_DB = 3.0
"""groups conflict where one speaks for the claim by at least this, and another against it"""
NO_DB = 1e-6
TOO_FEW = "too few drawn histories are left for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A claim with everything that it is weighed by."""

    claim: Claim
    hypotheses: Sequence[Hypothesis]
    samples: Sequence[Weighted]
    """drawn given all looks and AIS"""
    prior: Callable[[], Sequence[Weighted]]
    """the same drawn from the prior, made when needed"""
    groups: tuple[Group, ...]
    """rows of `Weighted.only` and `Weighted.without`"""
    names: tuple[str, ...]
    """of the groups, in words"""
    reports: tuple[Sighting, ...]
    """those that weigh, with their likelihood ratios"""
    report_names: tuple[str, ...]
    thresholds: Thresholds
    work: tuple[WorkSeen, ...] = ()
    """what was seen of the claimed activity; it stands with every group, since it weighs through presence"""


def ledger_of(weighed: Weighed) -> tuple[Ledger, AchTable]:
    """The ledger, and the table of evidence against hypotheses."""
    ratios = [r.likelihood_ratio or (1.0, 1.0) for r in weighed.reports]
    silent = [(1.0, 1.0)] * len(ratios)
    own, everything = (_outcome(weighed, weighed.samples, r) for r in (silent, ratios))
    rows, alones = [], []
    for k, group in enumerate(weighed.groups):
        sole = len(weighed.groups) == 1
        alone = own if sole else _reweighted(weighed, k, silent, without=False)
        rest = None if sole else _reweighted(weighed, k, silent, without=True)
        adds = _db(own) if sole else _difference(own, silent, rest, silent)
        rows.append(_row(group.id, group.kind, weighed.names[k], group.evidence, (_db(alone), adds)))
        alones.append(alone)
    for k, report in enumerate(weighed.reports):
        only = [ratio if i == k else (1.0, 1.0) for i, ratio in enumerate(ratios)]
        others = [(1.0, 1.0) if i == k else ratio for i, ratio in enumerate(ratios)]
        bare = weighed.prior() if weighed.groups else weighed.samples
        alone = _outcome(weighed, bare, only)
        adds = _difference(everything, ratios, _outcome(weighed, weighed.samples, others), others)
        name = f"{GroupKind.REPORTS.value}/{report.source_id}"
        rows.append(_row(name, GroupKind.REPORTS, weighed.report_names[k], (report.id,), (_db(alone), adds)))
        alones.append(_outcome(weighed, bare, [_middle(r) for r in only]))
    ledger = Ledger(
        own_db=_range(_db(own)), all_db=_range(_db(everything)), groups=tuple(rows), conflicts=_conflicts(rows)
    )
    return ledger, ach_table(weighed.claim, weighed.hypotheses, [(r.id, r.text) for r in rows], alones)


Ratios = Sequence[tuple[float, float]]


def _outcome(weighed: Weighed, samples: Sequence[Weighted], ratios: Ratios) -> Outcome | None:
    """The outcome, if enough effective histories carry it."""
    found = outcome(weighed.claim, weighed.hypotheses, samples, ratios, weighed.thresholds, work=weighed.work)
    return found if found and found.effective >= weighed.thresholds.min_effective_hits else None


def _middle(ratio: tuple[float, float]) -> tuple[float, float]:
    """One weight in place of a range, in the middle of its logarithm."""
    return (float(np.sqrt(ratio[0] * ratio[1])),) * 2


def _reweighted(weighed: Weighed, k: int, silent: Ratios, *, without: bool) -> Outcome | None:
    """The outcome by one group, or by all but it, of looks and AIS."""

    def turned(samples: Sequence[Weighted]) -> list[Weighted]:
        rows = [s.without[k] if without else s.only[k] for s in samples]
        return [replace(s, log_looks=s.log_looks + row) for s, row in zip(samples, rows, strict=True)]

    found = _outcome(weighed, turned(weighed.samples), silent)
    return found or _outcome(weighed, turned(weighed.prior()), silent)


def _db(found: Outcome | None) -> NDArray[np.float64] | None:
    """Weight of evidence at every corner."""
    factors = None if found is None else bayes_factors(found.before, found.after)
    return None if factors is None else np.asarray(10 * np.log10(factors))


def _difference(
    all_of: Outcome | None, ratios: Ratios, rest: Outcome | None, others: Ratios
) -> NDArray[np.float64] | None:
    """What is lost at every corner; a left-out report stands in `others` with one weight instead of two."""
    whole, part = _db(all_of), _db(rest)
    if whole is None or part is None:
        return None
    shaped = [w.reshape(*(len(set(r)) for r in at), -1) for w, at in ((whole, ratios), (part, others))]
    return np.asarray((shaped[0] - shaped[1]).reshape(-1))


def _range(db: NDArray[np.float64] | None) -> Range | None:
    if db is None:
        return None
    db = np.where(np.abs(db) < NO_DB, 0.0, db)
    return Range(float(db.min()), float(db.max()))


def _row(
    name: str,
    kind: GroupKind,
    text: str,
    evidence: tuple[str, ...],
    weights: tuple[NDArray[np.float64] | None, NDArray[np.float64] | None],
) -> GroupWeight:
    alone, adds = (_range(w) for w in weights)
    missing = [word for word, w in (("alone", alone), ("when left out", adds)) if w is None]
    why = f"{' and '.join(missing)}: {TOO_FEW}" if missing else ""
    return GroupWeight(id=name, kind=kind, text=text, evidence=evidence, alone_db=alone, adds_db=adds, why=why)


def _conflicts(rows: Sequence[GroupWeight]) -> tuple[str, ...]:
    """Pairs of groups of which one speaks clearly for the claim and the other clearly against it."""
    known = [(r.text, r.alone_db) for r in rows if r.alone_db]
    pro = [(t, w) for t, w in known if w.low >= CONFLICT_DB]
    contra = [(t, w) for t, w in known if w.high <= -CONFLICT_DB]
    return tuple(
        f"{t} speak for it ({_signed(w)}), {u} against it ({_signed(v)})" for (t, w), (u, v) in product(pro, contra)
    )


def _signed(db: Range) -> str:
    low, high = f"{db.low:+.0f}", f"{db.high:+.0f}"
    return f"{low} dB" if low == high else f"{low} to {high} dB"
