"""Random exercises: a source states a claim; only then is drawn what really happens.

Families of truth: as claimed; one detail wrong (port, date, ship or number); routine only; other cargo (the ships move
as claimed and carry nobody); nothing (no vessel of interest moves at all). A draw whose truth does not fit its family -
a wrong date that is right after all - is drawn again where the family says something about the claim; routine that
happens to make it true is kept. What a case states of routine and traffic is a range that holds the truth, as an honest
analyst's would. Then a second source may report, rightly or wrongly, ships may be silent, and images may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.exercise.answers import moved_as_claimed
from roadstead.exercise.happen import happen, passage_hours
from roadstead.exercise.scenario import ELSEWHERE, Scenario, scenario_of
from roadstead.model import Claim, ClaimKind, DefectError, InputError, Range, TimeSpan
from roadstead.steps import stream

if TYPE_CHECKING:
    import numpy as np

    from roadstead.exercise.truth import Truth


class Family(StrEnum):
    """Kind of truth behind a claim."""

    AS_CLAIMED = "as-claimed"
    DETAIL_WRONG = "detail-wrong"
    ROUTINE = "routine"
    OTHER_CARGO = "other-cargo"
    NOTHING = "nothing"


DETAILS = ("port", "date", "ship", "number")
DAYS, BEFORE_DAYS = 18, 7
"""length of an exercise; the claim's window begins so long after its start"""
FIRST = datetime(2024, 3, 1, tzinfo=UTC)
HOME_DAYS, AWAY_DAYS = (4.0, 30.0), (0.5, 6.0)
"""routine as a case states it by default; each exercise draws its truth inside"""
TRAFFIC = {
    "port-null": (1.0, 5.0),
    "meridian-harbour": (2.0, 9.0),
    "tern-cove": (0.5, 3.0),
    "equator-roads": (0.5, 4.0),
    "farhaven": (1.0, 6.0),
}
"""stated mean number of other ships; the true mean is drawn inside, uniform in its logarithm"""
STAY_HOURS = (12.0, 96.0)
PRIOR_MOVED, PRIOR_CARGO = (0.3, 0.5), (0.1, 0.3)
"""around the share of families in which the ships move as claimed (two of five), and carry what is claimed (one)"""
CALL_HOURS = (6.0, 60.0)
PERSONS = 200
"""aboard each ship that carries any"""
SOURCE_A = {
    "id": "source-a", "name": "a service of a neighbour", "origin": "service", "reliability": "C", "credibility": "3"
}  # fmt: skip
SOURCE_B = {
    "id": "source-b", "name": "somebody on the shore", "origin": "shore", "reliability": "C", "credibility": "3"
}  # fmt: skip
MOST_DRAWS = 60
SAYS_WHETHER = {Family.AS_CLAIMED: True, Family.OTHER_CARGO: True, Family.DETAIL_WRONG: False, Family.NOTHING: False}
"""families that say whether the ships moved as claimed"""
REPORTED_IF_TRUE, REPORTED_IF_FALSE = 0.6, 0.15
"""how often a second source reports a ship at the claimed place on a day, when it was there and when it was not"""
REPORT_RATIO = (2.0, 8.0)
"""what the case states that such a report weighs; the true ratio is 4"""
FLEET = (
    ("ropucha-i", 112.5),
    ("ropucha-ii", 112.5),
    ("alligator-three-cranes", 113.0),
    ("alligator-one-crane", 113.0),
    ("corvette", 72.0),
    ("ro-ro-cargo", 124.0),
    ("cargo-engines-aft", 137.0),
)
NAMES = ("Auk", "Booby", "Cormorant", "Dunlin", "Eider")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """What the source says, before anything has happened."""

    kind: str
    who: tuple[str, ...]
    at_least: int
    origin: str
    target: str
    start: datetime
    end: datetime


def random_scenario(seed: int, number: int, family: Family) -> Scenario:
    """One random exercise; the same arguments give the same.

    Args:
        seed: of a study.
        number: which of its exercises.
        family: kind of truth.
    """
    said = stream(seed, "exercise", "said", str(number))
    drawn = stream(seed, "exercise", "drawn", str(number), family.value)
    world = _world(said, number)
    claimed = _claim(said, world)
    world |= _stated(claimed, world)
    world["seed"] = int(stream(seed, "exercise", "world", str(number)).integers(2**31))
    world["family"] = family.value
    for _ in range(MOST_DRAWS):
        drawing = {**world, "vessels": [dict(v) for v in world["vessels"]]}
        drawing["voyages"] = _voyages(drawn, drawing, claimed, family)
        drawing["works"] = _works(drawn, drawing, claimed) if family is Family.AS_CLAIMED else []
        scenario = scenario_of(drawing, Path(f"random exercise {number}"))
        truth = happen(scenario)
        moved = moved_as_claimed(_as_claim(claimed), truth, tuple(TRAFFIC))
        if family not in SAYS_WHETHER or moved is SAYS_WHETHER[family]:
            told = {"ais": _silences(drawn, drawing), "gaps": _gaps(drawn, drawing)}
            return scenario_of({**drawing, **told, **_reported(drawn, claimed, truth)}, Path(f"exercise {number}"))
    raise DefectError(f"random exercise {number} of seed {seed}: no draw fits the family {family.value}")


