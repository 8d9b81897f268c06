"""Styles of layers in QGIS' own form (QML)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr


@dataclass(frozen=True, slots=True)
class _Look:
    """How a layer is drawn."""

    symbol: str
    """`fill` or `marker`"""
    line: str
    """r,g,b,a"""
    fill: str
    label: str
    """column shown beside the object"""
    width_mm: float = 0.4


_LOOKS = {
    "detections": _Look("fill", "227,26,28,255", "227,26,28,40", "detect_id", 0.5),
    "reports": _Look("marker", "120,60,0,255", "255,127,0,255", "report_id"),
    "sites": _Look("fill", "58,120,184,255", "58,120,184,25", "name"),
    "scenes": _Look("fill", "136,136,136,255", "136,136,136,0", "scene_id", 0.26),
}
"""Okabe and Ito's advice: red and blue differ in lightness too, and no green stands beside red"""
_GEOMETRY = {"marker": 0, "fill": 2}


def style_of(layer: str) -> str:
    """The QML document of a layer with places."""
    look = _LOOKS[layer]
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.28.0" styleCategories="Symbology|Labeling" labelsEnabled="1">\n'
        ' <renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">\n'
        f'  <symbols><symbol type="{look.symbol}" name="0" alpha="1" clip_to_extent="1" force_rhr="0">'
        f"{_layer(look)}</symbol></symbols>\n"
        "  <rotation/><sizescale/>\n"
        " </renderer-v2>\n"
        f"{_labels(look)}"
        f" <layerGeometryType>{_GEOMETRY[look.symbol]}</layerGeometryType>\n"
        "</qgis>\n"
    )


def _layer(look: _Look) -> str:
    if look.symbol == "fill":
        kind = "SimpleFill"
        options = {
            "color": look.fill,
            "outline_color": look.line,
            "outline_style": "solid",
            "outline_width": f"{look.width_mm:g}",
            "outline_width_unit": "MM",
            "style": "solid",
        }
    else:
        kind = "SimpleMarker"
        options = {"name": "diamond", "color": look.fill, "outline_color": look.line, "size": "3", "size_unit": "MM"}
    new = "".join(f'<Option type="QString" name={quoteattr(k)} value={quoteattr(v)}/>' for k, v in options.items())
    # QGIS before 3.26 reads properties, later ones options; both are written, as QGIS itself did for years.
    old = "".join(f"<prop k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in options.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{new}</Option>{old}</layer>'


def _labels(look: _Look) -> str:
    return (
        ' <labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(look.label)} isExpression="0" fontSize="8" fontSizeUnit="Point" '
        'textColor="40,40,40,255" fontFamily="Sans Serif"><text-buffer bufferDraw="1" bufferSize="0.8" '
        'bufferColor="255,255,255,255"/></text-style>'
        '<placement placement="0"/><rendering drawLabels="1" obstacle="1"/></settings></labeling>\n'
    )
