"""x"""

from __future__ import annotations
from typing import Any

ESTIMATED = "estimated from pixels"


def estimate_cloud(scene: Any, pixels: Any, aoi: Any) -> Any:
    return None
