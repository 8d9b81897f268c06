"""Labels to and from other programs: GeoJSON, COCO, CVAT for images; and as what `roadstead train` reads.

COCO: cocodataset.org, "Data format". CVAT: docs.cvat.ai, "CVAT for image". Both name images by file; here by the
scene's id, so that no path of this machine leaves it.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pydantic import ValidationError

from roadstead.archive import DecisionMade
from roadstead.model import DecisionKind, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from roadstead.workbench.schemas import DecisionOut, DetectionOut, SceneOut, Snapshot

SCHEMA_VERSION = 1
MOST_LABELS = 20_000
FARTHEST_PX = 1e6
"""no label lies further from an image's corner"""
VESSEL = "vessel"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""time of files in an archive, so that the same labels give the same bytes"""
KINDS = ("geojson", "coco", "cvat", "training")

Corners = list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A ship, or what an analyst says is none."""

    scene_id: str
    outline: Corners
    """WGS84, not closed; empty without georeference"""
    outline_px: Corners
    """(column, row)"""
    length_m: float | None
    beam_m: float | None
    by: str
    """analyst, or the detector where nobody judged"""
    reviewed: bool
    ship: bool
    reason: str = ""


def labels_of(snapshot: Snapshot, decisions: Sequence[DecisionOut]) -> list[Label]:
    """What stands after review: detections, with who judged them, and ships that were drawn.

    Args:
        snapshot: of the case.
        decisions: those that one analyst may see; where analysts disagree, nobody judged.
    """
    held = [d for d in decisions if not d.withdrawn]
    judged: dict[str, list[DecisionOut]] = {}
    for d in held:
        if d.line.kind in {DecisionKind.ACCEPT, DecisionKind.REJECT} and d.about:
            judged.setdefault(d.about, []).append(d)
    found = [_of_detection(d, judged.get(d.id, [])) for d in snapshot.detections]
    drawn = [_of_drawn(d) for d in held if d.line.kind is DecisionKind.DRAW and d.measured is not None]
    return sorted((*found, *drawn), key=lambda x: (x.scene_id, x.outline_px))


def _of_detection(d: DetectionOut, judged: Sequence[DecisionOut]) -> Label:
    kinds = {j.line.kind for j in judged}
    agreed = len(kinds) == 1
    rejected = agreed and DecisionKind.REJECT in kinds
    return Label(
        scene_id=d.scene_id,
        outline=d.outline,
        outline_px=d.outline_px,
        length_m=d.length_m.value if d.length_m else None,
        beam_m=d.beam_m.value if d.beam_m else None,
        by=", ".join(sorted({j.line.analyst for j in judged})) if agreed else d.method,
        reviewed=agreed or d.method.startswith("by eye"),
        ship=not rejected,
        reason="; ".join(j.line.text for j in judged) if rejected else "",
    )


def _of_drawn(d: DecisionOut) -> Label:
    size = d.measured
    return Label(
        scene_id=d.line.scene_id,
        outline=size.outline if size else [],
        outline_px=size.outline_px if size else [],
        length_m=size.length_m.value if size and size.length_m else None,
        beam_m=size.beam_m.value if size and size.beam_m else None,
        by=d.line.analyst,
        reviewed=True,
        ship=True,
    )


def export(kind: str, snapshot: Snapshot, labels: Sequence[Label]) -> tuple[bytes, str, str]:
    """Labels as a file: its bytes, media type and name; raises InputError for a kind that is not known."""
    if kind == "geojson":
        return _text(_geojson(snapshot, labels)), "application/geo+json", "labels.geojson"
    if kind == "coco":
        return _text(_coco(snapshot, labels)), "application/json", "labels.coco.json"
    if kind == "cvat":
        return _cvat(snapshot, labels), "application/xml", "labels.cvat.xml"
    if kind == "training":
        return _training(snapshot, labels), "application/zip", "labels.training.zip"
    raise InputError(f"labels are not written as {kind[:40]!r}; take one of {', '.join(KINDS)}")


