"""What could be fetched: which window of which file for which sites, and who would learn of it."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from pyproj import Geod
from shapely import unary_union
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from roadstead.archive.shapes import shape_of
from roadstead.catalogues import Access, Wanted, access_for, host_of, product_name, wanted_of
from roadstead.library import providers
from roadstead.model import InputError, Listing, NotFound, Site, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from roadstead.case import Case
    from roadstead.library import Provider

MARGIN_M = 500.0
"""so far beyond an area of interest its window reaches: detectors need surroundings"""
_LONGEST_NAME = 120
_ALWAYS = TimeSpan(datetime(1957, 10, 4, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


class Kept(Protocol):
    """Answers of catalogues that a case keeps."""

    def search(self, aoi: BaseGeometry, span: TimeSpan) -> list[Listing]:
        """Acquisitions that meet the area."""
        ...

    def items(self, aoi: BaseGeometry, span: TimeSpan) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Raw STAC items with the id of the provider that gave them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One product of an acquisition that could be read."""

    provider: str
    item: Mapping[str, Any]
    wanted: Wanted
    access: Access
    charged: bool
    """whether the reader's own account pays"""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that would learn the area or the file, sorted; none for local files."""
        return tuple(sorted({*self.file_hosts, self.access.sign_host if self.file_hosts else ""} - {""}))

    @property
    def file_hosts(self) -> tuple[str, ...]:
        """Hosts that would give parts of files, sorted; none for local files."""
        return tuple(sorted({host_of(p.href, self.access) for p in self.wanted.parts} - {""}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetchable:
    """One acquisition over one window: the sites whose surroundings it shows."""

    listing: Listing
    sites: tuple[str, ...]
    area: BaseGeometry
    """WGS84 box around the areas of interest with a margin"""
    choices: tuple[Choice, ...]
    """best first; the next is tried where one fails"""
    why_not: str = ""
    """why nothing can be read, where there is no choice"""

    @property
    def name(self) -> str:
        """File name without ending."""
        return "+".join(safe(s) for s in self.sites)

    @property
    def folder_name(self) -> str:
        """Folder below CASE/scenes."""
        return safe(self.listing.id)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that would or might learn the area, sorted."""
        return tuple(sorted({host for choice in self.choices for host in choice.hosts}))


