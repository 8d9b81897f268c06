"""Numbers of ITU-R M.1371-5 in words: navigational status (table 48) and type of ship (table 53)."""

from __future__ import annotations

NAV_STATUS = (
    "under way using engine",
    "at anchor",
    "not under command",
    "restricted manoeuvrability",
    "constrained by her draught",
    "moored",
    "aground",
    "engaged in fishing",
    "under way sailing",
    "reserved (9)",
    "reserved (10)",
    "power-driven vessel towing astern",
    "power-driven vessel pushing ahead or towing alongside",
    "reserved (13)",
    "AIS-SART active",
    "",
)
"""by number; 15 is `undefined`"""
_OTHER_WORDS = {
    "unknown value": "",
    "undefined": "",
    "not defined": "",
    "restricted maneuverability": NAV_STATUS[3],
    "fishing": NAV_STATUS[7],
    "underway using engine": NAV_STATUS[0],
    "underway sailing": NAV_STATUS[8],
}
_SINGLE_TYPES = {
    30: "fishing",
    31: "towing",
    32: "towing, long or wide",
    33: "dredging or underwater operations",
    34: "diving operations",
    35: "military operations",
    36: "sailing",
    37: "pleasure craft",
    50: "pilot vessel",
    51: "search and rescue",
    52: "tug",
    53: "port tender",
    54: "anti-pollution",
    55: "law enforcement",
    58: "medical transport",
    59: "non-combatant ship",
}
_TENS = {2: "wing in ground", 4: "high-speed craft", 6: "passenger", 7: "cargo", 8: "tanker", 9: "other"}


def status_words(text: str) -> str:
    """Navigational status in words, from its number or from somebody's words."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None
    if number is not None:
        return NAV_STATUS[number] if number < len(NAV_STATUS) else ""
    plain = text.casefold()
    return _OTHER_WORDS.get(plain, next((s for s in NAV_STATUS if s.casefold() == plain), text))


def status_number(words: str) -> int:
    """Number of a navigational status; 15 where there is none."""
    return NAV_STATUS.index(words) if words in NAV_STATUS else 15


def type_words(code: int) -> str:
    """Type of ship in words; empty for 0 and for what the table leaves open."""
    return _SINGLE_TYPES.get(code) or (_TENS.get(code // 10, "") if 0 < code < 100 else "")