def _as_claim(c: _Claimed) -> Claim:
    """The movement that the source claims, as the weighing understands it."""
    transit = c.kind == "transit"
    return Claim(
        id="movement", source_id="source-a", text="", kind=ClaimKind(c.kind), when=TimeSpan(c.start, c.end),
        when_text="", who=c.who, sites=() if transit else (c.target,), origins=(c.origin,) if transit else (),
        destinations=(c.target,) if transit else (), at_least=c.at_least, prior=Range(*PRIOR_MOVED), prior_reason="",
    )  # fmt: skip


def _reported(rng: np.random.Generator, c: _Claimed, truth: Truth) -> dict[str, Any]:
    """What a second source says of one ship on one day of the window: more often what is true than what is not."""
    ship = str(rng.choice(c.who))
    days = int((c.end - c.start) / timedelta(days=1))
    day = c.start + timedelta(days=int(rng.integers(days)))
    span = TimeSpan(day, day + timedelta(days=1))
    there = any(s.ship_id == ship and s.place_id == c.target and s.span.overlaps(span) for s in truth.stays)
    if rng.random() >= (REPORTED_IF_TRUE if there else REPORTED_IF_FALSE):
        return {}
    report = {
        "id": "report-b", "source": "source-b", "site": c.target, "when": day.date().isoformat(), "vessels": [ship],
        "text": f"{ship.capitalize()} lay at {c.target}.", "likelihood_ratio": list(REPORT_RATIO),
        "lr_reason": "somebody on the spot, as the exercise draws reports",
    }  # fmt: skip
    return {"sources": [SOURCE_A, SOURCE_B], "reports": [report]}


def _silences(rng: np.random.Generator, world: dict[str, Any]) -> list[dict[str, Any]]:
    """Ships of interest that send nothing for the second week, or ever."""
    out = []
    for ship in world["vessels"]:
        off = [None, world["start"] + timedelta(days=BEFORE_DAYS), world["start"]][int(rng.integers(3))]
        if off is not None:
            out.append({"vessel": ship["id"], "off": [{"start": off, "end": world["end"]}]})
    return out


def _gaps(rng: np.random.Generator, world: dict[str, Any]) -> list[dict[str, Any]]:
    """A day or two for which images of one satellite are not to be had; catalogues list half of them all the same."""
    platform = str(rng.choice([s["platform"] for s in world["sensors"]]))
    start = world["start"] + timedelta(days=int(rng.integers(0, DAYS - 2)))
    end = start + timedelta(days=int(rng.integers(1, 3)))
    return [{"platform": platform, "start": start, "end": end, "listed": bool(rng.random() < 0.5)}]


def _log_uniform(rng: np.random.Generator, between: tuple[float, float]) -> float:
    low, high = between
    return float(low * (high / low) ** rng.random())


def _world(rng: np.random.Generator, number: int) -> dict[str, Any]:
    start = FIRST + timedelta(days=int(rng.integers(0, 200)))
    places = [
        {
            "id": p, "traffic": round(_log_uniform(rng, between), 3), "stated_traffic": between,
            "stay_hours": round(_log_uniform(rng, STAY_HOURS), 1), "stated_stay_hours": STAY_HOURS,
        }
        for p, between in TRAFFIC.items()
    ]  # fmt: skip
    return {
        "schema_version": 1,
        "id": f"random-{number:04d}",
        "title": f"random exercise {number}",
        "start": start,
        "end": start + timedelta(days=DAYS),
        "cloud": round(float(rng.uniform(0.15, 0.75)), 3),
        "wind_m_s": round(float(rng.uniform(3, 9)), 2),
        "places": places,
        "vessels": _fleet(rng),
        "sensors": _sensors(rng, start),
        "routine": {"home_days": list(HOME_DAYS), "away_days": list(AWAY_DAYS), "reason": "stated by the exercise"},
    }


