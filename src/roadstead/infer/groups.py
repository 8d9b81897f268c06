"""Looks by groups: what each group alone, and all without it, would say of histories that were drawn given all.

A history's weight holds p(all looks | history). Divided by it and multiplied by p(a part of the looks | history), the
same histories stand for the posterior of that part (importance reweighting: Robert and Casella 2004, Monte Carlo
Statistical Methods, ch. 14.3); how many effective ones are left says whether they may. Sites are independent of each
other once it is known where the vessels are; looks of one site share its traffic and its detectability, so that they
are weighed together with and without the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.infer.marginal import SiteLooks, log_marginal
from roadstead.model import GroupKind, Modality

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.infer.looks import Observed, Sums

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Evidence that is weighed, and left out, together."""

    kind: GroupKind
    site_id: str = ""
    modality: Modality | None = None
    vessel_id: str = ""
    """of AIS"""
    evidence: tuple[str, ...]
    """ids of scenes, sorted; of AIS the vessel"""

    @property
    def id(self) -> str:
        """Stable name: `looks/dunai/sar`."""
        return "/".join((self.kind.value, *filter(None, (self.site_id, self.modality or "", self.vessel_id))))

    def holds(self, observed: Observed) -> bool:
        """Whether a look belongs to it."""
        return (observed.look.site_id, observed.look.modality) == (self.site_id, self.modality)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Tables of one group: alone, and the rest of its site."""

    group: Group
    site: SiteLooks
    alone: SiteLooks
    rest: SiteLooks | None
    """None: the site was looked at by this group only"""


def look_groups(observed: Sequence[Observed]) -> tuple[Group, ...]:
    """The looks by site and kind of sensor, sorted by their ids."""
    keys = sorted({(o.look.site_id, o.look.modality.value) for o in observed})
    return tuple(
        Group(
            kind=GroupKind.LOOKS,
            site_id=site,
            modality=Modality(modality),
            evidence=tuple(sorted({o.look.scene_id for o in observed if _key(o) == (site, modality)})),
        )
        for site, modality in keys
    )


def _key(observed: Observed) -> tuple[str, str]:
    return observed.look.site_id, observed.look.modality.value


def apart(
    pairs: Sequence[tuple[Observed, Sums]],
    sites: tuple[str, ...],
    looks: Sequence[SiteLooks],
    prepared: Callable[[Sequence[tuple[Observed, Sums]]], tuple[SiteLooks, ...]],
) -> tuple[Apart, ...]:
    """The tables of every group.

    Args:
        pairs: all looks with their matching sums.
        sites: site ids in the histories' order.
        looks: tables of all looks.
        prepared: `prepare` with everything but the looks filled in.
    """
    whole = {sites[here.site]: here for here in looks}
    out = []
    for group in look_groups([o for o, _ in pairs if o.look.site_id in whole]):
        inside = [p for p in pairs if group.holds(p[0])]
        outside = [p for p in pairs if p[0].look.site_id == group.site_id and not group.holds(p[0])]
        alone, rest = prepared(inside), prepared(outside)
        site = whole[group.site_id]
        if alone:
            # The same tables keep what was worked out already.
            out.append(Apart(group=group, site=site, alone=alone[0] if rest else site, rest=rest[0] if rest else None))
    return tuple(out)


def split_logs(
    parts: Sequence[Apart], looks: Sequence[SiteLooks], place: NDArray[np.int8], positions: Sequence[Floats] = ()
) -> tuple[Floats, Floats]:
    """For each group log p(it alone | history) and log p(all but it | history), both less log p(all | history).

    Args:
        parts: from `apart`.
        looks: tables of all looks.
        place: shape (n, vessels, times).
        positions: log p(AIS positions | history) of each vessel that gave some, shape (n,); groups after the looks.

    Returns:
        Two arrays of shape (groups, n).
    """
    by_site = {here.site: log_marginal((here,), place) for here in looks}
    everything = sum((*by_site.values(), *positions), np.zeros(place.shape[0]))
    only, without = [], []
    for part in parts:
        site = by_site[part.site.site]
        only.append((site if part.rest is None else log_marginal((part.alone,), place)) - everything)
        without.append((0.0 if part.rest is None else log_marginal((part.rest,), place)) - site)
    for said in positions:
        only.append(said - everything)
        without.append(-said)
    shape = (len(only), place.shape[0])
    return np.array(only).reshape(shape), np.array(without).reshape(shape)
