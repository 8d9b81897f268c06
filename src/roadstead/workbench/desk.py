"""The desk: what one server knows of its case, between requests."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

from pydantic_core import to_json

from roadstead.archive import DecisionLine, decision_of
from roadstead.case import require_folder
from roadstead.model import DecisionKind, LookState, NotFound, RoadsteadError
from roadstead.pipeline import meant, standing
from roadstead.workbench.copies import Copies
from roadstead.workbench.job import Job
from roadstead.workbench.measuring import Ruler
from roadstead.workbench.schemas import DecisionOut, DecisionsOut, MomentOut, RowOut, StateOut
from roadstead.workbench.snapshot import key_of, read_snapshot
from roadstead.workbench.store import DecisionStore
from roadstead.workbench.tiles import Pictures

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.archive import DecisionMade
    from roadstead.model import Clock, Decision
    from roadstead.workbench.schemas import DetectionOut, MeasureOut, Snapshot

JUDGED = frozenset({DecisionKind.ACCEPT, DecisionKind.REJECT})
CHANGED_BY = ("case.toml", "reported.toml", "exhibits.jsonl")
"""files of a case that are newer than the snapshot where the case was changed since"""


def _unreviewed(moment: MomentOut, ships: int | None) -> MomentOut:
    """A moment by what the detector found, where its image was looked at; else as it is."""
    if ships is None or not moment.state.startswith("looked at"):
        return moment
    state = LookState.FOUND if ships else LookState.NOTHING_FOUND
    return moment.model_copy(update={"ships": ships, "state": state.value, "p_detect": None})


class Desk:
    """A case under review.

    Args:
        folder: the case folder.
        clock: tells when decisions are taken.
        blind: whether others' decisions are kept back until one's own is made.

    Raises:
        InputError: there is no such case.
        StorageError: decisions cannot be kept in its folder.
    """

    def __init__(self, folder: Path, clock: Clock, *, blind: bool = False) -> None:
        self.folder, self.blind = require_folder(folder), blind
        self.store = DecisionStore(folder, clock)
        self.job = Job(folder, clock, self._load)
        self.copies = Copies(folder)
        self._lock = threading.Lock()
        self._measured: dict[str, MeasureOut | None] = {}
        self._load()

    def _load(self) -> None:
        snapshot = read_snapshot(self.folder)
        pictures = Pictures(snapshot, self.copies) if snapshot else None
        rulers = Ruler(snapshot) if snapshot else None
        with self._lock:
            # by content: a scene that changes no verdict leaves the verdicts' time as it was
            self._mark = hashlib.sha256(to_json(snapshot)).hexdigest()[:16] if snapshot else ""
            self._snapshot, self._pictures, self._ruler = snapshot, pictures, rulers
            self._by_scene: dict[str, list[DetectionOut]] = {}
            self._abouts: dict[str, str] = {}
            self._written: dict[str, bytes] = {}
            for d in snapshot.detections if snapshot else ():
                self._by_scene.setdefault(d.scene_id, []).append(d)

    def open(self) -> None:
        """Begin to verify where there is no snapshot, or the case was changed or decided on since."""
        if self._snapshot is None or self._stale() or self._changed():
            self.job.start()

    def _changed(self) -> bool:
        made = self.snapshot.made_at.timestamp()
        files = (self.folder / name for name in CHANGED_BY)
        return any(f.is_file() and f.stat().st_mtime > made for f in files)

    @property
    def snapshot(self) -> Snapshot:
        """What the case came to; raises NotFound while it is verified for the first time."""
        with self._lock:
            if self._snapshot is None:
                raise NotFound("the case is being verified for the first time; wait until that is done")
            return self._snapshot

    def written(self, what: str) -> bytes:
        """A list of the snapshot as JSON, written once however often it is asked for; raises NotFound as `snapshot`."""
        snapshot = self.snapshot
        with self._lock:
            found = self._written.get(what)
        if found is None:
            found = to_json(getattr(snapshot, what))
            with self._lock:
                if self._snapshot is snapshot:
                    self._written[what] = found
        return found

    @property
    def has_snapshot(self) -> bool:
        """Whether there is anything to show."""
        with self._lock:
            return self._snapshot is not None

    @property
    def pictures(self) -> Pictures:
        """Pictures of its scenes; raises NotFound as `snapshot` does."""
        with self._lock:
            if self._pictures is None:
                raise NotFound("the case is being verified for the first time; wait until that is done")
            return self._pictures

    @property
    def ruler(self) -> Ruler:
        """Measures in its scenes; raises NotFound as `snapshot` does."""
        with self._lock:
            if self._ruler is None:
                raise NotFound("the case is being verified for the first time; wait until that is done")
            return self._ruler

    def rows(self) -> list[RowOut]:
        """The timeline; in a blind review without what others' decisions made of the looks."""
        snapshot = self.snapshot
        if not self.blind:
            return snapshot.rows
        found = {(look.site_id, look.scene_id): look.ships for look in snapshot.looks}
        return [
            row.model_copy(
                update={"moments": [_unreviewed(m, found.get((row.site_id, m.scene_id))) for m in row.moments]}
            )
            for row in snapshot.rows
        ]

    def state(self, analyst: str) -> StateOut:
        """What the page asks for again and again."""
        seen, _ = self._visible(analyst)
        last = seen[-1].number if seen else 0
        preparing = self.pictures.preparing if self.has_snapshot else []
        return StateOut(
            snapshot=self._mark, decisions=last, stale=self._stale(), job=self.job.state, preparing=preparing
        )

    def _stale(self) -> bool:
        lines = self.store.all()
        return bool(lines) and (not self.has_snapshot or lines[-1].number > self.snapshot.decisions_through)

    def decide(self, made: DecisionMade, analyst: str) -> DecisionOut:
        """Keep a decision and let the case be verified anew.

        Raises:
            InputError: it lacks what its kind needs, or means a scene that the case does not hold.
            StorageError: it cannot be kept; nothing was.
        """
        if made.scene_id and made.scene_id not in {s.id for s in self.snapshot.scenes}:
            raise NotFound(f"the case holds no scene {made.scene_id[:100]!r}; reload the page")
        line = self.store.add(made, analyst)
        self.job.start()
        return self._out(line, withdrawn=False)

    def decisions(self, analyst: str) -> DecisionsOut:
        """Decisions that an analyst may see, in order."""
        seen, hidden = self._visible(analyst)
        held = {d.id for d in standing([decision_of(line) for line in seen])}
        held |= {line.id for line in seen if line.kind is DecisionKind.UNDO}
        return DecisionsOut(decisions=[self._out(line, withdrawn=line.id not in held) for line in seen], hidden=hidden)

    def _visible(self, analyst: str) -> tuple[tuple[DecisionLine, ...], int]:
        lines = self.store.all()
        if not self.blind:
            return lines, 0
        own = self._judged(lines, analyst)
        seen = tuple(line for line in lines if line.analyst == analyst or self._may_see(line, own, lines))
        return seen, len(lines) - len(seen)

    def _judged(self, lines: tuple[DecisionLine, ...], analyst: str) -> set[str]:
        """Ids of detections that an analyst judged, as far as that stands."""
        mine = [decision_of(line) for line in lines if line.analyst == analyst]
        return {about for d in standing(mine) if d.kind in JUDGED and (about := self._about(d))}

    def _may_see(self, line: DecisionLine, own: set[str], lines: tuple[DecisionLine, ...]) -> bool:
        """In a blind review: what is about a detection when one's own is made, the rest when all of its scene are."""
        if line.kind is DecisionKind.UNDO:
            meant_line = next((x for x in lines if x.id == line.withdraws), None)
            return meant_line is not None and self._may_see(meant_line, own, lines)
        about = self._about(decision_of(line))
        if about:
            return about in own
        return all(d.id in own for d in self._by_scene.get(line.scene_id, ()))

    def finished(self, analyst: str) -> bool:
        """Whether an analyst has judged every detection of the case."""
        own = self._judged(self.store.all(), analyst)
        return all(d.id in own for d in self.snapshot.detections)

    def _about(self, decision: Decision) -> str:
        """The detection that a decision means now, found once for each snapshot; empty: none."""
        if decision.id not in self._abouts:
            found = meant(decision, self._by_scene.get(decision.scene_id, ()))
            self._abouts[decision.id] = found.id if found else ""
        return self._abouts[decision.id]

    def _out(self, line: DecisionLine, *, withdrawn: bool) -> DecisionOut:
        return DecisionOut(
            line=line, about=self._about(decision_of(line)), measured=self._measure(line), withdrawn=withdrawn
        )

    def _measure(self, line: DecisionLine) -> MeasureOut | None:
        """A drawn ship's size, measured once."""
        if line.kind is not DecisionKind.DRAW or len(line.outline) < 2 or not self.has_snapshot:
            return None
        if line.id not in self._measured:
            try:
                self._measured[line.id] = self.ruler.measure(key_of(line.scene_id), line.outline)
            except RoadsteadError:
                self._measured[line.id] = None
        return self._measured[line.id]

    def close(self) -> None:
        """Stop what is running and let go of the store."""
        self.job.close()
        self.copies.close()
        self.store.close()
