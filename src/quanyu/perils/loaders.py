"""The only doors to SciPy and Numba.

SciPy's special functions take about 0.1 s to import, its optimiser and Numba about 0.5 s each. A command that draws
nothing must not pay for them, so they are imported at first use, here and nowhere else.
"""

from types import ModuleType
from typing import Any, cast

import numpy as np

from quanyu.perils.columns import Floats

__all__ = ["kernels", "optimise", "special"]


def special(name: str, *arguments: Any) -> Floats:
    """The function `name` of scipy.special, element by element."""
    from scipy import special as functions

    return np.asarray(getattr(functions, name)(*arguments), dtype=np.float64)


def optimise() -> ModuleType:
    """scipy.optimize."""
    import scipy.optimize

    return cast(ModuleType, scipy.optimize)


def kernels() -> ModuleType:
    """The compiled loops."""
    import quanyu.perils.kernels as compiled

    return compiled
