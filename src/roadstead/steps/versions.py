"""Versions of everything that can change a number."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

NUMERIC = (
    "roadstead",
    "numpy",
    "scipy",
    "numba",
    "onnxruntime",
    "rasterio",
    "pyogrio",
    "shapely",
    "pyproj",
    "scikit-image",
)


@cache
def numeric_versions() -> dict[str, str]:
    """Package -> version; `absent` where it is not installed."""
    found = {"python": platform.python_version()}
    for name in NUMERIC:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found
