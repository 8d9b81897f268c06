"""The map: areas of interest, names, claimed routes and what was found; no coastline, no basemap."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from roadstead.report import svg
from roadstead.report.axis import degree_ticks, degrees, round_length
from roadstead.report.chips import ARROW
from roadstead.report.geography import SLENDER, Frame, frame_of
from roadstead.report.labels import Label, Placed, place
from roadstead.report.markup import shortened
from roadstead.report.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup
    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Claim, Site

NAME, LOCAL, TICK = 13.0, 11.5, 11.0
BOLD = 1.12
"""bold letters are so much wider"""
POINT = 4.0
LARGE_UNITS = 90.0
"""areas at least this wide carry their name inside"""
SEEN_FROM_UNITS = 10.0
"""vessels and quays are drawn where an area of interest is at least this wide"""

Found = tuple[str, float, float]
"""site id, longitude, latitude of a vessel found"""
Legs: TypeAlias = "Mapping[tuple[str, str], Sequence[str]]"


def site_map(
    sites: Sequence[Site], claims: Sequence[Claim], found: Sequence[Found], *, uid: str, width: float, simulated: str
) -> Markup:
    """One panel.

    Args:
        sites: those shown.
        claims: whose claimed passages between shown sites are drawn.
        found: vessels found at the sites.
        uid: unique in the page.
        width: of the drawing, in units of its text.
        simulated: the mark of simulated pixels, or nothing.
    """
    frame = frame_of(sites, width)
    at = {s.id: frame.xy(s.lon_deg, s.lat_deg) for s in sites}
    legs = _legs(claims, at)
    parts = [
        svg.rect((0, 0, frame.width, frame.height), "s-sea"),
        *_graticule(frame),
        *(p for s in sites for p in _area(s, frame)),
        *_routes(legs, at),
        *(svg.tag("circle", svg.tip(s.name), cx=at[s.id][0], cy=at[s.id][1], r=POINT, class_="s-site") for s in sites),
        *(_drawn(p) for p in _labels(sites, legs, frame, simulated) if p),
        *_vessels(sites, found, frame),
        _scale_bar(frame)[0],
        _north(frame)[0],
    ]
    if simulated:
        parts.append(svg.words(width - 8, 18, simulated, "s-sim", anchor="end"))
    names = ", ".join(s.name for s in sites)
    description = text("map.description", sites=names, south=degrees(frame.south, east=False),
                       north=degrees(frame.north, east=False), west=degrees(frame.west, east=True),
                       east=degrees(frame.east, east=True))  # fmt: skip
    return svg.picture(uid, (frame.width, frame.height), text("map.title", sites=names), description, *parts)


def unplaced(sites: Sequence[Site], claims: Sequence[Claim], width: float) -> tuple[str, ...]:
    """Names for which a panel of that width has no room; the caption gives them."""
    frame = frame_of(sites, width)
    legs = _legs(claims, {s.id: frame.xy(s.lon_deg, s.lat_deg) for s in sites})
    return tuple(s.name for s, p in zip(sites, _labels(sites, legs, frame, ""), strict=True) if p is None)


def _labels(sites: Sequence[Site], legs: Legs, frame: Frame, simulated: str) -> tuple[Placed | None, ...]:
    at = {s.id: frame.xy(s.lon_deg, s.lat_deg) for s in sites}
    taken = [
        _scale_bar(frame)[1],
        _north(frame)[1],
        (0, frame.height - 16, frame.width, frame.height),
        (0, 0, 46, frame.height),
    ]
    taken += [_own_box(s, *at[s.id], frame) for s in sites]
    if simulated:
        taken.append((frame.width - svg.text_width(simulated, NAME) - 16, 0, frame.width, 26))
    crossed = [box for a, b in legs for box in _along(at[a], at[b])]
    labels = [_label(s, *at[s.id], frame) for s in sites]
    return place(labels, taken, crossed, (frame.width, frame.height))


def _own_box(site: Site, x: float, y: float, frame: Frame) -> svg.Box:
    """What a name keeps clear of: the site's mark, and its area where that is neither a speck nor a field."""
    dot = POINT + 1
    if not SEEN_FROM_UNITS <= _width(site, frame) < LARGE_UNITS:
        return x - dot, y - dot, x + dot, y + dot
    west, south, east, north = site.aoi.bounds
    return (*frame.xy(west, north), *frame.xy(east, south))


