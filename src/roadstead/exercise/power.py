"""The power of a case's coverage: had it happened this way, what would these looks have led us to say?

Histories are drawn from the prior of each motion that the case's hypotheses use, then what looks would have shown of
them, from the same P(detect) that weighs them; each drawn set of looks is judged as real ones are. So the answer holds
as far as the model does. Two sets of looks are tried: the usable ones that the case holds, and all passes of satellites
of known orbit over the claim's places, every one taken under a clear sky.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.assess import places
from roadstead.case import load_case, require_images
from roadstead.coverage import elements_of, jeffreys, opportunities, usable
from roadstead.exercise.power_draws import DRAWN_AT_ONCE, MOST_BATCHES, drawn_histories, shown
from roadstead.exercise.run import NO_PICTURE, quiet
from roadstead.infer import MOTIONS, grid_of
from roadstead.library import mission
from roadstead.model import Call, ClaimKind, Look, Scene, TimeSpan
from roadstead.pipeline import AssessStep, Gathered, Question, Seams, gather, is_simulated
from roadstead.steps import StepCache, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.case import Case
    from roadstead.model import Claim
    from roadstead.pipeline import SceneAtSite

DRAWS = 20
"""the 90 % interval of a share is then at most 36 points wide"""
HELD, POSSIBLE = "looks held", "all passes, clear sky"
WITHOUT = {
    HELD: "no usable image of its places falls into its window",
    POSSIBLE: "no satellite of known orbit passed over its places in its window",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow:
    """What would have been said of one claim, had ships moved one way, with one set of looks.

    Shares are None where nothing was drawn: `why` says why.
    """

    claim_id: str
    looks_are: str
    looks: int
    motion: str
    """how ships moved: `as-claimed` (the claim true), or the motion of an alternative"""
    draws: int
    why: str
    """why nothing was drawn; empty where something was"""
    supported: float | None
    contradicted: float | None
    not_determinable: float | None
    supported_interval: tuple[float, float] | None
    """90 % interval (Jeffreys)"""
    contradicted_interval: tuple[float, float] | None
    not_determinable_interval: tuple[float, float] | None
    probability: float | None
    """mean of the probability given (middle of its range)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The power of a case."""

    case_id: str
    simulated: bool
    """whether the case is an exercise, or holds simulated images"""
    rows: tuple[PowerRow, ...]
    left_out: tuple[str, ...]
    """claims that no draw of named ships can test, one sentence each"""


def power_of(
    folder: Path,
    *,
    claims: Sequence[str] = (),
    n: int = DRAWS,
    seed: int = 0,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Power:
    """How likely each kind of operation would have led to each verdict.

    Args:
        folder: the case folder; its images are read as `verify` reads them.
        claims: ids; empty: all that name vessels.
        n: draws of each motion.
        seed: of the draws.
        seams: as for `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read, or is an exercise without images.
        NotFound: a claim that the case does not have.
    """
    case = load_case(folder)
    require_images(case)
    chosen = [case.claim(c) for c in claims] if claims else list(case.claims)
    tested = [c for c in chosen if c.who and c.kind is not ClaimKind.STATEMENT]
    held = gather(case, seams or Seams(), StepCache(folder / ".cache"), quiet)
    rows: list[PowerRow] = []
    sets = [(c, looks_are, looks) for c in tested for looks_are, looks in _sets(case, c, held)]
    for i, (claim, looks_are, looks) in enumerate(sets):
        progress(f"{claim.id}, {looks_are}", i, len(sets))
        rows += [_row(case, claim, (looks_are, looks), motion, n=n, seed=seed) for motion in MOTIONS]
    progress("", len(sets), len(sets))
    left_out = tuple(f"claim {c.id}: names no vessel whose movements could be drawn" for c in chosen if c not in tested)
    return Power(case_id=case.id, simulated=is_simulated(case, held), rows=tuple(rows), left_out=left_out)


def _sets(case: Case, claim: Claim, held: Gathered) -> list[tuple[str, tuple[Look, ...]]]:
    grid = grid_of(claim)
    mine = tuple(at.look for at in held.at_sites if usable(at.look) and at.look.time and grid.holds(at.look.time))
    return [(HELD, mine), (POSSIBLE, _possible(case, claim))]


def _possible(case: Case, claim: Claim) -> tuple[Look, ...]:
    """A clear look for every pass over the claim's places inside its window."""
    sites = [case.site(s) for s in places(claim)]
    found = opportunities(sites, claim.when, elements_of(case.folder)).opportunities
    out = []
    for o in sorted(found, key=lambda o: (o.t_utc, o.site_id, o.platform)):
        known = mission(o.platform)
        out.append(
            Look(
                scene_id=f"pass-{o.platform}-{o.t_utc:%Y%m%dT%H%M%S}", site_id=o.site_id,
                time=TimeSpan(o.t_utc, o.t_utc), usable_fraction=o.swath_fraction, cloud_fraction=0.0,
                resolved_m=known.resolved_m if known else 10.0, sun_elevation_deg=o.sun_elevation_deg,
                modality=o.modality,
            )
        )  # fmt: skip
    return tuple(k for k in out if usable(k))


def _row(case: Case, claim: Claim, looks: tuple[str, tuple[Look, ...]], motion: str, *, n: int, seed: int) -> PowerRow:
    looks_are, taken = looks
    inside = any(k.time and k.time.overlaps(claim.when) and k.site_id in places(claim) for k in taken)
    drawn = drawn_histories(case, claim, motion, n=n, seed=seed) if inside else []
    said: list[tuple[Call, float]] = []
    for i, one in enumerate(drawn):
        rng = stream(seed, "power", claim.id, looks_are, motion, str(i))
        said.append(_said(case, claim, [shown(rng, case, one, k) for k in taken]))
    rare = f"the claim is true in none of {DRAWN_AT_ONCE * MOST_BATCHES:,} drawn histories"
    shares = {call: _share(sum(c is call for c, _ in said), len(said)) for call in Call}
    return PowerRow(
        claim_id=claim.id,
        looks_are=looks_are,
        looks=len(taken),
        motion=motion,
        draws=len(said),
        why="" if said else rare if inside else WITHOUT[looks_are],
        supported=shares[Call.SUPPORTED][0],
        contradicted=shares[Call.CONTRADICTED][0],
        not_determinable=shares[Call.NOT_DETERMINABLE][0],
        supported_interval=shares[Call.SUPPORTED][1],
        contradicted_interval=shares[Call.CONTRADICTED][1],
        not_determinable_interval=shares[Call.NOT_DETERMINABLE][1],
        probability=round(sum(p for _, p in said) / len(said), 4) if said else None,
    )


def _share(hits: int, draws: int) -> tuple[float | None, tuple[float, float] | None]:
    return (hits / draws, jeffreys(hits, draws)) if draws else (None, None)


def _said(case: Case, claim: Claim, looks: Sequence[SceneAtSite]) -> tuple[Call, float]:
    """What would be said of these looks, and the middle of the probability."""
    scenes = {
        at.look.scene_id: Scene(
            id=at.look.scene_id, path=Path("drawn"), time=at.look.time, modality=at.look.modality, bands=(),
            simulated=True,
        )
        for at in looks
    }  # fmt: skip
    gathered = Gathered(scenes=scenes, at_sites=list(looks))
    question = Question(case=case, claim=claim, gathered=gathered, picture=NO_PICTURE)
    own = AssessStep(beside=False).run(question).without_reports
    return own.call, own.probability.mid
