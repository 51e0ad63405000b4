"""The door to the compiled loops of the statistics: they are imported where years are simulated, and nowhere before."""

from importlib import import_module
from types import ModuleType

__all__ = ["kernels"]


def kernels() -> ModuleType:
    """The compiled loops; Numba alone costs half a second that `check` and a quote never need."""
    return import_module("quanyu.simulation.kernels")
