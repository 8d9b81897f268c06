"""Open images, kept between tiles: opening one anew costs much of a tile, and loses its decoded blocks."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rio_tiler.io import ImageReader, Reader

from roadstead.archive import image_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_IDLE = 8
"""as many as a browser asks for at once, and a second date"""


@dataclass(slots=True)
class Readers:
    """Readers of images; each serves one thread at a time, as GDAL wants it."""

    _idle: deque[tuple[tuple[str, bool], Reader]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def lent(self, path: str, *, on_map: bool) -> Iterator[Reader]:
        """A reader for one piece of work; one that failed is not kept.

        Args:
            path: of the image.
            on_map: whether it has a georeference.

        Raises:
            RasterError: it is no image file.
            RasterioError: it cannot be opened.
        """
        place = (path, on_map)
        reader = self._taken(place)
        if reader is None:
            image_kind(Path(path))  # a file of pixels: not a description that leads elsewhere, not an address
            reader = Reader(path) if on_map else ImageReader(path)
        try:
            yield reader
        except BaseException:
            reader.close()  # type: ignore[no-untyped-call]  # rio-tiler leaves it untyped
            raise
        with self._lock:
            self._idle.append((place, reader))
            surplus = self._idle.popleft()[1] if len(self._idle) > MOST_IDLE else None
        if surplus is not None:
            surplus.close()  # type: ignore[no-untyped-call]

    def _taken(self, place: tuple[str, bool]) -> Reader | None:
        with self._lock:
            for i in reversed(range(len(self._idle))):
                if self._idle[i][0] == place:
                    reader = self._idle[i][1]
                    del self._idle[i]
                    return reader
        return None
