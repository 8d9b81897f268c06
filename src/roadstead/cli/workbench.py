"""`roadstead workbench`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.cli.plain import plain
from roadstead.cli.users import user
from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def run(case: Path, analysts: Sequence[str], *, port: int, blind: bool) -> int:
    """Serve the workbench until it is stopped."""
    try:
        from roadstead.workbench import serve
    except ModuleNotFoundError as error:
        raise InputError(
            f"the workbench needs {error.name}, which is not installed; pip install 'roadstead[workbench]'"
        ) from error
    names = [plain(a).strip() for a in analysts] or [user()]
    if not all(names) or len(set(names)) != len(names):
        raise InputError("--by: give each analyst a name of his or her own")
    serve(case, names, _tell, port=port, blind=blind)
    return DONE


def _tell(analyst: str, link: str) -> None:
    say.out.print(f"{say.shown(analyst)}: {say.shown(link)}", soft_wrap=True)
