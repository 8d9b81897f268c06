"""Which of the vessels that a case names are left over for each ship seen: by AIS, told apart from what pixels say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.ais import read_ais
from roadstead.case import Case
from roadstead.identify import (
    WITHIN_H,
    Absence,
    AisFact,
    AisState,
    Elimination,
    Reports,
    Whereabouts,
    eliminate,
    excluded,
    size_agrees,
)
from roadstead.model import InputError, Sighting, TimeSpan
from roadstead.pipeline.radio import ais_files
from roadstead.steps import sha256_file, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from roadstead.model import Detection, Participant
    from roadstead.pipeline.gathering import Gathered
    from roadstead.pipeline.radio import AisFacts
    from roadstead.steps import StepCache

LONGEST_H = 24.0
"""an image whose time is known less well eliminates nobody"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One ship seen, as a place and a time."""

    detection_id: str
    lon_deg: float
    lat_deg: float
    time: TimeSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The AIS files of a case, the ships seen, and the vessels that could be them."""

    files: tuple[tuple[Path, str], ...]
    """with their SHA-256, sorted by name"""
    seen: tuple[Seen, ...]
    fastest_kn: tuple[tuple[str, float], ...]
    """MMSI and greatest speed of each vessel, sorted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A vessel whose AIS keeps it from having been a ship seen."""

    detection_id: str
    mmsi: str
    absence: Absence


@dataclass(frozen=True, slots=True)
class ElsewhereStep:
    """The `Step` that reads where the vessels of a roster were around each image."""

    name: str = "elsewhere"
    version: int = 1

    def inputs(self, value: Sought) -> dict[str, Any]:
        """Files by name and content, places, times and vessels."""
        return {
            "files": [[path.name, sha256] for path, sha256 in value.files],
            "seen": to_plain(value.seen),
            "fastest_kn": to_plain(value.fastest_kn),
        }

    def run(self, value: Sought) -> tuple[Away, ...]:
        """Who was elsewhere, sorted; what cannot be read is named by the AIS step."""
        around = timedelta(hours=WITHIN_H)
        read = read_ais(
            [path for path, _ in value.files],
            span=TimeSpan(min(s.time.start for s in value.seen) - around, max(s.time.end for s in value.seen) + around),
            mmsis=[mmsi for mmsi, _ in value.fastest_kn],
        )
        fastest = dict(value.fastest_kn)
        found = (_away(s, r, fastest[r.mmsi]) for r in map(Reports.of, read.tracks) for s in value.seen)
        return tuple(sorted((a for a in found if a is not None), key=lambda a: (a.detection_id, a.mmsi)))


def _away(seen: Seen, reports: Reports, fastest_kn: float) -> Away | None:
    absence = excluded(reports, seen.lon_deg, seen.lat_deg, seen.time, fastest_kn)
    return None if absence is None else Away(detection_id=seen.detection_id, mmsi=reports.mmsi, absence=absence)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What is known of the vessels that a case names."""

    case: Case
    marked: tuple[Sighting, ...]
    """by analysts"""
    facts: Mapping[str, tuple[AisFact, ...]]
    """of all ships of an image, by the scene's id"""
    away: Mapping[tuple[str, str], Absence]
    """by the ship seen and the vessel's number"""


def eliminations(case: Case, gathered: Gathered, ais: AisFacts, cache: StepCache) -> dict[str, Elimination]:
    """What the roster that a case names leaves of each ship seen, by its id.

    Only ships with a place, a length and a time known to a day, to which the size of some vessel that the case names
    agrees. Nobody is contacted.
    """
    ships = [(at.look.site_id, d) for at in gathered.at_sites for d in at.detections if _asked(case, d)]
    facts: dict[str, tuple[AisFact, ...]] = {}
    for at in ais.at_sites:
        facts[at.scene_id] = (*facts.get(at.scene_id, ()), *at.facts)
    known = _Context(
        case=case,
        marked=tuple(gathered.marked),
        facts=facts,
        away=_elsewhere(case, [d for _, d in ships], cache),
    )
    return {d.id: _eliminated(known, d, site_id) for site_id, d in ships}


def _asked(case: Case, d: Detection) -> bool:
    known = d.outline is not None and d.length_m is not None and d.time is not None and d.time.hours() <= LONGEST_H
    return known and any(size_agrees(d, v) for v in case.vessels)


