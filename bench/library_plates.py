"""Plates of the reference library: three classes for the docs, and all forms to look at.

python bench/library_plates.py docs/library.png            # the picture of docs/library.md
python bench/library_plates.py docs/library.png FOLDER   # and one plate of every form
"""

from __future__ import annotations

import sys
from pathlib import Path

from roadstead import library

LOOK_ALIKES = ("alligator-three-cranes", "ropucha-ii", "go-jun-bong")
"""three classes of landing ships within half a metre of length"""


def main(picture: Path, folder: Path | None) -> None:
    """Write the picture, and the plates of all forms where a folder is named."""
    picture.write_bytes(library.plate([library.form(name) for name in LOOK_ALIKES]))
    print(picture)
    for name, form in library.forms().items() if folder else ():
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(library.plate([form]))
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
