"""Coverage as files: JSON, CSV, iCalendar, SVG."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from icalendar import Calendar, Event

from roadstead import library
from roadstead.geo import light_at
from roadstead.model import as_text_cell, iso, zone
from roadstead.pipeline.layers import mark_if
from roadstead.report import coverage_svg
from roadstead.steps import to_plain, write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.case import Case
    from roadstead.model import CaseCoverage, Moment, Opportunity, TimeSpan
    from roadstead.pipeline.picture import Terms

SCHEMA_VERSION = 1
_COLUMNS = (
    "site", "t_utc", "local_time", "platform", "state", "direction", "incidence_deg", "off_nadir_deg",
    "sun_elevation_deg", "light", "swath_fraction", "p_detect_low", "p_detect_high", "acquired_lately", "scene",
    "listing", "usable_fraction", "cloud_fraction", "ships",
)  # fmt: skip
_PRODUCT = "-//Roadstead//coverage//EN"


def write_coverage(
    out: Path, case: Case, found: CaseCoverage, asked: Terms, spans: Sequence[TimeSpan], *, simulated: bool
) -> tuple[Path, ...]:
    """Write coverage.json, .csv, .ics and .svg into a folder; returns their paths."""
    plain = coverage_json(case, found, asked, spans, simulated=simulated)
    texts = {
        "coverage.json": json.dumps(plain, indent=1, ensure_ascii=False) + "\n",
        "coverage.csv": _csv(case, found, simulated=simulated),
        "coverage.ics": calendar_of(case, found, simulated=simulated),
        "coverage.svg": coverage_svg(found, case.sites, case.claims, simulated=simulated),
    }
    for name, text in texts.items():
        write_atomic(out / name, text)
    return tuple(out / name for name in texts)


def coverage_json(
    case: Case, found: CaseCoverage, asked: Terms, spans: Sequence[TimeSpan], *, simulated: bool
) -> dict[str, Any]:
    """The answer as plain data; times are UTC; marked where the case or any of its images is simulated."""
    moments = [m for s in found.sites for m in s.moments]
    return {
        "schema_version": SCHEMA_VERSION,
        **mark_if(simulated),
        "case": case.id,
        "spans": [_span(s) for s in spans],
        "ship_length_m": asked.length_m,
        "p_detect": "provisional; range over what is not known of it",
        "opportunities": [opportunity_json(case, m.opportunity, m) for m in moments if m.opportunity],
        "listed": [_listing_json(m) for m in moments if m.listing],
        "looks": [_look_json(m) for m in moments if m.look],
        "windows": [
            {
                "site": w.site_id, **_span(w.span), "hours": round(w.hours, 2), "night_hours": w.night_hours,
                "passes": list(w.passes), "held_not_usable": list(w.unusable),
                "meaning": "no look is known to us (vague ones aside); nobody's tasked or government images are known",
            }
            for s in found.sites for w in s.windows
        ],
        "unseen": [_renamed(to_plain(u)) for s in found.sites for u in s.unseen],
        "next_opportunities": [opportunity_json(case, o) for s in found.sites for o in s.next_passes],
        "catalogues": [_renamed({k: v for k, v in to_plain(a).items() if k != "area"}) for a in found.answers],
        "satellites": list(found.satellites),
        "losses": list(found.losses),
    }  # fmt: skip


def _renamed(plain: dict[str, Any]) -> dict[str, Any]:
    return {("site" if k == "site_id" else k): v for k, v in plain.items()}


def _span(span: TimeSpan) -> dict[str, str]:
    return {"start_utc": iso(span.start), "end_utc": iso(span.end)}


def opportunity_json(case: Case, pass_: Opportunity, moment: Moment | None = None) -> dict[str, Any]:
    """One overpass; with what is known of it."""
    plain = {
        "site": pass_.site_id,
        "t_utc": pass_.t_utc.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "local_time": local_time(case, pass_.site_id, pass_),
        "platform": pass_.platform,
        "modality": pass_.modality.value,
        "direction": pass_.direction.value,
        "incidence_deg": round(pass_.incidence_deg, 3),
        "off_nadir_deg": round(pass_.off_nadir_deg, 3),
        "satellite_azimuth_deg": round(pass_.satellite_azimuth_deg, 2),
        "sun_elevation_deg": round(pass_.sun_elevation_deg, 2),
        "light": light_at(pass_.sun_elevation_deg),
        "swath_fraction": round(pass_.swath_fraction, 3),
        "elements_epoch": iso(pass_.elements_epoch),
        "cycles_shifted": pass_.cycles_shifted,
    }
    if moment is None:
        return plain
    return plain | {
        "state": moment.state.value,
        "p_detect_if_clear" if moment.look is None else "p_detect": _pair(moment),
        "acquired_lately": list(moment.acquired_lately) if moment.acquired_lately else None,
    }


def local_time(case: Case, site_id: str, pass_: Opportunity) -> str:
    """Clock time at the site with its offset."""
    return pass_.t_utc.astimezone(zone(case.site(site_id).timezone)).isoformat(timespec="minutes")


def _pair(moment: Moment) -> list[float] | None:
    return [moment.p_detect.low, moment.p_detect.high] if moment.p_detect else None


def _listing_json(moment: Moment) -> dict[str, Any]:
    listing = moment.listing
    if listing is None:
        return {}
    return {
        "site": moment.site_id, **_span(listing.time), "platform": moment.platform, "id": listing.id,
        "products": list(listing.products), "catalogues": list(listing.catalogues), "held": moment.look is not None,
        "systematic": listing.systematic, "credit": listing.credit, "licence": listing.licence,
    }  # fmt: skip


def _look_json(moment: Moment) -> dict[str, Any]:
    look = moment.look
    if look is None:
        return {}
    plain = {k: v for k, v in to_plain(look).items() if k not in {"time", "site_id", "scene_id"}}
    return {
        "site": moment.site_id, "scene": look.scene_id, **_span(moment.time), "platform": moment.platform,
        "state": moment.state.value, "ships": moment.ships, "p_detect": _pair(moment), **plain,
    }  # fmt: skip


def _csv(case: Case, found: CaseCoverage, *, simulated: bool) -> str:
    out, mark = io.StringIO(), mark_if(simulated)
    writer = csv.DictWriter(out, (*_COLUMNS, *mark), lineterminator="\n")
    writer.writeheader()
    for moment in (m for s in found.sites for m in s.moments):
        writer.writerow({k: _safe(v) for k, v in (_row(case, moment) | mark).items()})
    return out.getvalue()


def _safe(value: Any) -> Any:
    return as_text_cell(value) if isinstance(value, str) else value


def _row(case: Case, moment: Moment) -> dict[str, Any]:
    row: dict[str, Any] = {
        "site": moment.site_id, "t_utc": iso(moment.time.start), "platform": moment.platform,
        "state": moment.state.value, "ships": moment.ships,
    }  # fmt: skip
    if moment.opportunity:
        row |= {k: v for k, v in opportunity_json(case, moment.opportunity).items() if k in _COLUMNS}
    if moment.p_detect:
        row |= {"p_detect_low": moment.p_detect.low, "p_detect_high": moment.p_detect.high}
    if moment.acquired_lately:
        row["acquired_lately"] = f"{moment.acquired_lately[0]} of {moment.acquired_lately[1]}"
    if moment.listing:
        row["listing"] = moment.listing.id
    if moment.look:
        look = moment.look
        row |= {"scene": look.scene_id, "usable_fraction": look.usable_fraction, "cloud_fraction": look.cloud_fraction}
    return row


def calendar_of(case: Case, found: CaseCoverage, *, simulated: bool) -> str:
    """Passes over the sites, past and next, as an iCalendar (RFC 5545); the same coverage gives the same text."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for mark in mark_if(simulated):
        calendar.add("x-wr-caldesc", mark)
    past = [(m.opportunity, m.state.value) for s in found.sites for m in s.moments if m.opportunity]
    following = [(o, "next pass after the window") for s in found.sites for o in s.next_passes]
    passes = {(o.site_id, o.platform, o.t_utc): (o, note) for o, note in (*following, *past)}
    for _, (pass_, note) in sorted(passes.items()):
        calendar.add_component(_event(case, pass_, f"{note} (SIMULATED case)" if simulated else note))
    return bytes(calendar.to_ical()).decode()


def _event(case: Case, pass_: Opportunity, note: str) -> Event:
    name, at = library.platform_name(pass_.platform), pass_.t_utc.replace(microsecond=0)
    event = Event()
    event.add("uid", f"{pass_.platform}-{pass_.site_id}-{at:%Y%m%dT%H%M%SZ}@roadstead")
    event.add("dtstamp", at)
    event.add("dtstart", at)
    event.add("dtend", at + timedelta(minutes=1))
    event.add("summary", f"{name} over {case.site(pass_.site_id).name}: {note}")
    event.add(
        "description",
        f"{pass_.direction.value}, incidence {pass_.incidence_deg:.1f} deg, sun {pass_.sun_elevation_deg:.0f} deg, "
        f"{100 * pass_.swath_fraction:.0f} % of the area in the swath. Geometry only: says nothing about acquisition.",
    )
    return event
