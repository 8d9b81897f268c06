"""Satellites whose passes can be predicted: each mission joined with the element sets that stand its checks.

An element set is believed where it agrees with what is known of its mission: catalogue number and name, dates of
service, inclination, mean local time of the ascending node, and a ground track that closes after the repeat cycle.
The limits are wide against what stations keep (nodes within minutes, tracks within kilometres) and narrow against
what a wrong, stale or invented set shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from roadstead.geo import ElementSet, closure_km, earth_fixed, node_local_time_h, read_elements, track_offset
from roadstead.library import Mission, Orbit, mission, missions, read_missions, shipped_elements
from roadstead.model import Modality, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

INCLINATION_WITHIN_DEG = 0.15
NODE_WITHIN_H = 0.25
CLOSURE_WITHIN_KM = 100.0
"""after one repeat cycle centred on the epoch; half of it, 7 s of flight, is the worst error at the cycle's ends"""
ACROSS_WITHIN_KM = 30.0
ALONG_WITHIN_S = 120.0
"""beside and along the track of shipped elements of the same satellite; its clock drifts, its track does not"""
KEEPER_MAX_AGE = timedelta(days=5 * 365.25)
"""how far from its epoch an element set serves where the ground track is kept"""
DRIFTER_MAX_AGE = timedelta(days=14)
"""and where it is not"""