def _fleet(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Three to five vessels with one base; each calls routinely at one or two other places."""
    base = str(rng.choice(["port-null", "tern-cove"]))
    others = [p for p in TRAFFIC if p != base]
    out = []
    for name in NAMES[: int(rng.integers(3, 6))]:
        form, length = FLEET[int(rng.integers(len(FLEET)))]
        calls = rng.choice(others, int(rng.integers(1, 3)), replace=False)
        out.append(
            {
                "id": name.lower(), "name": name, "form": form, "length_m": length, "home": base,
                "speed_kn": round(float(rng.uniform(12, 17)), 1), "calls_at": sorted(str(c) for c in calls),
            }
        )  # fmt: skip
    return out


def _sensors(rng: np.random.Generator, start: datetime) -> list[dict[str, Any]]:
    """Radar and optical satellites by their orbits; commercial images as far as somebody had the money."""
    sensors: list[dict[str, Any]] = [{"platform": p} for p in ("sentinel-1a", "sentinel-2a", "sentinel-2b")]
    share = float(rng.choice([0.0, 0.3, 0.6, 0.9]))
    if share:
        sensors.append({"platform": "planetscope", "hour_utc": 9.6, "share": share})
    for place in rng.choice(list(TRAFFIC), int(rng.integers(0, 3)), replace=False):
        hours = rng.uniform(BEFORE_DAYS * 24, (BEFORE_DAYS + 5) * 24, int(rng.integers(1, 4)))
        times = sorted(start + timedelta(days=int(h // 24), hours=9 + 6 * (h % 24) / 24) for h in hours)
        times = [t.replace(microsecond=0) for t in times]
        sensors.append({"platform": "skysat", "places": [str(place)], "times": times})
    return sensors


def _claim(rng: np.random.Generator, world: dict[str, Any]) -> _Claimed:
    """A source names vessels, places and days."""
    ships = [v["id"] for v in world["vessels"]]
    who = tuple(sorted(str(w) for w in rng.choice(ships, min(int(rng.integers(1, 4)), len(ships) - 1), replace=False)))
    home = world["vessels"][0]["home"]
    away = [str(p) for p in rng.permutation([p for p in TRAFFIC if p != home])]
    start = world["start"] + timedelta(days=BEFORE_DAYS)
    return _Claimed(
        kind=str(rng.choice(["transit", "presence"])),
        who=who,
        at_least=int(rng.integers(max(1, len(who) - 1), len(who) + 1)),
        origin=away[0],
        target=away[1],
        start=start,
        end=start + timedelta(days=int(rng.integers(2, 5))),
    )


def _stated(c: _Claimed, world: dict[str, Any]) -> dict[str, Any]:
    names = ", ".join(v["name"] for v in world["vessels"] if v["id"] in c.who)
    window = {"start": c.start.date().isoformat(), "end": (c.end - timedelta(days=1)).date().isoformat()}
    who = {"when": window, "who": list(c.who), "at_least": c.at_least}
    route = {"origins": [c.origin], "destinations": [c.target]}
    where: dict[str, Any] = route if c.kind == "transit" else {"sites": [c.target]}
    says = f"from {c.origin} to {c.target}" if c.kind == "transit" else f"at {c.target}"
    moved = {
        "id": "movement", "source": "source-a", "text": f"At least {c.at_least} of {names}: {c.kind} {says}.",
        "kind": c.kind, **who, **where, "prior": list(PRIOR_MOVED), "prior_reason": "share of the exercise's families",
    }  # fmt: skip
    carried = {
        "id": "cargo", "source": "source-a", **who, **where,
        "prior": list(PRIOR_CARGO), "prior_reason": "share of the exercise's families",
    }  # fmt: skip
    if c.kind == "transit":
        persons = [PERSONS * c.at_least, PERSONS * len(c.who)]
        carried |= {"kind": "persons", "text": f"They carried soldiers {says}.", "persons": persons}
    else:
        carried |= {"kind": "activity", "text": f"A crane loaded them {says}.", "activity": "crane over the deck"}
    return {"sources": [SOURCE_A], "claims": [moved, carried]}


def _voyages(rng: np.random.Generator, world: dict[str, Any], c: _Claimed, family: Family) -> list[dict[str, Any]]:
    """What the vessels of interest really do."""
    if family is Family.NOTHING:
        return []
    fleet = {v["id"]: v for v in world["vessels"]}
    out = [y for ship in fleet.values() for y in _routine(rng, ship, world)]
    if family is Family.ROUTINE:
        return out
    takes_part = [str(s) for s in rng.permutation(c.who)][: int(rng.integers(c.at_least, len(c.who) + 1))]
    detail = str(rng.choice(DETAILS)) if family is Family.DETAIL_WRONG else ""
    if detail == "number" and c.at_least == 1:
        detail = "port"
    if detail == "number":
        takes_part = takes_part[: c.at_least - 1]
    if detail == "ship":
        others = [str(s) for s in rng.permutation([s for s in fleet if s not in c.who])]
        takes_part = others[: max(c.at_least, 1)]
    target, shift = c.target, timedelta(0)
    if detail == "port":
        base = world["vessels"][0]["home"]
        target = str(rng.choice([p for p in TRAFFIC if p not in {base, c.origin, c.target}]))
    if detail == "date":
        shift = timedelta(days=5) if rng.random() < 0.5 else timedelta(days=-5)
    # Ships of a claim that stay behind, or whose story would come true by routine, keep to their base.
    out = [y for y in out if y["vessel"] not in {*takes_part, *c.who}]
    for ship in c.who:
        fleet[ship]["starts_at"] = fleet[ship]["home"]
    laden = family is not Family.OTHER_CARGO
    for ship in takes_part:
        out += _operation(rng, fleet[ship], world, (c, target, shift), laden=laden)
    return out


def _works(rng: np.random.Generator, world: dict[str, Any], c: _Claimed) -> list[dict[str, Any]]:
    """For a presence with cargo: a crane over the deck of each ship some time during its call."""
    out = []
    for y in world["voyages"] if c.kind == "presence" else []:
        if y["vessel"] in c.who and y["to"] == c.target:
            ship = next(v for v in world["vessels"] if v["id"] == y["vessel"])
            arrives = y["depart"] + timedelta(hours=passage_hours(ship["home"], c.target, ship["speed_kn"]))
            start = (arrives + timedelta(hours=float(rng.uniform(0.5, 2)))).replace(microsecond=0)
            if start < c.end:
                end = min(start + timedelta(hours=float(rng.uniform(2, 8))), c.end).replace(microsecond=0)
                out.append({"vessel": y["vessel"], "kind": "crane", "start": start, "end": end})
    return out


def _routine(rng: np.random.Generator, ship: dict[str, Any], world: dict[str, Any]) -> list[dict[str, Any]]:
    """Stays at home and away as Erlang-2 times, as the weighing assumes them, means inside the stated ranges."""
    home_h, away_h = 24 * _log_uniform(rng, HOME_DAYS), 24 * _log_uniform(rng, AWAY_DAYS)
    at_home = bool(rng.random() < home_h / (home_h + away_h))
    options = [*ship["calls_at"], ELSEWHERE]
    here = ship["home"] if at_home else str(rng.choice(options))
    ship["starts_at"] = here
    left = float(rng.random() * rng.gamma(2.0, (home_h if at_home else away_h) / 2))
    t, out = world["start"] + timedelta(hours=left), []
    while t < world["end"]:
        target = str(rng.choice(options)) if here == ship["home"] else ship["home"]
        depart = t.replace(microsecond=0)
        out.append({"vessel": ship["id"], "to": target, "depart": depart})
        sail = passage_hours(here, target, ship["speed_kn"])
        here = target
        stay = rng.gamma(2.0, (home_h if here == ship["home"] else away_h) / 2)
        t = depart + timedelta(hours=sail + 0.1 + float(stay))
    return out


def _operation(
    rng: np.random.Generator,
    ship: dict[str, Any],
    world: dict[str, Any],
    plan: tuple[_Claimed, str, timedelta],
    *,
    laden: bool,
) -> list[dict[str, Any]]:
    """From base to the origin (for a transit), to the target inside the window, and home again."""
    c, target, shift = plan
    ship["starts_at"] = ship["home"]
    speed = ship["speed_kn"]
    if c.kind == "presence":
        sail = passage_hours(ship["home"], target, speed)
        arrive = c.start + shift + (c.end - c.start) * float(rng.uniform(0.02, 0.9))
        legs = [(target, arrive - timedelta(hours=sail))]
    else:
        first = passage_hours(ship["home"], c.origin, speed)
        sail = passage_hours(c.origin, target, speed)
        room = (c.end - c.start) / timedelta(hours=1) - sail - 4
        load = min(_log_uniform(rng, CALL_HOURS), 0.8 * room)
        reach = c.start + shift + timedelta(hours=1 + float(rng.uniform(0, max(room - load, 0.1))))
        legs = [(c.origin, reach - timedelta(hours=first)), (target, reach + timedelta(hours=load))]
    if target == ship["home"]:
        legs = legs[:-1]
    out = [{"vessel": ship["id"], "to": to, "depart": t.replace(microsecond=0)} for to, t in legs]
    if c.kind == "transit" and len(out) > 1:
        out[1]["persons"] = PERSONS if laden else 0
        arrives = legs[1][1] + timedelta(hours=passage_hours(c.origin, target, speed))
    elif not out:
        raise InputError("an operation without a leg; this is a fault of the exercise")
    else:
        arrives = legs[-1][1] + timedelta(hours=passage_hours(ship["home"], legs[-1][0], speed))
    leaves = arrives + timedelta(hours=_log_uniform(rng, CALL_HOURS))
    if leaves < world["end"]:
        out.append({"vessel": ship["id"], "to": ship["home"], "depart": leaves.replace(microsecond=0)})
    return out
