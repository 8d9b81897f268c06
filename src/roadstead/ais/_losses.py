"""What could not be used, counted by kind, so that a million bad lines make one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

_MOST_SENTENCES = 100
_MOST_EXAMPLE = 40


@dataclass(slots=True)
class _Count:
    line: int
    example: str
    n: int = 0


@dataclass(slots=True)
class Losses:
    """Collects losses of all files; `note` is cheap enough for every line."""

    total: int = 0
    _counts: dict[tuple[str, str, str], _Count] = field(default_factory=dict)

    def note(self, file: str, what: str, remedy: str, line: int = 0, example: object = "") -> None:
        """Count one loss; `what` begins with a noun in the plural where it is about lines."""
        key = (file, what, remedy)
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = _Count(line, shown(example))
        count.n += 1
        self.total += 1

    def of_file(self, file: str) -> int:
        """How many things of a file were lost."""
        return sum(count.n for key, count in self._counts.items() if key[0] == file)

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind of loss of each file, in order of file and first line; a bounded number."""
        order = sorted(self._counts.items(), key=lambda entry: (entry[0][0], entry[1].line, entry[0][1]))
        lines = [_sentence(*key, count) for key, count in order[:_MOST_SENTENCES]]
        if len(order) > _MOST_SENTENCES:
            lines.append(f"and {len(order) - _MOST_SENTENCES} more kinds of losses; read fewer files at once")
        return tuple(lines)


def shown(value: object) -> str:
    """A value as it may stand in a sentence: short, printable, in quotes; empty for nothing."""
    text = str(value)
    if not text:
        return ""
    return ascii(text if len(text) <= _MOST_EXAMPLE else text[: _MOST_EXAMPLE - 3] + "...")


def _sentence(file: str, what: str, remedy: str, count: _Count) -> str:
    where = f"{file}:{count.line}" if count.line else file
    times = f" ({count.n:,} of them, the first is named)" if count.n > 1 else ""
    example = f" {count.example}" if count.example else ""
    return f"{where}: {what}{example}{times}; {remedy}"
