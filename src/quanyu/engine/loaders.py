"""The door to the compiled loops: they are imported where claims are put in order, and nowhere before."""

from importlib import import_module
from types import ModuleType

__all__ = ["kernels"]


def kernels() -> ModuleType:
    """The compiled loops; Numba alone costs half a second that `check` and a quote never need."""
    return import_module("quanyu.engine.kernels")
