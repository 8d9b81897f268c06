"""`roadstead new`: a commented template."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from roadstead.model import InputError, StorageError
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

CASE = """# A case: what somebody says happened, split into claims that images can test.
# Dates are local to the site unless a time zone is stated. `roadstead verify {folder}` weighs it.
schema_version = 1
id = "{slug}"
title = "{title}"
summary = "One paragraph: who says what, and why it matters."
seed = 1                 # fixes every random draw, so that a re-run gives the same figures
timezone = "UTC"         # for claims that name no site
window = {{ start = "2024-10-08", end = "2024-10-20" }} # for claims that state no `when` of their own
images = ["images"]      # folders with scenes; or bring files in with `roadstead add`
# embargo_until = 2024-11-01T06:00:00Z # stamped on every output; `roadstead publish` waits for it
# sea = {{ coastline = "coast/land.gpkg" }} # land, used with the pixels; or area = a file of sea, or sites = true

# A site from the library needs only its id (dunai, fokino, vladivostok, slavyanka, vostochny, chongjin, hungnam,
# musudan, rajin). One of your own needs a name, a time zone and a polygon on the water, [longitude, latitude].
[[sites]]
id = "dunai"
traffic = [0.2, 4.0]     # ships of no special interest usually there at once: low and high
traffic_reason = "assumed"

[[sites]]
id = "my-roads"
name = "My roads"
timezone = "Asia/Vladivostok"
aoi = [[132.00, 42.80], [132.10, 42.80], [132.10, 42.86], [132.00, 42.86]]
anchorage = true         # open water: no ship lies alongside a quay here

# A vessel of interest: a hull or class of the library, or figures of your own.
[[vessels]]
id = "nikolay-vilkov"
hull = "nikolay-vilkov"  # or: class = "alligator", or: length_m = [110, 115] and speed_kn = [14, 18]
home = "my-roads"        # where it lies when nothing happens
calls_at = ["dunai"]     # where else it routinely calls

# Who says it. Admiralty grades (reliability A-F, credibility 1-6) are shown, never turned into numbers.
# Two outlets that quote one briefing share one origin.
[[sources]]
id = "ministry"
name = "A ministry's briefing"
origin = "ministry"
reliability = "C"
credibility = "3"
published = 2024-10-18
url = "https://example.org/briefing"

# Kinds: presence, transit (origins, destinations), count (at_least / at_most, length_m), activity, persons, statement.
# `prior` is your range for "it happened as claimed" before any image is looked at; the reason is printed.
[[claims]]
id = "at-dunai"
source = "ministry"
text = "The ship lay at Dunai on 17 October."
kind = "presence"
who = ["nikolay-vilkov"]
site = "dunai"
when = "2024-10-17"      # or {{ start = "2024-10-17", end = "2024-10-20" }}
prior = [0.2, 0.8]
prior_reason = "why this range"

# Alternatives share what the prior leaves over, by weight. motion: as-claimed, wrong-port, wrong-date, routine.
[[hypotheses]]
id = "routine"
text = "the ship moved as it always does"
motion = "routine"
weight = [1.0, 2.0]
reason = "why"

[[hypotheses]]
id = "none-of-these"
text = "none of these"
motion = "routine"
weight = [0.5, 1.0]
reason = "floor of 5 %"
"""
REPORTED = """# What others report to have seen; it enters only the second computation, by the ranges written here.
schema_version = 1

# [[sightings]]
# id = "think-tank-17-oct"
# source = "ministry"        # a source of case.toml; it never supports its own claims
# site = "dunai"
# when = "2024-10-17"
# vessels = ["nikolay-vilkov"]
# text = "in their words"
# likelihood_ratio = [2, 10] # P(report | so) / P(report | not so); leave out to show it without weighing it
# lr_reason = "why"
"""


def _in_shell(name: str) -> str:
    """A folder's name as a shell takes it; what a line of a comment cannot hold is named in general."""
    return shlex.quote(name) if name.isprintable() else "CASE"


def new_case(folder: Path) -> Path:
    """Write case.toml, reported.toml and an images folder; returns the case file.

    Raises:
        InputError: a case stands there already; nothing is overwritten.
        StorageError: the folder cannot be written.
    """
    if (folder / "case.toml").exists():
        raise InputError(f"{folder / 'case.toml'} exists already; nothing was changed. Name another folder")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder")
    slug = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:64] or "case"
    text = CASE.format(folder=_in_shell(folder.name), slug=slug, title=slug.replace("-", " ").capitalize())
    write_atomic(folder / "case.toml", text)
    if not (folder / "reported.toml").exists():
        write_atomic(folder / "reported.toml", REPORTED)
    try:
        (folder / "images").mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written ({error.strerror}); check permissions") from error
    return folder / "case.toml"
