"""What may be said of a quay at a resolved distance, feature by feature.

A jib is one to two metres wide and a vehicle 2.5 m: at 1 m they are one to two samples across, the least at which the
simulated berths of `bench/quay.py` let them be told from clutter. Whether a bed is covered takes at least four samples
across it.
"""

from __future__ import annotations

from dataclasses import dataclass

from roadstead.model import ActivityKind

CRANE_M, VEHICLES_M, COVER_M, GOODS_M = 1.0, 1.0, 0.6, 1.5
"""coarsest resolved distance at which each feature is looked for, metres"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuayGate:
    """What pixels of one resolved distance allow."""

    crane: bool
    vehicles: bool
    cover: bool
    goods: bool
    words: tuple[str, ...]

    def of(self, kind: ActivityKind) -> str:
        """The sentence about a feature."""
        place = {ActivityKind.VEHICLES: 1, ActivityKind.GOODS: 3}.get(kind, 0)
        return self.words[place]

    @property
    def anything(self) -> bool:
        """Whether anything may be looked for."""
        return self.crane or self.vehicles or self.goods


def quay_gate(resolved_m: float) -> QuayGate:
    """The gate at a resolved distance in metres: the worst of native, delivered and measured sharpness."""
    rows = (
        ("a crane's jib (1-2 m wide)", CRANE_M),
        ("vehicles (2.5 m wide)", VEHICLES_M),
        ("covers of vehicles", COVER_M),
        ("stacked goods (5 m)", GOODS_M),
    )
    allowed = [resolved_m <= limit_m for _, limit_m in rows]
    words = tuple(
        f"{name}: looked for at {resolved_m:.2g} m ({limit_m:g} m or finer is needed)."
        if yes
        else f"{name}: cannot be seen at {resolved_m:.2g} m; {limit_m:g} m or finer is needed."
        for (name, limit_m), yes in zip(rows, allowed, strict=True)
    )
    return QuayGate(
        crane=allowed[0],
        vehicles=allowed[1],
        cover=allowed[2],
        goods=allowed[3],
        words=tuple(w[0].upper() + w[1:] for w in words),
    )
