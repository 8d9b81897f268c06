"""The map: areas of interest, names, claimed routes and what was found; no coastline, no basemap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.report import svg
from roadstead.report.axis import degree_ticks, degrees, round_length
from roadstead.report.geography import Frame, frame_of
from roadstead.report.labels import Label, Placed, place
from roadstead.report.markup import shortened
from roadstead.report.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Claim, Site

NAME, LOCAL, TICK = 13.0, 11.5, 11.0
POINT = 4.0
SEEN_FROM_UNITS = 10.0
"""vessels and quays are drawn where an area of interest is at least this wide"""
MAX_LOCAL_NAMES = 3

Found = tuple[str, float, float]
"""site id, longitude, latitude of a vessel found"""


def site_map(
    sites: Sequence[Site], claims: Sequence[Claim], found: Sequence[Found], uid: str, width: float, simulated: str
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
    furniture, bar_box = _scale_bar(frame)
    taken = [bar_box, *_dots(at), *_edge(frame)]
    if simulated:
        taken.append((width - svg.text_width(simulated, NAME) - 16, 0, width, 26))
    placed = place([_label(s, *at[s.id], width) for s in sites], taken, (frame.width, frame.height))
    parts = [
        svg.rect((0, 0, frame.width, frame.height), "s-sea"),
        *_graticule(frame),
        *(p for s in sites for p in _area(s, frame)),
        *_routes(claims, at),
        *_vessels(sites, found, frame),
        *(svg.tag("circle", svg.tip(s.name), cx=at[s.id][0], cy=at[s.id][1], r=POINT, class_="s-site") for s in sites),
        *(_drawn(p) for p in placed if p),
        furniture,
    ]
    if simulated:
        parts.append(svg.words(width - 8, 18, simulated, "s-sim", anchor="end"))
    names = ", ".join(s.name for s in sites)
    description = text("map.description", sites=names, south=degrees(frame.south, east=False),
                       north=degrees(frame.north, east=False), west=degrees(frame.west, east=True),
                       east=degrees(frame.east, east=True))  # fmt: skip
    return svg.picture(uid, (frame.width, frame.height), text("map.title", sites=names), description, *parts)


def unplaced(sites: Sequence[Site], width: float) -> tuple[str, ...]:
    """Names for which a panel of that width has no room; the caption gives them."""
    frame = frame_of(sites, width)
    at = {s.id: frame.xy(s.lon_deg, s.lat_deg) for s in sites}
    taken = [_scale_bar(frame)[1], *_dots(at), *_edge(frame)]
    placed = place([_label(s, *at[s.id], width) for s in sites], taken, (frame.width, frame.height))
    return tuple(s.name for s, p in zip(sites, placed, strict=True) if p is None)


def _dots(at: dict[str, tuple[float, float]]) -> list[svg.Box]:
    return [(x - POINT - 1, y - POINT - 1, x + POINT + 1, y + POINT + 1) for x, y in at.values()]


def _edge(frame: Frame) -> list[svg.Box]:
    """Where the graticule's labels stand."""
    return [(0, frame.height - 16, frame.width, frame.height), (0, 0, 44, frame.height)]


def _label(site: Site, x: float, y: float, width: float) -> Label:
    most = int(width // 14)
    local = " \u00b7 ".join(n.text for n in site.names if n.script != "Latn" and n.text != site.name)
    lines = [(shortened(site.name, most), NAME)]
    if local:
        lines.append((shortened(local, most), LOCAL))
    return Label(x=x, y=y, lines=tuple(w for w, _ in lines), sizes=tuple(s for _, s in lines))


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
        yield svg.tag("polyline", points=" ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in points), class_="s-berth")


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


def _routes(claims: Sequence[Claim], at: dict[str, tuple[float, float]]) -> Iterator[Markup]:
    legs: dict[tuple[str, str], list[str]] = {}
    for claim in claims:
        for origin in claim.origins:
            for destination in claim.destinations:
                if origin in at and destination in at and origin != destination:
                    legs.setdefault((origin, destination), []).append(claim.id)
    for (origin, destination), ids in legs.items():
        tip = text("map.route", claims=", ".join(ids))
        (x1, y1), (x2, y2) = at[origin], at[destination]
        yield svg.tag("line", svg.tip(tip), x1=x1, y1=y1, x2=x2, y2=y2, class_="s-route")
        # The arrow head stands where the reader's eye is: two thirds of the way.
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