def _text(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def _marked(snapshot: Snapshot) -> dict[str, bool]:
    return {"roadstead:simulated": True} if snapshot.simulated else {}


def _geojson(snapshot: Snapshot, labels: Sequence[Label]) -> dict[str, Any]:
    times = {s.id: s.time.start.isoformat() if s.time else None for s in snapshot.scenes}
    features = [
        {
            "type": "Feature",
            "geometry": _polygon(x.outline),
            "properties": {
                "scene": x.scene_id,
                "time": times.get(x.scene_id),
                "class": VESSEL if x.ship else "no vessel",
                "analyst": x.by,
                "reviewed": x.reviewed,
                "reason": x.reason,
                "length_m": x.length_m,
                "beam_m": x.beam_m,
                "outline_px": x.outline_px,
            },
        }
        for x in labels
    ]
    return {"type": "FeatureCollection", "schema_version": SCHEMA_VERSION, **_marked(snapshot), "features": features}


def _polygon(outline: Corners) -> dict[str, Any] | None:
    if len(outline) < 3:
        return None
    return {"type": "Polygon", "coordinates": [[*map(list, outline), list(outline[0])]]}


def _coco(snapshot: Snapshot, labels: Sequence[Label]) -> dict[str, Any]:
    ships = [x for x in labels if x.ship and len(x.outline_px) > 2]
    numbers = {s.id: i for i, s in enumerate(snapshot.scenes, 1)}
    images = [
        {"id": numbers[s.id], "file_name": s.id, "width": s.width_px, "height": s.height_px} for s in snapshot.scenes
    ]
    annotations = [
        {
            "id": i,
            "image_id": numbers[x.scene_id],
            "category_id": 1,
            "iscrowd": 0,
            "segmentation": [[v for corner in x.outline_px for v in corner]],
            "bbox": _box(x.outline_px),
            "area": round(_area(x.outline_px), 2),
            "attributes": {"by": x.by, "reviewed": x.reviewed},
        }
        for i, x in enumerate((x for x in ships if x.scene_id in numbers), 1)
    ]
    categories = [{"id": 1, "name": VESSEL}]
    return {"info": {"description": snapshot.title, **_marked(snapshot)}, "images": images, "categories": categories,
            "annotations": annotations}  # fmt: skip


def _box(corners: Corners) -> list[float]:
    cols, rows = zip(*corners, strict=True)
    return [min(cols), min(rows), round(max(cols) - min(cols), 3), round(max(rows) - min(rows), 3)]


def _area(corners: Corners) -> float:
    turned = [*corners[1:], corners[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, turned, strict=True))) / 2


def _cvat(snapshot: Snapshot, labels: Sequence[Label]) -> bytes:
    root = ET.Element("annotations")
    ET.SubElement(root, "version").text = "1.1"
    for i, scene in enumerate(snapshot.scenes):
        size = {"width": str(scene.width_px), "height": str(scene.height_px)}
        image = ET.SubElement(root, "image", {"id": str(i), "name": _xml(scene.id), **size})
        for x in (x for x in labels if x.scene_id == scene.id and x.ship and len(x.outline_px) > 2):
            points = ";".join(f"{c:.2f},{r:.2f}" for c, r in x.outline_px)
            said = {"label": VESSEL, "source": "manual" if x.reviewed else "auto", "occluded": "0", "points": points}
            shape = ET.SubElement(image, "polygon", said)
            ET.SubElement(shape, "attribute", {"name": "by"}).text = _xml(x.by)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _xml(text: str) -> str:
    """Text without what XML cannot hold."""
    return "".join(c if c in "\t\n" or " " <= c < "\ud800" or c >= "\ue000" else "\ufffd" for c in text)


