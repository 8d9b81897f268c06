"""Pictures: what a Copernicus Browser file name says, and pages of PDF files as images."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from roadstead.archive.bands import role_of
from roadstead.archive.credit import credit_for, licence_for
from roadstead.archive.stac import item_time
from roadstead.model import DateBasis, InputError, IntakeError, Modality, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
PAGE_DPI = 200
"""resolution at which PDF pages are rendered"""
MAX_PAGES = 60
_MAX_PAGE_PX = 60_000_000
_POINTS_PER_INCH = 72

# "2024-10-10-00:00_2024-10-10-23:59_Sentinel-2_L2A_True_color.jpg"; file systems without colons put _ or - there.
_BROWSER = re.compile(
    r"(?P<d1>\d{4}-\d{2}-\d{2})-(?P<h1>\d{2})[:_-](?P<m1>\d{2})_"
    r"(?P<d2>\d{4}-\d{2}-\d{2})-(?P<h2>\d{2})[:_-](?P<m2>\d{2})_"
    r"(?P<what>.+)\.(?:jpe?g|png|tiff?)",
    re.IGNORECASE,
)
_MISSION = re.compile(r"(sentinel|landsat)[-_ ]?(\d)", re.IGNORECASE)
_RAW_BAND = re.compile(r"_([A-Z0-9]{2,3})_\(raw\)", re.IGNORECASE)


def scene_from_name(path: Path) -> Scene | None:
    """What the name of a Copernicus Browser export says; None for other names.

    The time is the span that was searched, so the acquisition lies somewhere in it: its basis is `inferred`. Such
    exports are always resampled to the screen's grid.
    """
    match = _BROWSER.fullmatch(path.name)
    if match is None:
        return None
    mission = _MISSION.search(match["what"])
    platform = f"{mission[1].lower()}-{mission[2]}" if mission else ""
    times = {
        "start_datetime": f"{match['d1']}T{match['h1']}:{match['m1']}:00Z",
        "end_datetime": f"{match['d2']}T{match['h2']}:{match['m2']}:59Z",
    }
    try:
        time = item_time(times, path)
    except InputError:
        return None
    raw = _RAW_BAND.search(match["what"])
    role = role_of([raw[1]], platform) if raw else None
    return Scene(
        id=path.stem,
        path=path,
        time=time,
        date_basis=DateBasis.INFERRED,
        modality=Modality.SAR if platform == "sentinel-1" else Modality.OPTICAL,
        platform=platform,
        bands=(role,) if role else (),
        resampled=True,
        credit=credit_for(platform, time),
        licence=licence_for(platform),
    )


def render_pages(pdf: Path, folder: Path) -> tuple[tuple[Path, ...], int]:
    """Render the pages of a PDF as PNG files `page-001.png` in `folder`, at 200 dpi.

    Returns:
        The files, at most 60, and the number of pages that the PDF has.

    Raises:
        IntakeError: the PDF is damaged or locked, or a page is too large.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise IntakeError(
            f"{pdf.name} cannot be opened as PDF; it is damaged or needs a password, so save an open copy"
        ) from error
    try:
        total = len(document)
        pages = []
        for i in range(min(total, MAX_PAGES)):
            target = folder / f"page-{i + 1:03d}.png"
            _write_png(target, _page(document, i, pdf.name))
            pages.append(target)
        return tuple(pages), total
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, index: int, name: str) -> NDArray[np.uint8]:
    page = document[index]
    scale = PAGE_DPI / _POINTS_PER_INCH
    width, height = page.get_size()
    size_px = width * height * scale**2
    if size_px > _MAX_PAGE_PX:
        raise IntakeError(
            f"{name}: page {index + 1} would be {size_px / 1e6:.0f} million pixels at {PAGE_DPI} dpi, "
            f"over {_MAX_PAGE_PX / 1e6:.0f}; save that figure as PNG instead"
        )
    pixels: NDArray[np.uint8] = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3]
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))


def _write_png(target: Path, pixels: NDArray[np.uint8]) -> None:
    profile: Mapping[str, object] = {
        "driver": "PNG",
        "count": pixels.shape[0],
        "height": pixels.shape[1],
        "width": pixels.shape[2],
        "dtype": "uint8",
    }
    with warnings.catch_warnings():
        # A page of a document lies nowhere on Earth.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(target, "w", **profile) as out:
            out.write(pixels)
