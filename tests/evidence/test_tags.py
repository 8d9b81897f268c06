"""Tags of images that may name persons: found by the files' structure."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio

from roadstead.evidence.tags import UNREADABLE, telling_tags

if TYPE_CHECKING:
    from pathlib import Path


def _tiff(path: Path, *, bigtiff: str = "NO", **tags: str) -> Path:
    with rasterio.open(path, "w", driver="GTiff", height=8, width=8, count=1, dtype="uint16", BIGTIFF=bigtiff) as out:
        out.write(np.ones((1, 8, 8), np.uint16))
        out.update_tags(**tags)
    return path


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
@pytest.mark.parametrize("big", ["NO", "YES"])
def test_tags_of_a_tiff(tmp_path: Path, big: str) -> None:
    assert telling_tags(_tiff(tmp_path / "a.tif", bigtiff=big)) == ()
    named = _tiff(tmp_path / "b.tif", bigtiff=big, TIFFTAG_ARTIST="Anna", TIFFTAG_IMAGEDESCRIPTION="by Anna")
    assert telling_tags(named) == ("Artist", "ImageDescription")
    assert telling_tags(_tiff(tmp_path / "c.tif", bigtiff=big, OPERATOR="Anna")) == ("GDAL_METADATA",)


def test_chunks_of_a_png(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    rest = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    path = tmp_path / "a.png"
    path.write_bytes(head + rest)
    assert telling_tags(path) == ()
    path.write_bytes(head + chunk(b"tEXt", b"Author\0Anna") + rest)
    assert telling_tags(path) == ("text",)
    path.write_bytes(head + rest + b"Anna")
    assert telling_tags(path) == ("bytes after its end",)


def test_segments_of_a_jpeg(tmp_path: Path) -> None:
    def segment(kind: int, data: bytes) -> bytes:
        return bytes((0xFF, kind)) + struct.pack(">H", len(data) + 2) + data

    end = segment(0xDA, b"\0") + b"pixels\xff\xd9"
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8" + segment(0xE0, b"JFIF\0") + end)
    assert telling_tags(path) == ()
    path.write_bytes(b"\xff\xd8" + segment(0xE1, b"Exif\0\0") + segment(0xFE, b"Anna") + end)
    assert telling_tags(path) == ("EXIF or XMP", "comment")


@pytest.mark.parametrize(
    "data", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"\xff\xd8\xff", b"GIF89a"]
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.tif"
    path.write_bytes(data)
    assert telling_tags(path) == (UNREADABLE,)
