"""Tables of what the verdicts rest on: looks, stays, sources, reports, exhibits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.coverage import usable
from roadstead.model import Range
from roadstead.report.claims import site_name
from roadstead.report.markup import file_name, join, link, plain, several, shortened, user, when
from roadstead.report.messages import text
from roadstead.report.numbers import extent, factor, metres, percent, size, time
from roadstead.report.resting import scenes_of_verdicts
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from roadstead.case import Case
    from roadstead.model import Exhibit, Look, PortCall, Sighting, Source, TimeSpan
    from roadstead.report.contents import Contents

Row = tuple[Markup | str, ...]


def looks_table(contents: Contents) -> Table | None:
    """Every look we hold, by site and time."""
    if not contents.looks:
        return None
    counts = Counter((f.detection.scene_id, f.site_id) for f in contents.found)
    looks = sorted(contents.looks, key=lambda k: (k.site_id, k.time is None, k.time or 0, k.scene_id))
    rows = (_look_row(contents.case, k, counts[k.scene_id, k.site_id]) for k in looks)
    resting = scenes_of_verdicts(contents)
    carries = (k.scene_id in resting for k in looks)
    return table("looks", rows, text("unseen.looks_caption", n=len(looks)), carries=carries)


def _look_row(case: Case, look: Look, found: int) -> Row:
    return (
        user(site_name(case, look.site_id)),
        when(look.time),
        user(look.scene_id),
        look.modality.value,
        percent(look.usable_fraction) if usable(look) else text("unseen.unusable", p=percent(look.usable_fraction)),
        percent(look.cloud_fraction) if look.cloud_fraction is not None else text("number.unknown"),
        metres(look.resolved_m),
        f"{look.sun_elevation_deg:.0f}\u00b0" if look.sun_elevation_deg is not None else "\u2013",
        str(found),
        several(look.notes),
    )


def calls_table(contents: Contents, *, ours: bool) -> Table | None:
    """Port calls as brackets, ours or reported."""
    calls = sorted((c for c in contents.port_calls if c.ours is ours), key=lambda c: (c.site_id, c.first_with))
    if not calls:
        return None
    caption = text("calls.ours_caption" if ours else "calls.reported_caption")
    return table("calls", (_call_row(contents.case, c) for c in calls), caption)


def _call_row(case: Case, call: PortCall) -> Row:
    basis = call.basis if call.ours else tuple(_source_name(case, b) for b in call.basis)
    return (
        user(site_name(case, call.site_id)),
        _bound(call.last_without),
        when(call.first_with),
        when(call.last_with),
        _bound(call.first_without),
        str(call.min_vessels),
        several(basis),
    )


def _bound(span: TimeSpan | None) -> Markup | str:
    return when(span) if span else text("calls.open")


def _source_name(case: Case, source_id: str) -> str:
    return next((f"{s.name} ({s.grade})" for s in case.sources if s.id == source_id), source_id)


def sources_table(case: Case) -> Table:
    """Sources with grades and origins."""
    shared = Counter(s.origin for s in case.sources)
    return table("sources", (_source_row(case, s, shared) for s in case.sources), text("sources.caption"))


def _source_row(case: Case, source: Source, shared: Counter[str]) -> Row:
    others = [s.name for s in case.sources if s.origin == source.origin and s.id != source.id]
    origin = [user(source.origin)]
    if shared[source.origin] > 1:
        origin.append(join([plain(text("sources.shared")), join([user(o) for o in others], ", ")]))
    weight = text("sources.weightless") if source.weighs_nothing else ""
    return (
        link(source.name, source.url),
        Markup('<span class="grade">{}</span>').format(source.grade),
        text(f"admiralty.{source.reliability}"),
        text(f"admiralty.{source.credibility}"),
        join(origin, "; "),
        source.published.isoformat() if source.published else text("number.unknown"),
        join([user(source.note), plain(weight)]),
    )


def reported_table(case: Case) -> Table | None:
    """What sources report having seen, with the analyst's weights."""
    if not case.reported:
        return None
    rows = sorted(case.reported, key=lambda r: (r.time, r.site_id, r.id))
    return table("reported", (_reported_row(case, r) for r in rows), text("reported.caption"))


