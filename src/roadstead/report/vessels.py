"""Vessels found: figures for the first of them, a table for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.identify import AisState
from roadstead.model import zone
from roadstead.report.chips import chip_figure, enlargement
from roadstead.report.claims import site_name
from roadstead.report.markup import join, plain, several, user, when
from roadstead.report.messages import text
from roadstead.report.numbers import NBSP, angle, estimate, metres, month, time
from roadstead.report.resting import vessels_of_verdicts
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.case import Case
    from roadstead.identify import AisFact
    from roadstead.model import Detection
    from roadstead.report.contents import Contents, Found

MOST_FIGURES = 24
BY_EYE = "by eye"
A_MOMENT = timedelta(minutes=1)
"""a vaguer time has no local hour"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselView:
    """One vessel found, ready to be printed."""

    heading: str
    by_eye: bool
    figure: Markup | None
    facts: tuple[tuple[str, Markup], ...]
    image: tuple[tuple[str, Markup], ...]
    """what is known of the picture: time, sensor, scale, treatment, credit"""
    gate: str
    simulated: bool


def ordered(contents: Contents) -> tuple[Found, ...]:
    """Every vessel found, best score first."""
    return tuple(sorted(contents.found, key=lambda f: (-f.detection.score, f.scene.id, f.detection.id, f.site_id)))


def vessel_views(contents: Contents) -> tuple[VesselView, ...]:
    """The first vessels, with figures."""
    return tuple(_view(contents.case, f, i) for i, f in enumerate(ordered(contents)[:MOST_FIGURES]))


def vessel_view(contents: Contents, number: int, width: float = 0.0) -> VesselView:
    """One vessel found, with its figure where its chip is there.

    Args:
        contents: of the report.
        number: from 1, in the order of the report.
        width: of the figure, in units of its text; 0: every pixel of the enlarged chip is a unit.
    """
    return _view(contents.case, ordered(contents)[number - 1], number - 1, width)


def rest_table(contents: Contents) -> Table | None:
    """The vessels that got no figure of their own."""
    rest = ordered(contents)[MOST_FIGURES:]
    if not rest:
        return None
    resting = vessels_of_verdicts(contents)
    rows = (_row(contents.case, f) for f in rest)
    carries = (f.detection.id in resting for f in rest)
    return table("vessels", rows, text("vessels.rest_caption", n=len(rest)), carries=carries)


def _view(case: Case, found: Found, index: int, width: float = 0.0) -> VesselView:
    d, scene = found.detection, found.scene
    place = site_name(case, found.site_id)
    chip = found.chip if found.chip is not None and found.chip.rgb.size else None
    words = text("chip.description", id=d.id, place=place, time=time(d.time), size=_size(d))
    mark = text("simulated.mark") if scene.simulated else ""
    title = text("chip.title", id=d.id, place=place)
    return VesselView(
        heading=text("vessels.heading", n=index + 1, place=place, time=time(d.time)),
        by_eye=is_by_eye(d),
        figure=chip_figure(chip, f"chip-{index}", title, words, mark, width=width) if chip else None,
        facts=_facts(found),
        image=_image(case, found),
        gate=found.gate.words,
        simulated=scene.simulated,
    )


def is_by_eye(detection: Detection) -> bool:
    """Whether a person marked it."""
    return detection.method.startswith(BY_EYE)


def _facts(found: Found) -> tuple[tuple[str, Markup], ...]:
    d = found.detection
    return (
        (text("vessels.size"), plain(_size(d))),
        (text("vessels.heading_axis"), plain(_heading(d))),
        (text("vessels.score"), plain(_score(d))),
        (text("vessels.alongside"), plain(text(f"vessels.alongside_{str(d.alongside).lower()}"))),
        (text("vessels.consistent"), _classes(found)),
        *(((text("vessels.compared"), user(found.evidence.words)),) if found.evidence else ()),
        *(((text("vessels.marks"), user(found.marks.words)),) if found.marks else ()),
        *(((text("vessels.roster"), user(found.roster.words)),) if found.roster else ()),
        *(((text("vessels.ais"), _ais(found.ais)),) if found.ais else ()),
        (text("vessels.method"), user(f"{d.method}; {d.id}")),
        *(((text("vessels.notes"), several(d.notes)),) if d.notes else ()),
    )


