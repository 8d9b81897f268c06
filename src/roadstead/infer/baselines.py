"""How often ships of a kind are at a place when nothing is claimed: counted in looks outside the claims' windows.

Counted are usable looks of the twelve months before each window, and of the same weeks of earlier years; where no
claim names the place, all of them. Looks a
few hours apart show the same ships; the interval takes them for independent and is too narrow by that much.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shapely import transform

from roadstead.coverage import jeffreys
from roadstead.geo import local_plane
from roadstead.model import Detection, Look, Range, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.model import Site

LIKE_LENGTH = 0.15
"""ships of like size: within this share of the length, and within two sigma of what was measured"""
SAME_WEEKS = timedelta(days=21)
YEAR = timedelta(days=365)
YEARS_BACK = 9
NEAR_BERTH_M = 150.0
SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring"} | {
    6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn",
}  # fmt: skip
"""of the northern hemisphere; turned by half a year south of the equator"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Looks with and without ships of like size."""

    looks: int
    with_ships: int
    ships: int
    """ships of like size in all of these looks together"""

    @property
    def rate(self) -> Range | None:
        """90 % interval (Jeffreys) of the share of looks with such a ship; None without looks."""
        return Range(*jeffreys(self.with_ships, self.looks)) if self.looks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the looks outside the claims' windows show of one site."""

    site_id: str
    length_m: Range
    """lengths that count as like size"""
    at_berths: bool
    """whether only ships near the site's berths were counted, since the case draws them"""
    whole: Tally
    """every look that counts; the two below may share looks"""
    last_year: Tally
    """of the twelve months before each window; without windows nothing"""
    same_weeks: Tally
    """of the same weeks of earlier years; without windows nothing"""
    seasons: tuple[tuple[str, Tally], ...]
    unmeasured: int
    """ships found whose length could not be measured; not counted"""


def baseline(
    site: Site, looks: Sequence[tuple[Look, Sequence[Detection]]], windows: Sequence[TimeSpan], length_m: float
) -> Baseline:
    """Count ships of like size in usable looks outside the claims' windows.

    Args:
        site: the place; where berths are drawn, only ships within 150 m of them count.
        looks: usable looks at this site with what was found.
        windows: windows of every claim about this site; looks inside any of them are left out.
        length_m: length overall of the ships in question, metres.
    """
    like = Range(length_m * (1 - LIKE_LENGTH), length_m * (1 + LIKE_LENGTH))
    last_year, same_weeks = _last_years(windows), _same_weeks(windows)
    counted: list[tuple[Look, int]] = []
    unmeasured = 0
    for look, found in looks:
        if look.time is None or any(look.time.overlaps(w) for w in windows):
            continue
        if windows and not _within(look, (*last_year, *same_weeks)):
            continue
        counted.append((look, sum(_like(d, like) and _at_berth(d, site) for d in found)))
        unmeasured += sum(d.length_m is None for d in found)
    return Baseline(
        site_id=site.id,
        length_m=like,
        at_berths=bool(site.berths),
        whole=_tally(counted),
        last_year=_tally((k, n) for k, n in counted if _within(k, last_year)),
        same_weeks=_tally((k, n) for k, n in counted if _within(k, same_weeks)),
        seasons=_by_season(site, counted),
        unmeasured=unmeasured,
    )


def _within(look: Look, spans: Sequence[TimeSpan]) -> bool:
    return look.time is not None and any(look.time.within(s) for s in spans)


def _last_years(windows: Sequence[TimeSpan]) -> tuple[TimeSpan, ...]:
    """The twelve months before each window."""
    return tuple(TimeSpan(w.start - YEAR, w.start) for w in windows)


def _same_weeks(windows: Sequence[TimeSpan]) -> tuple[TimeSpan, ...]:
    """The weeks around each window in the nine years before it; of a window over a year long, its first year."""
    spans = []
    for window in windows:
        end = min(window.end, window.start + YEAR)
        for years in range(1, YEARS_BACK + 1):
            back = timedelta(days=round(365.25 * years))
            spans.append(TimeSpan(window.start - back - SAME_WEEKS, end - back + SAME_WEEKS))
    return tuple(spans)


def _like(found: Detection, like: Range) -> bool:
    if found.length_m is None:
        return False
    margin = 2 * found.length_m.sigma
    return like.low - margin <= found.length_m.value <= like.high + margin


def _at_berth(found: Detection, site: Site) -> bool:
    if not site.berths or found.outline is None:
        return True
    to_metres = local_plane(site.lon_deg, site.lat_deg).transform
    hull = transform(found.outline, to_metres, interleaved=False)
    return any(hull.distance(transform(b, to_metres, interleaved=False)) <= NEAR_BERTH_M for b in site.berths)


def _tally(counted: Iterable[tuple[Look, int]]) -> Tally:
    counts = [n for _, n in counted]
    return Tally(looks=len(counts), with_ships=sum(n > 0 for n in counts), ships=sum(counts))


def _by_season(site: Site, counted: Iterable[tuple[Look, int]]) -> tuple[tuple[str, Tally], ...]:
    groups: dict[str, list[tuple[Look, int]]] = defaultdict(list)
    for look, n in counted:
        if look.time is not None:
            month = look.time.middle.month if site.lat_deg >= 0 else (look.time.middle.month + 5) % 12 + 1
            groups[SEASONS[month]].append((look, n))
    return tuple((s, _tally(groups[s])) for s in ("winter", "spring", "summer", "autumn") if s in groups)
