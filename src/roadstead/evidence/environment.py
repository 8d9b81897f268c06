"""The program that made the results: version, hash of its own source, and every package with its version."""

from __future__ import annotations

import hashlib
import platform
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from roadstead.steps import numeric_versions

PACKAGE = "roadstead"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def code_facts() -> dict[str, Any]:
    """Version and source hash of the program, and the machine's kind; the same on machines of one kind."""
    return {
        "program": PACKAGE,
        "version": numeric_versions()[PACKAGE],
        "source_sha256": source_sha256(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "gdal": gdal_versions(),
    }


def gdal_versions() -> dict[str, str]:
    """GDAL of the two packages that each carry one."""
    import pyogrio  # noqa: PLC0415 - two GDALs take long to load
    import rasterio  # noqa: PLC0415 - only for its version of GDAL

    return {"pyogrio": ".".join(map(str, pyogrio.__gdal_version__)), "rasterio": rasterio.__gdal_version__}


def source_sha256() -> str:
    """SHA-256 over the package's own Python files, paths and contents, in order of paths."""
    root = Path(__file__).resolve().parents[1]
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def requirements() -> str:
    """`name==version` of every installed package that the program needs, directly or not, one a line."""
    found: dict[str, str] = {}
    queue = [PACKAGE]
    while queue:
        name = queue.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            held = distribution(name)
        except PackageNotFoundError:
            continue
        found[key] = held.version
        queue += [m[0] for r in held.requires or () if "extra ==" not in r and (m := _NAME.match(r))]
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def lock_file() -> Path | None:
    """uv.lock of the checkout that the program runs from, or None where it was installed without one."""
    path = Path(__file__).resolve().parents[3] / "uv.lock"
    return path if path.is_file() else None