_FOLDER = "orbits"
_OWN_MISSIONS = "satellites.toml"
_ELEMENT_FILES = {".tle", ".txt", ".json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Satellite:
    """One satellite with the element sets that may be used for it."""

    id: str
    """mission id, `sentinel-1a`: the platform as STAC writes it"""
    name: str
    modality: Modality
    orbit: Orbit
    mission: Mission
    """its entry in the library, or in the case's own file"""
    own_sets: tuple[ElementSet, ...]
    """of the case folder, in order of epoch; used wherever they are near enough in time"""
    shipped_sets: tuple[ElementSet, ...]
    """of the package, in order of epoch; used where no own set is near enough"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Satellites:
    """All satellites of known orbit, and what was refused."""

    satellites: tuple[Satellite, ...]
    """sorted by id; those without elements too"""
    losses: tuple[str, ...]
    """one sentence per file, entry or element set that cannot be used, with the reason"""


def elements_of(folder: Path | None) -> Satellites:
    """Satellites that the library knows, and those of a case folder, with the element sets that stand their checks.

    Read from the folder are `orbits/satellites.toml` (entries as in the library's `missions.toml`; the same id
    replaces an entry) and every `.tle`, `.txt` and `.json` file in `orbits/`. A satellite's own sets from the folder
    are used instead of the shipped ones.

    Args:
        folder: a case folder; None: only what is shipped.
    """
    losses: list[str] = []
    known = {m.id: m for m in missions() if m.orbit is not None}
    own: list[ElementSet] = []
    if folder is not None and (folder / _FOLDER).is_dir():
        known.update(_own_missions(folder / _FOLDER / _OWN_MISSIONS, losses))
        for path in _element_files(folder / _FOLDER, losses):
            own += _known_sets(path, known, losses)
    shipped = _checked(shipped_elements(), known, {}, losses)
    checked = _checked(own, known, shipped, losses)
    satellites = (
        Satellite(
            id=m.id,
            name=m.name,
            modality=m.modality,
            orbit=m.orbit,
            mission=m,
            own_sets=checked.get(m.id, ()),
            shipped_sets=shipped.get(m.id, ()),
        )
        for m in sorted(known.values(), key=lambda m: m.id)
        if m.orbit is not None
    )
    return Satellites(satellites=tuple(satellites), losses=tuple(losses))


def _own_missions(path: Path, losses: list[str]) -> dict[str, Mission]:
    if not path.is_file():
        return {}
    where = f"{_FOLDER}/{path.name}"
    found, said = read_missions(path, where)
    losses += said
    losses += [
        f"{where}: {m.id} has no [missions.orbit] table, so its passes are not computed; add one"
        for m in found
        if not m.orbit
    ]
    return {m.id: m for m in found if m.orbit is not None}


def _element_files(folder: Path, losses: list[str]) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix.lower() in _ELEMENT_FILES)
    except OSError as error:
        losses.append(f"{_FOLDER}: cannot be listed ({error.strerror}); check the folder and its permissions")
        return []


def _known_sets(path: Path, known: dict[str, Mission], losses: list[str]) -> list[ElementSet]:
    """Element sets of one file that belong to known satellites; others are counted in one sentence."""
    where = f"{_FOLDER}/{path.name}"
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        losses.append(f"{where}: cannot be read ({error.strerror}); check the file and its permissions")
        return []
    found, said = read_elements(text, where)
    losses += said
    numbers = {m.orbit.norad_id for m in known.values() if m.orbit}
    strange = [e for e in found if e.norad_id not in numbers]
    if strange:
        which = ", ".join(f"{e.norad_id} {e.name}".strip() for e in strange[:3])
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        losses.append(
            f"{where}: catalogue number {which}{more} belongs to no satellite whose orbit is known; "
            f"describe it in {_FOLDER}/{_OWN_MISSIONS} to have its passes"
        )
    return [e for e in found if e.norad_id in numbers]


def _checked(
    sets: Iterable[ElementSet],
    known: dict[str, Mission],
    trusted: dict[str, tuple[ElementSet, ...]],
    losses: list[str],
) -> dict[str, tuple[ElementSet, ...]]:
    """Sets that stand their mission's checks, by mission and in order of epoch; one set for each epoch."""
    table: dict[str, dict[str, ElementSet]] = {}
    for elements in sets:
        for owner in known.values():
            if owner.orbit is None or owner.orbit.norad_id != elements.norad_id:
                continue
            reason = refusal(elements, owner, trusted.get(owner.id, ()))
            if reason:
                losses.append(f"{elements.where}: elements of {owner.name} refused: {reason}")
            else:
                table.setdefault(owner.id, {}).setdefault(iso(elements.epoch), elements)
    return {key: tuple(sorted(found.values(), key=lambda e: e.epoch)) for key, found in table.items()}


def refusal(elements: ElementSet, owner: Mission, trusted: Sequence[ElementSet] = ()) -> str:
    """Why an element set cannot be one of this mission in service; empty where nothing speaks against it.

    Args:
        elements: the set.
        owner: the mission of its catalogue number.
        trusted: sets of the mission that passed already; the new one must fly along their track.
    """
    orbit = owner.orbit
    if orbit is None:
        return "nothing is known of its orbit"
    named = mission(elements.name)
    if named is not None and named.orbit is not None and named.id != owner.id:
        return f"the set is named {elements.name} but carries the catalogue number of {owner.name}"
    day = elements.epoch.date()
    if day < orbit.track_start or (orbit.track_end is not None and day > orbit.track_end):
        return f"its epoch {day} lies outside the time on this ground track, {_service(orbit)}"
    off = abs(elements.inclination_deg - orbit.inclination_deg)
    if off > INCLINATION_WITHIN_DEG:
        return (
            f"inclination {elements.inclination_deg:.2f} degrees, the satellite flies at {orbit.inclination_deg:.2f} "
            f"+- {INCLINATION_WITHIN_DEG:g}"
        )
    return _node_refusal(elements, orbit) or _track_refusal(elements, orbit) or _slot_refusal(elements, orbit, trusted)


def _service(orbit: Orbit) -> str:
    return f"{orbit.track_start} to {orbit.track_end}" if orbit.track_end else f"since {orbit.track_start}"


def _node_refusal(elements: ElementSet, orbit: Orbit) -> str:
    if orbit.node_local_h is None:
        return ""
    local = node_local_time_h(elements)
    if abs((local - orbit.node_local_h + 12) % 24 - 12) <= NODE_WITHIN_H:
        return ""
    return (
        f"its ascending node is at {_clock(local)} mean local time, the satellite's at {_clock(orbit.node_local_h)} "
        f"+- {NODE_WITHIN_H * 60:.0f} min"
    )


def _clock(hours: float) -> str:
    minutes = round(hours * 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _track_refusal(elements: ElementSet, orbit: Orbit) -> str:
    """Whether the satellite stays up as long as the set is used, and comes back over its track."""
    days = orbit.repeat.days / 2 if orbit.repeat else DRIFTER_MAX_AGE.days
    ends, _ = earth_fixed(elements, np.array([-days, 0.0, days]) * 86400.0)
    if not np.isfinite(ends).all():
        return f"SGP4 cannot follow it for {days:g} days around its epoch: it decays"
    if orbit.repeat is None:
        return ""
    off = closure_km(elements, orbit.repeat)
    if off <= CLOSURE_WITHIN_KM:
        return ""
    return (
        f"mean motion {elements.mean_motion_rev_day:.5f} a day leaves it {off:.0f} km from its track after the repeat "
        f"cycle of {orbit.repeat.days} days and {orbit.repeat.orbits} orbits; at most {CLOSURE_WITHIN_KM:.0f} km"
    )


def _slot_refusal(elements: ElementSet, orbit: Orbit, trusted: Sequence[ElementSet]) -> str:
    """Whether it flies along the track that trusted sets of this satellite give: a closed one may lie elsewhere."""
    if orbit.repeat is None:
        return ""
    for other in trusted:
        across_km, along_s = track_offset(elements, other, orbit.repeat)
        if not (across_km <= ACROSS_WITHIN_KM and abs(along_s) <= ALONG_WITHIN_S):
            return (
                f"it flies {across_km:.0f} km beside and {abs(along_s):.0f} s off the place where {other.where} has "
                f"this satellite; at most {ACROSS_WITHIN_KM:.0f} km and {ALONG_WITHIN_S:.0f} s"
            )
    return ""