def _training(snapshot: Snapshot, labels: Sequence[Label]) -> bytes:
    """One `NAME.vessels.geojson` for each scene that was reviewed whole, to be laid beside its image."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for scene in snapshot.scenes:
            own = [x for x in labels if x.scene_id == scene.id]
            if own and all(x.reviewed for x in own) and scene.box is not None:
                name = _file_name(snapshot, scene)
                text = _text(_geojson(snapshot, [x for x in own if x.ship]))
                out.writestr(zipfile.ZipInfo(f"{name}.vessels.geojson", EPOCH), text)
    return held.getvalue()


def _file_name(snapshot: Snapshot, scene: SceneOut) -> str:
    """The image's own name without its ending: that is how training finds labels."""
    name = str(snapshot.held[scene.key]["path"]).rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0]


def imported(data: bytes, snapshot: Snapshot, place_of: Callable[[str, Corners], Corners]) -> list[DecisionMade]:
    """Labels of COCO or CVAT as ships drawn in the scenes that they name.

    Args:
        data: JSON of COCO, or XML of CVAT for images.
        snapshot: of the case.
        place_of: (key of a scene, corners in its pixels) -> the same on the map.

    Raises:
        InputError: it is neither, or names no scene of the case.
    """
    shapes = list(_read_cvat(data)) if data.lstrip()[:1] == b"<" else list(_read_coco(data))
    if len(shapes) > MOST_LABELS:
        raise InputError(f"{len(shapes)} labels are more than {MOST_LABELS}; split the file")
    scenes = {s.id: s for s in snapshot.scenes}
    known = [(scenes[name], corners) for name, corners in shapes if name in scenes]
    if not all(abs(v) <= FARTHEST_PX for _, corners in known for corner in corners for v in corner):
        raise InputError(f"a label lies more than {FARTHEST_PX:.0f} pixels from its image; correct it")
    if not known:
        named = ", ".join(sorted({name[:60] for name, _ in shapes})[:3]) or "none"
        raise InputError(f"no image that it names is a scene of the case (it names {named}); name images by scene id")
    try:
        return [
            DecisionMade(
                id=uuid.uuid4().hex, kind=DecisionKind.DRAW, scene_id=scene.id, outline=place_of(scene.key, corners),
                outline_px=corners, text="imported label",
            )
            for scene, corners in known
        ]  # fmt: skip
    except ValidationError as error:
        raise InputError(f"a label lies nowhere on Earth ({error.errors()[0]['msg']}); correct it") from error


def _read_coco(data: bytes) -> Iterator[tuple[str, Corners]]:
    try:
        document = json.loads(data)
        names = {image["id"]: str(image["file_name"]) for image in document["images"]}
        for one in document["annotations"]:
            yield names[one["image_id"]], _coco_corners(one)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise InputError(
            f"it is no COCO file ({type(error).__name__}: {error}); export labels as COCO or CVAT"
        ) from error


def _coco_corners(one: dict[str, Any]) -> Corners:
    parts = one.get("segmentation")
    if isinstance(parts, list) and parts and len(parts[0]) >= 6:
        flat = [float(v) for v in parts[0]]
        return list(zip(flat[::2], flat[1::2], strict=True))
    x, y, w, h = (float(v) for v in one["bbox"])
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]


def _read_cvat(data: bytes) -> Iterator[tuple[str, Corners]]:
    if b"\0" in data:  # UTF-16, in which the next line would find nothing
        raise InputError("the XML is not written in UTF-8; export it again")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError("the XML declares a document type, which labels have no need of; export it again")
    try:
        root = ET.fromstring(data)  # noqa: S314 - documents with declarations were refused above
        for image in root.iter("image"):
            for shape in image:
                corners = _cvat_corners(shape)
                if corners:
                    yield image.get("name", ""), corners
    except (ET.ParseError, ValueError, KeyError) as error:
        raise InputError(f"it is no CVAT file ({error}); export as 'CVAT for images'") from error


def _cvat_corners(shape: ET.Element) -> Corners:
    if shape.tag == "polygon":
        pairs = (pair.split(",") for pair in shape.attrib["points"].split(";"))
        return [(float(c), float(r)) for c, r in pairs]
    if shape.tag == "box":
        left, top, right, bottom = (float(shape.attrib[k]) for k in ("xtl", "ytl", "xbr", "ybr"))
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    return []
