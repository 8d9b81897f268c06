"""What the digits of an MMSI say: kind of station and country of the number (ITU-R M.585-9)."""

from __future__ import annotations

import re
from functools import lru_cache

from pyais.constants import COUNTRY_MAPPING

_FORMS = (
    ("coast station", r"00(?P<mid>\d{3})\d{4}"),
    ("group of ships", r"0(?P<mid>[1-9]\d{2})\d{5}"),
    ("search and rescue aircraft", r"111(?P<mid>\d{3})\d{3}"),
    ("handheld radio", r"8(?P<mid>\d{3})\d{5}"),
    ("craft of a parent ship", r"98(?P<mid>\d{3})\d{4}"),
    ("aid to navigation", r"99(?P<mid>\d{3})\d{4}"),
    ("search and rescue transmitter", r"970\d{6}"),
    ("man overboard device", r"972\d{6}"),
    ("emergency position beacon", r"974\d{6}"),
    ("ship", r"(?P<mid>[2-7]\d{2})\d{6}"),
)
_PLACEHOLDER = re.compile(r"(\d)\1{8}|123456789|987654321|012345678|1193046\d{0,2}")
"""one digit nine times, counting up or down; 1193046 is the factory setting of much equipment"""


@lru_cache(maxsize=65536)
def station(mmsi: str) -> tuple[str, str]:
    """Kind of station and country of a nine-digit MMSI; empty where the number has no such form or code.

    The country is that of the Maritime Identification Digits (ITU list as carried by pyais): who issued the number,
    not whose flag the ship flies today.
    """
    for kind, form in _FORMS:
        match = re.fullmatch(form, mmsi)
        if match:
            mid = match.groupdict().get("mid")
            return kind, COUNTRY_MAPPING.get(int(mid), ("", ""))[1] if mid else ""
    return "", ""


def mmsi_problem(mmsi: str) -> str:
    """What is wrong with an MMSI in one sentence; empty: nothing that its digits tell."""
    number = mmsi.lstrip("0")
    if _PLACEHOLDER.fullmatch(mmsi) or number == "1193046":
        return f"MMSI {mmsi} is a placeholder, not a number that an administration issues; several ships may share it"
    kind, country = station(mmsi)
    if not kind:
        return f"MMSI {mmsi} has the form of no kind of station (ITU-R M.585)"
    if not country and not mmsi.startswith("97"):
        return f"MMSI {mmsi} carries country digits that the ITU list does not allocate"
    return ""
