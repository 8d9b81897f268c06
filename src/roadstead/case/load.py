"""Reading a case folder. A mistake in one entry leaves that entry out; the rest of the case is still read."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead import library
from roadstead.case import build
from roadstead.case.case import Case, CaseSea, Routine, SiteTraffic, require_folder
from roadstead.case.compose import composed_claim
from roadstead.case.problems import TomlFile
from roadstead.case.schema import (
    CaseFile,
    ClaimEntry,
    ComposedEntry,
    HypothesisEntry,
    ReportedFile,
    SeaEntry,
    SightingEntry,
    SiteEntry,
    SourceEntry,
    VesselEntry,
)
from roadstead.model import (
    CaseError,
    Claim,
    ClaimKind,
    Hypothesis,
    InputError,
    Participant,
    Range,
    SeaKind,
    Sighting,
    Site,
    Source,
    Thresholds,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import BaseModel

    from roadstead.case.locate import Path as KeyPath

DEFAULT_HYPOTHESES = (
    ("wrong-port", "true, but to or at another port", "wrong-port", (0.5, 1.5)),
    ("wrong-date", "true, but at another time, or the images are misdated", "wrong-date", (0.5, 1.5)),
    ("wrong-ships", "true, but of other ships, or of another number", "routine", (0.3, 1.0)),
    ("other-means", "what was carried travelled by other means: merchant ship, rail, air", "routine", (0.2, 0.8)),
    ("exercise", "the ships were out for an exercise", "routine", (0.1, 0.5)),
    ("routine", "the ships moved as they always do", "routine", (0.5, 2.0)),
    ("staged", "staged, or invented by a source", "routine", (0.05, 0.3)),
    ("none-of-these", "none of these", "routine", (0.2, 0.6)),
)
"""another cargo competes wherever images cannot show the cargo: `assess.priors` adds it"""
T = TypeVar("T")


def load_case(folder: Path) -> Case:
    """Read case.toml and reported.toml of a case folder.

    Raises:
        InputError: there is no such case.
        CaseError: the file cannot be read at all, or nothing usable is left of it; entries with mistakes
            are otherwise left out and named in `Case.mistakes`.
    """
    file = TomlFile(require_folder(folder) / "case.toml")
    head = file.check_leniently(CaseFile, file.data)
    # an embargo that cannot be read must not be left out like a lesser entry
    if head is None or (head.embargo_until is None and "embargo_until" in file.data):
        raise _combined(file)
    known, site_traffic = _places_and_actors(file, head)
    stated = [_in_window(c, file.data.get("window")) for c in head.claims]
    claims = _claims(file, stated, known, file.data.get("window"))
    hypotheses = [build.hypothesis(e) for _, e in file.entries(HypothesisEntry, "hypotheses", head.hypotheses)]
    reported, report_problems = _reported(folder, known, file.lost)
    if not claims and file.problems:
        raise _combined(file)
    return Case(
        id=head.id,
        title=head.title,
        summary=head.summary,
        folder=folder,
        seed=head.seed,
        sites=tuple(known.sites.values()),
        traffic=site_traffic,
        vessels=tuple(known.vessels.values()),
        sources=tuple(known.sources.values()),
        claims=tuple(claims),
        hypotheses=tuple(hypotheses) or _default_hypotheses(),
        routine=Routine(
            home_days=Range(*head.routine.home_days),
            away_days=Range(*head.routine.away_days),
            reason=head.routine.reason,
        ),
        thresholds=Thresholds(**head.thresholds.model_dump()),
        sea=_sea(head.sea),
        images=(*((folder / i) for i in head.images), *_fetched(folder)),
        reported=reported,
        simulated=head.simulated,
        embargo_until=head.embargo_until,
        warnings=(*_emptiness(claims), *_overlaps(known), *_language_warnings(claims, reported, known)),
        mistakes=tuple(str(p) for p in (*file.problems, *report_problems)),
    )


def _sea(entry: SeaEntry | None) -> CaseSea | None:
    if entry is None:
        return None
    if entry.coastline is not None:
        return CaseSea(kind=SeaKind.COASTLINE, file=entry.coastline)
    return CaseSea(kind=SeaKind.SEA, file=entry.area) if entry.area is not None else CaseSea(kind=SeaKind.SITE)


def _fetched(folder: Path) -> tuple[Path, ...]:
    """The folder into which `fetch` reads windows of listed images, where there is one."""
    return (folder / "scenes",) if (folder / "scenes").is_dir() else ()


def _in_window(claim: dict[str, Any], window: object) -> dict[str, Any]:
    """The claim's entry, with the case's window where it states no time of its own."""
    composed = claim.get("kind") == ClaimKind.COMPOSED.value
    return claim if "when" in claim or window is None or composed else claim | {"when": window}


def _claims(file: TomlFile, stated: list[dict[str, Any]], known: build.Known, window: object) -> list[Claim]:
    """All claims in the order of the file; composed ones are built last, since they name others."""
    kinds: dict[str, type[BaseModel]] = {ClaimKind.COMPOSED.value: ComposedEntry}
    model: type[BaseModel] = ClaimEntry
    entries = file.entries(model, "claims", stated, kinds)
    made: dict[str, Claim] = {}
    for path, entry in entries:
        if isinstance(entry, ClaimEntry) and (claim := build.claim(entry, file, path, known)):
            made[claim.id] = claim
    composed = [(p, e) for p, e in entries if isinstance(e, ComposedEntry)]
    file.left_out("claim", stated, (*made, *(e.id for _, e in composed)))
    for path, entry in composed:
        if claim := composed_claim(entry, file, path, known, made, window):
            made[claim.id] = claim
    order = {str(getattr(e, "id", "")): i for i, (_, e) in enumerate(entries)}
    return sorted(made.values(), key=lambda c: order[c.id])


def _combined(file: TomlFile) -> CaseError:
    first, *rest = file.problems
    message = "\n".join([first.message, *(str(p) for p in rest)])
    return CaseError(first.file, first.line, first.key, message)


def _built(
    file: TomlFile, model: type[Any], key: str, values: list[Any], make: Callable[[Any, KeyPath], T | None]
) -> list[T]:
    made = (make(entry, path) for path, entry in file.entries(model, key, values))
    return [m for m in made if m is not None]


def _places_and_actors(file: TomlFile, head: CaseFile) -> tuple[build.Known, tuple[SiteTraffic, ...]]:
    entries = file.entries(SiteEntry, "sites", head.sites)
    sites: dict[str, Site] = {}
    for path, entry in entries:
        made = build.site(entry, file, path)
        if made:
            sites[made.id] = made
    file.left_out("site", head.sites, sites)
    traffic = tuple(t for _, e in entries if (t := build.traffic(e)) and e.id in sites)
    vessels: list[Participant] = _built(
        file, VesselEntry, "vessels", head.vessels, lambda e, p: build.vessel(e, file, p, sites)
    )
    file.left_out("vessel", head.vessels, (v.id for v in vessels))
    sources: list[Source] = [build.source(e) for _, e in file.entries(SourceEntry, "sources", head.sources)]
    file.left_out("source", head.sources, (s.id for s in sources))
    known = build.Known(sites, {v.id: v for v in vessels}, {s.id: s for s in sources}, _timezone(file, head.timezone))
    return known, traffic


def _timezone(file: TomlFile, name: str) -> str:
    try:
        zone(name)
    except InputError as error:
        file.problem(("timezone",), str(error))
        return "UTC"
    return name


def _reported(
    folder: Path, known: build.Known, lost: dict[str, set[str]]
) -> tuple[tuple[Sighting, ...], list[CaseError]]:
    path = folder / "reported.toml"
    if not path.is_file():
        return (), []
    try:
        file = TomlFile(path)
    except CaseError as error:
        return (), [error]
    file.lost = lost
    head = file.check_leniently(ReportedFile, file.data)
    if head is None:
        return (), file.problems
    made = _built(file, SightingEntry, "sightings", head.sightings, lambda e, p: build.sighting(e, file, p, known))
    return tuple(made), file.problems


def _default_hypotheses() -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(id=i, text=t, motion=m, weight=Range(*w), reason="default of the program; state your own")
        for i, t, m, w in DEFAULT_HYPOTHESES
    )


def _emptiness(claims: list[Claim]) -> tuple[str, ...]:
    return () if claims else ("the case states no claim, so nothing is weighed; add one with [[claims]]",)


def _overlaps(known: build.Known) -> tuple[str, ...]:
    pairs = combinations(known.sites.values(), 2)
    return tuple(
        f"sites {a.id} and {b.id} overlap: a ship in both areas counts for {a.id} only" for a, b in pairs
        if a.aoi.intersection(b.aoi).area > 0
    )  # fmt: skip


def _language_warnings(claims: list[Claim], reported: tuple[Sighting, ...], known: build.Known) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for claim in claims:
        places = (*claim.sites, *claim.origins, *claim.destinations)
        near = known.sites[places[-1]] if places else next(iter(known.sites.values()), None)
        said = f"claim {claim.id}"
        tz = near.timezone if near else known.timezone
        for w in (*library.place_warnings(claim.text, near), *library.date_warnings(claim.text, claim.when, tz)):
            found[f"{said}: {w}"] = None
    for sighting in reported:
        near = known.sites[sighting.site_id]
        dates = library.date_warnings(sighting.text, sighting.time, near.timezone)
        for w in (*library.place_warnings(sighting.text, near), *dates):
            found[f"report {sighting.id}: {w}"] = None
    return tuple(found)