def _along(a: tuple[float, float], b: tuple[float, float]) -> Iterator[svg.Box]:
    """Small boxes along a line."""
    steps = max(1, int(((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 / 5))
    for i in range(steps + 1):
        x, y = a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps
        yield x - 3, y - 3, x + 3, y + 3


def _label(site: Site, x: float, y: float, frame: Frame) -> Label:
    most = int(frame.width // 18)
    box = _own_box(site, x, y, frame)
    lines = [(shortened(site.name, most), NAME * BOLD)]
    local = " \u00b7 ".join(_local_names(site)[: 1 if frame.width < SLENDER else 2])
    if local:
        lines.append((shortened(local, most), LOCAL))
    clear = max(box[2] - x, x - box[0], POINT)
    return Label(x=x, y=y, clear=clear, lines=tuple(w for w, _ in lines), sizes=tuple(s for _, s in lines))


def _local_names(site: Site) -> list[str]:
    """The first name in each script other than Latin."""
    first: dict[str, str] = {}
    for name in site.names:
        if name.script != "Latn" and name.text != site.name:
            first.setdefault(name.script, name.text)
    return list(first.values())


def _drawn(placed: Placed) -> Markup:
    left, top, _, _ = placed.box
    parts, y = [], top
    if placed.leader:
        parts.append(svg.line(placed.label.x, placed.label.y, *placed.leader, "s-leader"))
    for i, (words, size) in enumerate(zip(placed.label.lines, placed.label.sizes, strict=True)):
        y += size * 1.25
        parts.append(svg.words(left + 1, y - size * 0.3, words, "s-local" if i else "s-place"))
    return svg.group(*parts)


def _graticule(frame: Frame) -> Iterator[Markup]:
    most = max(2, int(frame.width // 110))
    for lon in degree_ticks(frame.west, frame.east, most):
        x, _ = frame.xy(lon, frame.south)
        yield svg.line(x, 0, x, frame.height, "s-grid")
        label = degrees(lon, east=True)
        half = svg.text_width(label, TICK) / 2
        if 48 + half < x < frame.width - half - 2:
            yield svg.words(x, frame.height - 4, label, "s-tick", anchor="middle")
    for lat in degree_ticks(frame.south, frame.north, max(2, int(frame.height // 80))):
        _, y = frame.xy(frame.west, lat)
        yield svg.line(0, y, frame.width, y, "s-grid")
        if 14 < y < frame.height - 18:
            yield svg.words(3, y - 3, degrees(lat, east=False), "s-tick")


def _area(site: Site, frame: Frame) -> Iterator[Markup]:
    for ring in _rings(site.aoi):
        yield svg.polygon([frame.xy(*point) for point in ring], "s-aoi")
    if _width(site, frame) < SEEN_FROM_UNITS:
        return
    for berth in site.berths:
        points = [frame.xy(*point[:2]) for point in berth.coords]
        yield svg.tag(
            "polyline", points=" ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in points), class_="s-berth"
        )


def _rings(area: BaseGeometry) -> Iterator[list[tuple[float, float]]]:
    for part in getattr(area, "geoms", (area,)):
        yield [(x, y) for x, y, *_ in part.exterior.coords]


def _width(site: Site, frame: Frame) -> float:
    west, _, east, _ = site.aoi.bounds
    return frame.xy(east, site.lat_deg)[0] - frame.xy(west, site.lat_deg)[0]


def _vessels(sites: Sequence[Site], found: Sequence[Found], frame: Frame) -> Iterator[Markup]:
    wide = {s.id for s in sites if _width(s, frame) >= SEEN_FROM_UNITS}
    for site_id, lon, lat in found:
        if site_id in wide:
            x, y = frame.xy(lon, lat)
            yield svg.tag("circle", cx=x, cy=y, r=2.5, class_="s-vessel")


def _legs(claims: Sequence[Claim], at: Mapping[str, tuple[float, float]]) -> Legs:
    """Claimed passages between shown sites, with the claims that tell of them."""
    legs: dict[tuple[str, str], list[str]] = {}
    for claim in claims:
        for leg in product(claim.origins, claim.destinations):
            if leg[0] in at and leg[1] in at and leg[0] != leg[1]:
                legs.setdefault(leg, []).append(claim.id)
    return legs


def _routes(legs: Legs, at: Mapping[str, tuple[float, float]]) -> Iterator[Markup]:
    for (origin, destination), ids in legs.items():
        tip = text("map.route", claims=", ".join(ids))
        (x1, y1), (x2, y2) = at[origin], at[destination]
        yield svg.tag("line", svg.tip(tip), x1=x1, y1=y1, x2=x2, y2=y2, class_="s-route")
        # Off the ends, where the names stand.
        yield _arrow(x1 + (x2 - x1) * 0.66, y1 + (y2 - y1) * 0.66, x2 - x1, y2 - y1)


def _arrow(x: float, y: float, dx: float, dy: float) -> Markup:
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    ux, uy = dx / length * 7, dy / length * 7
    return svg.polygon([(x + ux, y + uy), (x - uy * 0.6, y + ux * 0.6), (x + uy * 0.6, y - ux * 0.6)], "s-arrow")


def _scale_bar(frame: Frame) -> tuple[Markup, svg.Box]:
    km = round_length(frame.width * 0.28 * frame.km_per_unit)
    long = km / frame.km_per_unit
    right, y = frame.width - 12, frame.height - 26
    label = text("map.km", n=f"{km:g}")
    bar = svg.group(
        svg.rect((right - long, y, right, y + 4), "s-bar"),
        svg.words(right, y - 5, label, "s-tick", anchor="end"),
    )
    return bar, (right - long - 4, y - 20, frame.width, y + 8)


def _north(frame: Frame) -> tuple[Markup, svg.Box]:
    """An arrow above the scale bar; north is up all over the panel."""
    x, y = frame.width - 22, frame.height - 66
    arrow = svg.group(svg.polygon(ARROW, "s-bar"), transform=f"translate({svg.number(x)} {svg.number(y)})")
    letter = svg.words(x, y + 16, text("chip.north"), "s-tick", anchor="middle")
    return svg.group(arrow, letter), (x - 10, y - 18, frame.width, y + 20)
