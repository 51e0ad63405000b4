"""How the functions of the kernel are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["entry", "jitted"]

Function = TypeVar("Function", bound=Callable[..., Any])
_compile: Any = numba.njit
_OPTIONS = {"nogil": True, "error_model": "numpy", "boundscheck": False}


def jitted(function: Function) -> Function:
    """A function that only compiled functions call: the wrappers for Python would take most of its compilation."""
    return cast(Function, _compile(**_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def entry(function: Function) -> Function:
    """The function that Python calls; its machine code, with all it calls, is kept on disk."""
    return cast(Function, _compile(**_OPTIONS, no_cfunc_wrapper=True, cache=True)(function))
