"""The only door to the compiled loops of this package: Numba takes about half a second to import."""

from types import ModuleType

__all__ = ["cyclone_kernels"]


def cyclone_kernels() -> ModuleType:
    """The compiled loops."""
    import quanyu.perils.cyclone.kernels as compiled

    return compiled
