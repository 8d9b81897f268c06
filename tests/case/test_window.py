from pathlib import Path

import pytest

from roadstead.case import load_case, new_case
from roadstead.model import CaseError


def test_a_claim_without_a_time_takes_the_window_of_the_case(tmp_path: Path) -> None:
    path = new_case(tmp_path / "c")
    text = path.read_text("utf-8")
    assert '\nwhen = "2024-10-17"' in text
    lines = [line for line in text.splitlines() if not line.startswith('when = "2024-10-17"')]
    path.write_text("\n".join(lines))
    case = load_case(path.parent)
    assert not case.mistakes
    assert case.claims[0].when.hours() == 13 * 24
    path.write_text("\n".join(line for line in lines if not line.startswith("window =")))
    with pytest.raises(CaseError, match=r"claims\[0\]\.when: is missing"):
        load_case(path.parent)