def _reported_row(case: Case, report: Sighting) -> Row:
    ratio = report.likelihood_ratio
    what = [user(report.text)]
    if report.activity:
        what.append(user(text("reported.activity", activity=report.activity)))
    if report.vessel_ids:
        what.append(user(text("reported.vessels", vessels=", ".join(report.vessel_ids))))
    return (
        user(report.id),
        user(_source_name(case, report.source_id)),
        user(site_name(case, report.site_id)),
        when(report.time),
        text("reported.at_least", n=report.count),
        join(what, "; "),
        factor(Range(min(ratio), max(ratio))) if ratio else text("reported.not_weighed"),
        user(report.lr_reason),
    )


def exhibits_table(contents: Contents) -> Table | None:
    """Everything brought in as evidence."""
    if not contents.exhibits:
        return None
    items = sorted(contents.exhibits, key=lambda e: (e.added, e.id))
    return table("exhibits", (_exhibit_row(contents.case, e) for e in items), text("exhibits.caption", n=len(items)))


def _exhibit_row(case: Case, item: Exhibit) -> Row:
    name = file_name(item.original_name) or item.id
    treated = [text(f"image.{flag}") for flag in ("cropped", "annotated", "resampled") if getattr(item, flag)]
    marks = text("exhibits.marks", of=item.of_exhibit, analyst=item.analyst) if item.of_exhibit or item.analyst else ""
    gsd = f"{metres(item.gsd_m)} ({item.gsd_basis or text('number.unknown')})" if item.gsd_m else text("number.unknown")
    place = site_name(case, item.site_id) if item.site_id else ""
    return (
        join([user(name), Markup('<code class="hash">{}</code>').format(item.sha256)]),
        join([user(item.kind.value), plain(size(item.size_bytes)), user(place)], ", "),
        join([link(item.publisher or text("exhibits.no_publisher"), item.url), user(item.credit)], "; "),
        user(item.licence or text("image.no_licence")),
        text("image.time_basis", time=time(item.captured), basis=item.date_basis.value),
        user(gsd),
        join([plain(", ".join(treated) or text("exhibits.untreated")), user(marks)], "; "),
        user(text("exhibits.added", time=f"{item.added:%Y-%m-%d}", by=shortened(item.added_by, 60))),
    )


def scenes_table(contents: Contents) -> Table | None:
    """Every scene that was read, with its hash."""
    if not contents.scenes:
        return None
    scenes = sorted(contents.scenes, key=lambda s: s.id)
    resting = scenes_of_verdicts(contents)
    rows = (
        (
            join([user(s.id), user(s.path.name), Markup('<code class="hash">{}</code>').format(s.sha256)]),
            text("image.time_basis", time=time(s.time), basis=s.date_basis.value),
            user(f"{s.platform or text('number.unknown')}, {s.modality.value}"),
            metres(s.gsd_m) if s.gsd_m else text("exhibits.from_georeference"),
            user(s.credit or text("image.no_credit")),
            user(s.licence or text("image.no_licence")),
            text("simulated.mark") if s.simulated else text("exhibits.real"),
        )
        for s in scenes
    )
    caption = text("exhibits.scenes_caption", n=len(scenes))
    return table("scenes", rows, caption, carries=(s.id in resting for s in scenes))


def vessels_of_interest(case: Case) -> Table | None:
    """The ships that claims name, as assumed."""
    if not case.vessels:
        return None
    rows = (
        (
            user(v.name),
            extent(v.length_m, "m"),
            extent(v.speed_kn, "kn"),
            extent(v.troops) if v.troops else text("number.unknown"),
            user(site_name(case, v.home) if v.home else text("assumptions.elsewhere")),
            join([user(site_name(case, s)) for s in v.calls_at], ", "),
        )
        for v in case.vessels
    )
    return table("interest", rows, text("assumptions.vessels_caption"))
