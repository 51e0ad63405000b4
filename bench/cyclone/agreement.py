"""Holds two sets of footprints against each other."""

from pathlib import Path
from typing import Any

import numpy as np

TOLERANCE = 1e-9
"""Metres a second: far below any measurement, far above rounding."""


def compared(ours: Path, theirs: Path) -> dict[str, Any]:
    """How many values differ by more than the tolerance, and by how much the worst does."""
    with np.load(ours) as mine, np.load(theirs) as other:
        away = np.abs(mine["wind"] - other["wind"])
        worst = int(np.argmax(away))
        return {
            "agrees": bool(away.max() <= TOLERANCE),
            "values": int(away.size),
            "non_zero": int((mine["wind"] > 0).sum()),
            "largest_difference": float(away.max()),
            "beyond_tolerance": int((away > TOLERANCE).sum()),
            "worst_track": int(worst // mine["wind"].shape[1]),
        }