def _elsewhere(case: Case, ships: Sequence[Detection], cache: StepCache) -> dict[tuple[str, str], Absence]:
    fastest: dict[str, float] = {}
    for vessel in case.vessels:
        if vessel.mmsi:
            fastest[vessel.mmsi] = max(vessel.speed_kn.high, fastest.get(vessel.mmsi, 0.0))
    try:
        files = tuple((path, sha256_file(path)) for path in ais_files(case.folder))
    except (OSError, InputError):
        return {}
    if not (files and ships and fastest):
        return {}
    sought = Sought(files=files, seen=tuple(_seen(ships)), fastest_kn=tuple(sorted(fastest.items())))
    away = cache.run(ElsewhereStep(), sought, tuple[Away, ...], item=case.id)
    return {(a.detection_id, a.mmsi): a.absence for a in away}


def _seen(ships: Iterable[Detection]) -> Iterator[Seen]:
    for d in ships:
        if d.outline is not None and d.time is not None:
            middle = d.outline.centroid
            # To a metre, so that a detection read back from the cache asks the same.
            lon, lat = round(middle.x, 5), round(middle.y, 5)
            yield Seen(detection_id=d.id, lon_deg=lon, lat_deg=lat, time=d.time)


def _eliminated(known: _Context, d: Detection, site_id: str) -> Elimination:
    case = known.case
    here = [v for v in case.vessels if size_agrees(d, v)]
    own = next((f for f in known.facts.get(d.scene_id, ()) if f.detection_id == d.id), None)
    return eliminate(
        (_whereabouts(known, d, site_id, v) for v in here),
        others=len(case.vessels) - len(here),
        foreign=_foreign(own, case.vessels),
    )


def _whereabouts(known: _Context, d: Detection, site_id: str, vessel: Participant) -> Whereabouts:
    absence = known.away.get((d.id, vessel.mmsi))
    elsewhere, basis, apart = "", "", _marked_elsewhere(known, d, site_id, vessel)
    if absence and absence.doubt:
        apart.append(f"its AIS would place it {absence.elsewhere}, but is in doubt: {absence.doubt}")
    elif absence:
        elsewhere, basis = absence.elsewhere, absence.basis
    else:
        elsewhere, basis = _other_ship(known, d, vessel)
    if any(f.detection_id == d.id for f in _sure(known, d, vessel)):
        apart.append("AIS under its number fits this ship")
    return Whereabouts(vessel_id=vessel.id, name=vessel.name, elsewhere=elsewhere, basis=basis, apart=tuple(apart))


def _sure(known: _Context, d: Detection, vessel: Participant) -> list[AisFact]:
    """Ships of the same image that the vessel's AIS fits, and no other's nearly as well."""
    facts = known.facts.get(d.scene_id, ())
    return [f for f in facts if vessel.mmsi and f.mmsi == vessel.mmsi and f.state is AisState.MATCHED and not f.also]


def _other_ship(known: _Context, d: Detection, vessel: Participant) -> tuple[str, str]:
    """Another ship of the same image that the vessel's AIS fits, and on what that rests; both empty for none."""
    for fact in _sure(known, d, vessel):
        if fact.detection_id != d.id:
            ratio = f"{fact.likelihood_ratio:g} times likelier than an unrelated ship"
            return f"another ship of this image, {fact.detection_id}", f"AIS under its number fits that one, {ratio}"
    return "", ""


def _marked_elsewhere(known: _Context, d: Detection, site_id: str, vessel: Participant) -> list[str]:
    """Marks by analysts that name the vessel at another site while the image was taken."""
    sites = {s.id: s.name for s in known.case.sites}
    return [
        f"{s.text or 'an unnamed analyst'} marks it at {sites.get(s.site_id, s.site_id)} at that time"
        for s in known.marked
        if vessel.id in s.vessel_ids and s.site_id != site_id and d.time is not None and s.time.overlaps(d.time)
    ]


def _foreign(fact: AisFact | None, vessels: Iterable[Participant]) -> str:
    """A ship outside the roster whose AIS fits the one seen."""
    if fact is None or fact.state is not AisState.MATCHED or fact.mmsi in {v.mmsi for v in vessels}:
        return ""
    return f"AIS of {fact.name or 'a ship without a name'} (MMSI {fact.mmsi}) fits this ship"
