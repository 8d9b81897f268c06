"""The files that say how columns are named: the shipped presets and a user's map."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from roadstead.ais._times import DateOrder


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PresetEntry(_Strict):
    """One layout of a publisher."""

    id: str
    name: str
    basis: str
    source: str
    general: bool = False
    marks: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    also: tuple[tuple[str, str], ...] = ()
    date_order: DateOrder | None = None
    scale: dict[str, float] = Field(default_factory=dict)


class PresetsFile(_Strict):
    """`presets.toml`."""

    presets: tuple[PresetEntry, ...]


class MapEntry(_Strict):
    """A user's column map: our field -> the header's name."""

    preset: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    fixed: dict[str, str] = Field(default_factory=dict)
    date_order: DateOrder | None = None
    time_zone: str = "UTC"
    scale: dict[str, float] = Field(default_factory=dict)
