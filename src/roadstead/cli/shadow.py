"""`roadstead shadow`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roadstead import library
from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.identify import Measured, ShadowCheck, check_shadow
from roadstead.model import Estimate, InputError, NotFound, Range, iso, parse_span

if TYPE_CHECKING:
    from roadstead.model import TimeSpan

_FULL_CIRCLE_DEG = 360.0
LENGTH_SHARE = 0.05
"""one sigma of a measured shadow's length, as a share, unless stated"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The options as given."""

    time: str
    site: str
    at: str
    height_m: str
    shadow_m: float | None
    shadow_sigma_m: float | None
    azimuth_deg: float | None
    azimuth_sigma_deg: float


def run(said: Said, *, as_json: bool) -> int:
    """Check and print."""
    lon, lat, zone, place = _place(said)
    check = check_shadow(parse_span(said.time, zone), lon, lat, _measured(said))
    if as_json:
        say.print_json({"place": place, **_plain(check)})
    else:
        say.out.print(say.shown(place), soft_wrap=True)
        _print(check)
    return DONE


def _place(said: Said) -> tuple[float, float, str, str]:
    """Longitude, latitude, zone in which a bare time is meant, and all that in words."""
    if bool(said.site) == bool(said.at):
        raise InputError("state the place, by --site or by --at LON,LAT, and only by one of them")
    if said.site:
        site = library.find_site(said.site)
        if site is None:
            raise NotFound(f"--site: the library has no site {said.site!r}; it has {', '.join(library.sites())}")
        words = f"At {site.name}, {site.lat_deg:.4f} N, {site.lon_deg:.4f} E; a time without a zone is {site.timezone}."
        return site.lon_deg, site.lat_deg, site.timezone, words
    lon, lat = lon_lat(said.at)
    return lon, lat, "UTC", f"At {lat:.4f} N, {lon:.4f} E; a time without a zone is UTC."


def lon_lat(text: str) -> tuple[float, float]:
    """Longitude and latitude of `LON,LAT`; raises InputError."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"--at {text!r} is no place; write longitude and latitude like 132.35,42.88") from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputError(f"--at {text!r} is no place on Earth; the order is longitude, latitude")
    return lon, lat


def _measured(said: Said) -> Measured:
    sigma = said.shadow_sigma_m if said.shadow_sigma_m is not None else LENGTH_SHARE * (said.shadow_m or 0.0)
    length = None if said.shadow_m is None else _estimate(said.shadow_m, sigma, "--shadow-m")
    return Measured(azimuth_deg=_azimuth(said), length_m=length, height_m=_height(said.height_m))


def _estimate(value: float, sigma: float, name: str) -> Estimate:
    if not (math.isfinite(value) and math.isfinite(sigma) and sigma >= 0):
        raise InputError(f"{name}: {value:g} with a sigma of {sigma:g} is no measurement; give finite numbers")
    return Estimate(value, sigma)


def _azimuth(said: Said) -> Estimate | None:
    if said.azimuth_deg is None:
        return None
    found = _estimate(said.azimuth_deg, said.azimuth_sigma_deg, "--azimuth-deg")
    if not 0 <= found.value <= _FULL_CIRCLE_DEG:
        raise InputError(f"--azimuth-deg {found.value:g} is no direction; write degrees clockwise from north, 0-360")
    return found


def _height(text: str) -> Range | None:
    if not text:
        return None
    try:
        parts = [float(part) for part in text.split("-")]
        return Range(parts[0], parts[-1]) if len(parts) <= 2 else _no_height(text)
    except ValueError:
        return _no_height(text)


def _no_height(text: str) -> Range:
    raise InputError(f"--height-m {text!r} is no height; write metres, like 20, or low-high, like 18-22")


def _plain(check: ShadowCheck) -> dict[str, Any]:
    return {
        "claimed": str(check.claimed),
        "predicted": [
            {
                "t_utc": iso(s.t_utc),
                "sun_elevation_deg": round(s.sun_elevation_deg, 2),
                "shadow_azimuth_deg": round(s.azimuth_deg, 2),
                "shadow_per_metre": round(s.per_metre, 4),
            }
            for s in check.predicted
        ],
        "consistent": check.consistent,
        "fits_that_day": [[iso(span.start), iso(span.end)] for span in check.fits_that_day],
        "fits_dates": [list(pair) for pair in check.fits_dates],
        "fits_dates_at_that_time_of_day": [list(pair) for pair in check.fits_dates_then],
        "height_m": [check.height_m.low, check.height_m.high] if check.height_m else None,
        "words": list(check.words),
    }


def _print(check: ShadowCheck) -> None:
    for sentence in check.words:
        say.out.print(sentence, soft_wrap=True)
    if check.height_m is not None:
        say.out.print(f"At that time such a shadow is cast by a height of {check.height_m} m.", soft_wrap=True)
    if check.consistent is None:
        say.out.print("Nothing was compared: give --azimuth-deg, or --shadow-m with --height-m.", soft_wrap=True)
        return
    say.out.print(f"That day it fits: {_spans(check.fits_that_day)}.", soft_wrap=True)
    say.out.print(f"That year it fits at some time of day: {_dates(check.fits_dates)}.", soft_wrap=True)
    if check.claimed.hours() < 12:
        say.out.print(f"That year it fits at that time of day: {_dates(check.fits_dates_then)}.", soft_wrap=True)


def _spans(spans: tuple[TimeSpan, ...]) -> str:
    return ", ".join(f"{s.start:%H:%M} to {s.end:%H:%M} UTC" for s in spans) or "at no time"


def _dates(pairs: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(a if a == b else f"{a} to {b}" for a, b in pairs) or "on no day"