def _ais(fact: AisFact) -> Markup:
    """What AIS says; beside ships that may fit also what a fit is worth."""
    return user(text("vessels.ais_fit", words=fact.sentence) if fact.mmsi else fact.sentence)


def _size(d: Detection) -> str:
    return text("vessels.length_beam", length=estimate(d.length_m, "m"), beam=estimate(d.beam_m, "m"))


def _heading(d: Detection) -> str:
    if d.heading_deg is None:
        return estimate(None, "")
    key = "vessels.axis" if d.heading_ambiguous else "vessels.bow"
    return text(key, heading=angle(d.heading_deg), other=f"{(d.heading_deg.value + 180) % 360:.0f}")


def _score(d: Detection) -> str:
    return f">{NBSP}0.99" if 0.99 < d.score < 1 else f"{d.score:.2f}"


def _classes(found: Found) -> Markup:
    if found.detection.length_m is None:
        return plain(text("vessels.classes_unknown"))
    return several(found.consistent_with) if found.consistent_with else plain(text("vessels.classes_none"))


def _image(case: Case, found: Found) -> tuple[tuple[str, Markup], ...]:
    scene, chip = found.scene, found.chip
    pairs = [
        (text("image.time"), plain(text("image.time_basis", time=time(scene.time), basis=scene.date_basis.value))),
        *_local(case, found),
        (text("image.sensor"), user(f"{scene.platform or text('number.unknown')}, {scene.modality.value}")),
        (text("image.scene"), user(scene.id)),
        (text("image.pixel"), plain(metres(chip.metres_per_pixel if chip else scene.gsd_m))),
        (text("image.resolved"), plain(metres(found.resolved_m))),
    ]
    if chip is not None and chip.rgb.size:
        shown = text("image.enlarged", n=enlargement(chip), stretch=chip.stretch)
        pairs.append((text("image.shown"), user(shown)))
    treated = [text(f"image.{name}") for name in ("cropped", "annotated", "resampled") if getattr(scene, name)]
    if treated:
        pairs.append((text("image.treated"), plain(", ".join(treated))))
    pairs.append((text("image.credit"), user(scene.credit or text("image.no_credit"))))
    pairs.append((text("image.licence"), user(scene.licence or text("image.no_licence"))))
    return tuple(pairs)


def _local(case: Case, found: Found) -> tuple[tuple[str, Markup], ...]:
    """When it was at the place by its own clocks; nothing where the image's time is no moment or the place unknown."""
    tz = next((s.timezone for s in case.sites if s.id == found.site_id), "")
    span = found.scene.time
    if not tz or span is None or span.duration > A_MOMENT:
        return ()
    here = span.start.astimezone(zone(tz))
    said = text("image.local_time", day=here.day, month=month(here), year=here.year, clock=f"{here:%H:%M}", zone=tz)
    return ((text("image.local"), plain(said)),)


def _row(case: Case, found: Found) -> Sequence[Markup | str]:
    d = found.detection
    name = d.id if found.scene.id in d.id else f"{d.id}, {found.scene.id}"
    pixels = found.gate.beam_pixels
    fits = found.ais is not None and found.ais.state is AisState.MATCHED
    return (
        join([user(name), _ais(found.ais)], "; ") if found.ais and fits else user(name),
        join([user(d.method), plain(text("vessels.simulated") if found.scene.simulated else "")]),
        user(site_name(case, found.site_id)),
        when(d.time),
        estimate(d.length_m, "m"),
        estimate(d.beam_m, "m"),
        angle(d.heading_deg) if d.heading_deg else estimate(None, ""),
        _score(d),
        metres(found.resolved_m),
        f"{pixels:.1f}" if pixels is not None else text("number.unknown"),
        _classes(found),
    )