def safe(text: str) -> str:
    """A text as a file name: letters, digits, dots, dashes and underscores, no leading dot, at most 120 characters.

    Where that changes the text, a hash of it follows, so that two texts never share a name.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip(".")
    if plain == text and 0 < len(text) <= _LONGEST_NAME:
        return text
    end = f"-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:10]}"
    return (plain[: _LONGEST_NAME - len(end)] or "unnamed") + end


def fetchable(
    case: Case, kept: Kept, access: Callable[[str], Access] = access_for, sites: Sequence[str] = ()
) -> tuple[Fetchable, ...]:
    """Everything that the kept answers list over the sites of a case, in order of time.

    Sites whose windows overlap are read as one window, whichever of them is asked for: so no two files show the same
    place at the same moment, which would count one look twice.

    Args:
        case: the case.
        kept: its kept answers.
        access: how files are read, by signing word.
        sites: ids of sites; none: all.

    Raises:
        NotFound: a site that the case does not have.
    """
    for site_id in sites:
        case.site(site_id)
    known = {p.id: p for p in providers(case.folder / "catalogues" / "providers.toml")}
    found = []
    for group, area in windows(case.sites):
        if sites and not {s.id for s in group} & set(sites):
            continue
        aoi = unary_union([s.aoi for s in group])
        items = kept.items(aoi, _ALWAYS)
        ids = tuple(s.id for s in group)
        found += [
            _fetchable(listing, ids, area, aoi, _choices(listing, items, known, access))
            for listing in kept.search(aoi, _ALWAYS)
        ]
    return tuple(sorted(found, key=lambda f: (f.listing.time, f.listing.id, f.sites)))


def named(found: Iterable[Fetchable], ids: Sequence[str]) -> tuple[tuple[Fetchable, ...], tuple[str, ...]]:
    """Those that the ids of listings or products name, and a sentence for each id that names none."""
    chosen, missing = [], []
    found = tuple(found)
    for wanted in ids:
        of_id = [f for f in found if wanted in _names(f.listing)]
        chosen += [f for f in of_id if f not in chosen]
        if not of_id:
            missing.append(f"{wanted}: no kept answer of a catalogue lists it there; 'roadstead search CASE' asks them")
    return tuple(chosen), tuple(missing)


def _names(listing: Listing) -> set[str]:
    return {listing.id, *listing.products, *(p.split("/", 2)[-1] for p in listing.products)}


def windows(sites: Iterable[Site]) -> list[tuple[tuple[Site, ...], BaseGeometry]]:
    """Windows around the areas of interest, sites of overlapping windows together, sorted by site id."""
    groups: list[tuple[tuple[Site, ...], BaseGeometry]] = [
        ((s,), _window(s.aoi)) for s in sorted(sites, key=lambda s: s.id)
    ]
    merged = True
    while merged:
        merged = False
        for i, (members, area) in enumerate(groups):
            near = next((j for j in range(i + 1, len(groups)) if groups[j][1].intersects(area)), None)
            if near is not None:
                others, _ = groups.pop(near)
                together = tuple(sorted((*members, *others), key=lambda s: s.id))
                groups[i] = together, _window(unary_union([s.aoi for s in together]))
                merged = True
                break
    return groups


def _window(aoi: BaseGeometry) -> BaseGeometry:
    """Bounding box with the margin, WGS84, rounded to 1e-6 degrees; it ends at the 180th meridian."""
    west, south, east, north = aoi.bounds
    geod = Geod(ellps="WGS84")
    # From the prime meridian, where no longitude jumps from 180 to -180 on the way.
    dlon = geod.fwd(0, max(abs(south), abs(north)), 90, MARGIN_M)[0]
    dlat = geod.fwd(0, south, 0, MARGIN_M)[1] - south
    edges = (max(west - dlon, -180), max(south - dlat, -90), min(east + dlon, 180), min(north + dlat, 90))
    return box(*(round(v, 6) for v in edges))


def _fetchable(
    listing: Listing, ids: tuple[str, ...], area: BaseGeometry, aoi: BaseGeometry, made: tuple[list[Choice], list[str]]
) -> Fetchable:
    choices, why = made
    ordered = sorted(choices, key=lambda c: _rank(c, aoi))
    why_not = "" if ordered else "; ".join(why) or "no kept item of it names a file"
    return Fetchable(listing=listing, sites=ids, area=area, choices=tuple(ordered), why_not=why_not)


def _choices(
    listing: Listing,
    items: Iterable[tuple[str, Mapping[str, Any]]],
    known: Mapping[str, Provider],
    access: Callable[[str], Access],
) -> tuple[list[Choice], list[str]]:
    choices, why = [], []
    for provider_id, item in items:
        name = product_name(provider_id, item)
        if name not in listing.products:
            continue
        provider = known.get(provider_id)
        try:
            choices.append(_choice(provider_id, item, provider, access))
        except InputError as error:
            why.append(f"{name}: {error}")
    return choices, sorted(set(why))


def _choice(
    provider_id: str, item: Mapping[str, Any], provider: Provider | None, access: Callable[[str], Access]
) -> Choice:
    signing = _signing(provider, str(item.get("collection") or ""))
    way = access(signing)
    wanted = wanted_of(item, s3=way.s3_signed)
    outside = provider is None or bool(provider.host)
    if outside and any(not host_of(p.href, way) for p in wanted.parts):
        raise NotFound("a catalogue elsewhere names files of this computer, which are not read")
    return Choice(provider=provider_id, item=item, wanted=wanted, access=way, charged=way.requester_pays)


def _signing(provider: Provider | None, collection: str) -> str:
    if provider is None:
        return "none"
    by_id = {c.id: c.signing for c in provider.collections}
    return by_id.get(collection) or by_id.get("*") or provider.signing


def _rank(choice: Choice, aoi: BaseGeometry) -> tuple[float, bool, int, bool, str]:
    """The product that shows most of the area, brings a mask of cloud, costs nothing and has most bands."""
    footprint = shape_of(choice.item.get("geometry")) if choice.item.get("geometry") else None
    share = (
        round(footprint.intersection(aoi).area / aoi.area, 2) if footprint is not None and footprint.is_valid else 0.0
    )
    return (
        -share, choice.charged, -len(choice.wanted.images), choice.wanted.mask is None,
        f"{choice.provider}/{choice.item.get('collection')}/{choice.item.get('id')}",
    )  # fmt: skip


def contacts(chosen: Iterable[Fetchable]) -> tuple[str, ...]:
    """Who would learn what: one sentence per host and window, sorted."""
    told: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in chosen:
        for sentence in {s for c in one.choices for s in _told_by(one, c)}:
            told[sentence] += 1
    return tuple(
        f"{host} would learn {what} in {count} image{'s' if count > 1 else ''}{after}"
        for (host, what, after), count in sorted(told.items())
    )


def _told_by(one: Fetchable, choice: Choice) -> Iterator[tuple[str, str, str]]:
    """Host, what it would learn, and what else it gets, of one product."""
    b, sites = one.area.bounds, ", ".join(one.sites)
    looks = f"that somebody looks at {b[0]:.3f} to {b[2]:.3f} E, {b[1]:.3f} to {b[3]:.3f} N ({sites})"
    for host in choice.file_hosts:
        # Of two products there one may cost something: then this is what is said of both.
        charged = any(c.charged and host in c.file_hosts for c in one.choices)
        yield host, looks, "; your account there pays for it" if charged else ""
    access = choice.access
    if access.sign_host and choice.file_hosts:
        key = f"; your key in {access.sign_key} is sent to it" if access.sign_key else ""
        yield access.sign_host, f"which files are read over {sites}", key
