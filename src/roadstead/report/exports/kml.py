"""KML 2.2 with time spans, and KMZ: for Google Earth and everything that reads it."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from roadstead.model import SIMULATED_MARK
from roadstead.report.editions import embargo_words
from roadstead.report.exports.layers import Handover, Layer, credits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLES = {
    "detections": ("ff1c1ae3", "401c1ae3"),
    "reports": ("ff007fff", "ff007fff"),
    "sites": ("ffb8783a", "20b8783a"),
    "scenes": ("ff888888", "00888888"),
}
"""line and fill of each layer, aabbggrr"""
SIMULATED = f"SIMULATED ({SIMULATED_MARK}). Nothing in it happened."


def kml_text(layers: Iterable[Layer], held: Handover, title: str) -> str:
    """Layers with places as one KML document; every attribute is text and cannot act, in a balloon neither.

    Args:
        layers: as `layers_of` gives them.
        held: for mark and credits.
        title: of the case, redacted.
    """
    mark = str(held.simulated).lower()
    said = [SIMULATED if held.simulated else "", embargo_words(held.case)]
    about = "\n".join([*filter(None, said), "Credits:", *credits_of(held)])
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{_text(title)}</name><description>{_balloon(about)}</description>",
        *(_style(name, *colours) for name, colours in _STYLES.items()),
        f'<ExtendedData><Data name="{SIMULATED_MARK}"><value>{mark}</value></Data></ExtendedData>',
        *(_folder(layer) for layer in layers if layer.geometries is not None),
        "</Document></kml>",
    ]
    return "\n".join(parts) + "\n"


def kmz_bytes(kml: str) -> bytes:
    """The document packed; the same text gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo("doc.kml", date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        packed.writestr(entry, kml.encode())
    return out.getvalue()


def _text(value: Any) -> str:
    return escape(_NO_XML.sub("\ufffd", str(value)))


def _balloon(words: str) -> str:
    """Words for a description, which Google Earth reads as HTML: escaped for that first, then for XML."""
    return _text(html.escape(words, quote=False).replace("\n", "<br>\n"))


def _style(name: str, line: str, fill: str) -> str:
    return (
        f'<Style id="{name}"><LineStyle><color>{line}</color><width>2</width></LineStyle>'
        f"<PolyStyle><color>{fill}</color></PolyStyle><IconStyle><color>{line}</color></IconStyle>"
        # A name is plain text where it is listed, but would be HTML here; the description begins with it.
        "<BalloonStyle><text>$[description]</text></BalloonStyle></Style>"
    )


def _folder(layer: Layer) -> str:
    places = layer.geometries or ()
    marks = [
        _placemark(layer.name, row, place)
        for row, place in zip(layer.rows, places, strict=True)
        if place is not None and not place.is_empty
    ]
    return "\n".join([f"<Folder><name>{layer.name}</name>", *marks, "</Folder>"])


def _placemark(layer: str, row: Mapping[str, Any], place: BaseGeometry) -> str:
    told = {k: v for k, v in row.items() if v is not None and v != ""}
    data = "".join(f"<Data name={quoteattr(k)}><value>{_text(v)}</value></Data>" for k, v in told.items())
    words = _balloon("\n".join(f"{k}: {v}" for k, v in told.items()))
    name = _text(next(iter(row.values())))
    return (
        f"<Placemark><name>{name}</name><description>{words}</description>{_span(row)}"
        f"<styleUrl>#{layer}</styleUrl><ExtendedData>{data}</ExtendedData>{_geometry(place)}</Placemark>"
    )


def _span(row: Mapping[str, Any]) -> str:
    if not row.get("t_start"):
        return ""
    return f"<TimeSpan><begin>{_text(row['t_start'])}</begin><end>{_text(row['t_end'])}</end></TimeSpan>"


def _geometry(place: BaseGeometry) -> str:
    if isinstance(place, Point):
        return f"<Point><coordinates>{_coordinates([place.coords[0]])}</coordinates></Point>"
    if isinstance(place, LineString):
        return f"<LineString><coordinates>{_coordinates(place.coords)}</coordinates></LineString>"
    if isinstance(place, Polygon):
        inner = "".join(f"<innerBoundaryIs>{_ring(r)}</innerBoundaryIs>" for r in place.interiors)
        return f"<Polygon><outerBoundaryIs>{_ring(place.exterior)}</outerBoundaryIs>{inner}</Polygon>"
    parts = place.geoms if isinstance(place, MultiPolygon) or hasattr(place, "geoms") else ()
    return f"<MultiGeometry>{''.join(_geometry(p) for p in parts)}</MultiGeometry>"


def _ring(ring: Any) -> str:
    return f"<LinearRing><coordinates>{_coordinates(ring.coords)}</coordinates></LinearRing>"


def _coordinates(points: Iterable[Any]) -> str:
    return " ".join(f"{p[0]:.7f},{p[1]:.7f}" for p in points)
