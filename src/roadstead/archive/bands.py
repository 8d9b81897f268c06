"""Band roles, SAR units and modality from words in metadata. What no word states stays unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from roadstead.model import BandRole, Modality, SarUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.archive.raster import FileFacts

SAR_ROLES = (BandRole.VV, BandRole.HH, BandRole.VH, BandRole.HV)
_ROLES = {role.value: role for role in BandRole if role is not BandRole.OTHER}
# Names that STAC's eo extension and vendors use for our roles.
_SYNONYMS = {
    "panchromatic": BandRole.PAN,
    "near_infrared": BandRole.NIR,
    "near-infrared": BandRole.NIR,
    "nir08": BandRole.NIR,
    "swir1": BandRole.SWIR16,
}
# ESA Sentinel-2 MSI band numbers; they mean this only for Sentinel-2.
_SENTINEL2 = {
    "b02": BandRole.BLUE,
    "b03": BandRole.GREEN,
    "b04": BandRole.RED,
    "b08": BandRole.NIR,
    "b11": BandRole.SWIR16,
}
_UNITS = {
    "db": SarUnit.DB,
    "decibel": SarUnit.DB,
    "decibels": SarUnit.DB,
    "amplitude": SarUnit.AMPLITUDE,
    "linear": SarUnit.LINEAR,
    "intensity": SarUnit.LINEAR,
    "power": SarUnit.LINEAR,
}
_SAR_PLATFORMS = re.compile(
    r"sentinel-?1|umbra|capella|iceye|terrasar|tandem|radarsat|cosmo|paz\b|palsar|risat|novasar"
)


def tokens(text: str) -> list[str]:
    """Lower-case words of a text, split at anything but letters and digits."""
    return [t for t in re.split(r"[^a-z0-9]+", text.lower()) if t]


def role_of(words: Iterable[str], platform: str = "") -> BandRole | None:
    """The role that a band's names state, first word first; None where none does."""
    for word in words:
        name = word.strip().lower()
        role = _ROLES.get(name) or _SYNONYMS.get(name)
        if role is None and platform.startswith("sentinel-2"):
            role = _SENTINEL2.get(name)
        polarised = [r for r in SAR_ROLES if r.value in tokens(name)]
        if role or polarised:
            return role or polarised[0]
    return None


def roles_of(named: Sequence[Sequence[str]], platform: str = "") -> tuple[BandRole, ...]:
    """Roles of bands from their names; bands with other names are OTHER; empty where no name states a role.

    A second near-infrared (Sentinel-2's B8A beside B08) is OTHER, so that a role names one band.
    """
    roles = [role_of(words, platform) or BandRole.OTHER for words in named]
    once = tuple(r if r not in roles[:i] else BandRole.OTHER for i, r in enumerate(roles))
    return once if any(r is not BandRole.OTHER for r in once) else ()


def roles_from_file(facts: FileFacts, platform: str = "") -> tuple[BandRole, ...]:
    """Roles that the file states: band descriptions, else its colour interpretation; empty if neither does.

    Grey counts as stated only in PNG and JPEG, where it says what is shown; TIFF writes it by default.
    """
    described = roles_of([words.split() for words in facts.words], platform)
    if described:
        return _with_alpha(described, facts)
    if facts.palette:
        return (BandRole.RED, BandRole.GREEN, BandRole.BLUE)
    coloured = roles_of([(c,) for c in facts.colours])
    if {BandRole.RED, BandRole.GREEN, BandRole.BLUE} <= set(coloured):
        return coloured
    if facts.driver != "GTiff" and facts.colours[0] == "gray":
        return _with_alpha((BandRole.OTHER,) * facts.count, facts)
    return ()


def _with_alpha(roles: tuple[BandRole, ...], facts: FileFacts) -> tuple[BandRole, ...]:
    return tuple(BandRole.ALPHA if c == "alpha" else r for r, c in zip(roles, facts.colours, strict=True))


def sar_unit_of(texts: Iterable[str]) -> SarUnit | None:
    """The unit of SAR values that words like "sigma0_db" or "amplitude" state; None if none or several do."""
    found = {_UNITS[t] for text in texts for t in tokens(text) if t in _UNITS}
    return found.pop() if len(found) == 1 else None


def modality_of(platform_words: Iterable[str], roles: Iterable[BandRole]) -> Modality | None:
    """SAR or optical, from names of platform, constellation and instruments, and from band roles."""
    stated = set(roles) - {BandRole.OTHER, BandRole.ALPHA}
    words = [w.lower() for w in platform_words if w]
    if any(_SAR_PLATFORMS.search(w) or "sar" in tokens(w) for w in words) or stated & set(SAR_ROLES):
        return Modality.SAR
    return Modality.OPTICAL if words or stated else None
