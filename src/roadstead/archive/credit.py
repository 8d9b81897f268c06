"""Credit lines that image owners ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.model import TimeSpan

_COPERNICUS_LICENCE = "Copernicus Sentinel data: free, full and open (EU) No 1159/2013"
_OWNERS = {
    "planetscope": "Planet Labs PBC",
    "skysat": "Planet Labs PBC",
    "rapideye": "Planet Labs PBC",
    "umbra": "Umbra Lab",
    "capella": "Capella Space",
    "iceye": "ICEYE",
}


def year_of(time: TimeSpan | None) -> str:
    """Year or years of a time span for a credit line; empty where unknown."""
    if time is None:
        return ""
    first, last = time.start.year, max(time.start, time.end - timedelta(seconds=1)).year
    return f"{first}" if first == last else f"{first}-{last}"


def credit_for(constellation: str, time: TimeSpan | None) -> str:
    """The credit line of a known constellation; empty for others."""
    name, year = constellation.lower(), year_of(time)
    if name.startswith(("sentinel-1", "sentinel-2")):
        return f"contains modified Copernicus Sentinel data {year}".strip()
    if name.startswith("landsat"):
        return "Landsat image courtesy of the U.S. Geological Survey"
    owner = next((o for key, o in _OWNERS.items() if name.startswith(key)), "")
    return " ".join(filter(None, ("Image ©", year, owner))) if owner else ""


def licence_for(constellation: str) -> str:
    """The licence of a constellation whose data are free for all; empty for others."""
    return _COPERNICUS_LICENCE if constellation.lower().startswith(("sentinel-1", "sentinel-2")) else ""
