"""AIS against the truth: whether each position is matched with the detection of the ship that sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely.geometry import Point

from roadstead.ais import interpolate, read_ais
from roadstead.coverage import usable
from roadstead.exercise.score import paired
from roadstead.geo import great_circle_km
from roadstead.identify import AisState
from roadstead.simulate import null_island

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from roadstead.ais import Track
    from roadstead.exercise.truth import Truth
    from roadstead.pipeline import AisAtSite, AisFacts, Gathered, SceneAtSite

NEAREST_M = 1000.0
"""nearest-neighbour matching takes no detection further away"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How one way of matching did."""

    right: int
    """positions matched with the detection of the ship that sent them"""
    wrong: int
    """positions matched with another one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisScore:
    """AIS positions at the moments of usable images and what they were matched with.

    Those inside the areas, and those a little outside that were matched with a detection inside.
    """

    positions: int
    false_positions: int
    """of ships that were elsewhere"""
    found: int
    """of ships that were there and that a detection shows: those could be matched"""
    likelihood: Matching
    """as the product matches"""
    nearest: Matching
    """with the nearest detection to the position interpolated in time, for comparison"""
    matched: int
    """detections by what AIS says of them"""
    unmatched: int
    silent: int

    def share(self, way: Matching) -> float | None:
        """Share of the positions that could be matched that were matched rightly; None without any."""
        return way.right / self.found if self.found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    there: bool
    own: str
    """id of the detection of the ship that sent it; empty: none shows it"""
    likelihood: str
    """ids of the detections that it was matched with; empty: with none"""
    nearest: str


def ais_score(truth: Truth, files: Sequence[Path], gathered: Gathered, facts: AisFacts) -> AisScore | None:
    """Compare matches with the truth; None where the case has no AIS.

    Args:
        truth: the exercise.
        files: AIS files of its case.
        gathered: looks and detections.
        facts: what AIS was found to say of them.
    """
    if not files or not facts.at_sites:
        return None
    tracks = read_ais(list(files)).tracks
    said = {(a.scene_id, a.site_id): a for a in facts.at_sites}
    seen = [at for at in gathered.at_sites if usable(at.look) and (at.look.scene_id, at.look.site_id) in said]
    positions = [p for at in seen for p in _positions(truth, at, tracks, said[at.look.scene_id, at.look.site_id])]
    found = [p for p in positions if p.own]
    states = [f.state for a in facts.at_sites for f in a.facts]
    return AisScore(
        positions=len(positions),
        false_positions=sum(not p.there for p in positions),
        found=len(found),
        likelihood=_matching([(p.own, p.likelihood) for p in positions]),
        nearest=_matching([(p.own, p.nearest) for p in positions]),
        matched=states.count(AisState.MATCHED),
        unmatched=states.count(AisState.UNMATCHED),
        silent=states.count(AisState.SILENT),
    )


def _matching(pairs: Sequence[tuple[str, str]]) -> Matching:
    """Of the ids of own and matched detections."""
    return Matching(
        right=sum(bool(own) and own == matched for own, matched in pairs),
        wrong=sum(bool(matched) and own != matched for own, matched in pairs),
    )


def _positions(truth: Truth, at: SceneAtSite, tracks: Sequence[Track], said: AisAtSite) -> Iterator[_Position]:
    """Every position inside the area at the moment of a look, and every one that was matched there."""
    if at.look.time is None:
        return
    area, t = null_island(at.look.site_id).aoi, at.look.time.middle
    pairs = paired(truth, at)
    there = {truth.ship(p.ship.vessel_id).mmsi for p in pairs if p.ship}
    own = {truth.ship(p.ship.vessel_id).mmsi: p.detection.id for p in pairs if p.ship and p.detection}
    matched = {f.mmsi: f.detection_id for f in said.facts if f.state is AisState.MATCHED}
    for track in tracks:
        fix = interpolate(track, t)
        if fix is not None and (track.mmsi in matched or area.contains(Point(fix.lon_deg, fix.lat_deg))):
            yield _Position(
                there=track.mmsi in there,
                own=own.get(track.mmsi, ""),
                likelihood=matched.get(track.mmsi, ""),
                nearest=_nearest(fix.lon_deg, fix.lat_deg, _middles(at)),
            )


def _middles(at: SceneAtSite) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the detections that have a place, by their id."""
    placed = ((d.id, d.outline.centroid) for d in at.detections if d.outline is not None)
    return {i: (middle.x, middle.y) for i, middle in placed}


def _nearest(lon_deg: float, lat_deg: float, middles: Mapping[str, tuple[float, float]]) -> str:
    apart = sorted((1000 * great_circle_km(lon_deg, lat_deg, *place), i) for i, place in middles.items())
    return apart[0][1] if apart and apart[0][0] <= NEAREST_M else ""
