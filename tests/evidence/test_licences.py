"""Which pixels may be handed on: those whose whole licence is known."""

from __future__ import annotations

import pytest

from roadstead.evidence.licences import CREDIT, SHARE_ALIKE, duties, may_copy


@pytest.mark.parametrize(
    "licence",
    [
        "CC0-1.0", "CC BY 4.0", "CC-BY-4.0", "CC-BY-SA-4.0", "cc by-sa 3.0 igo", "Creative Commons Attribution 4.0",
        "Creative Commons Attribution-ShareAlike 4.0 International", "https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by-sa/4.0/legalcode", "https://creativecommons.org/publicdomain/zero/1.0/",
        "public domain", "Copernicus Sentinel data terms (free, full and open)", "ODbL-1.0", "OGL-UK-3.0",
        "Open Government Licence v3.0", "Apache-2.0", "MIT",
    ],
)  # fmt: skip
def test_a_known_licence_allows_copies(licence: str) -> None:
    assert may_copy(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "Nur mit Genehmigung von Airbus DS", "CC BY NonCommercial", "CC BY (non-commercial use only)", "CC-BY-NC-4.0",
        "not in the public domain", "Planet image, contains Copernicus Sentinel data overlay",
        "personal use, not CC BY",
        "of each mission: Copernicus Sentinel data terms; Landsat public domain", "CC BY 4.0; otherwise commercial",
        "https://creativecommons.org/licenses/by-nc/4.0/", "https://evil.example/?creativecommons.org/licenses/by/4.0/",
        "with permission", "proprietary", "", "open",
    ],
)  # fmt: skip
def test_a_word_more_allows_nothing(licence: str) -> None:
    assert not may_copy(licence)


def test_what_a_licence_asks() -> None:
    assert duties("CC-BY-SA-4.0") == (SHARE_ALIKE, CREDIT)
    assert duties("CC BY 4.0") == (CREDIT,)
    assert duties("CC0-1.0") == ()
