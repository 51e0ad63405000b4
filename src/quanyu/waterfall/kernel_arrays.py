"""The arrays the kernel works on, grouped. Plain named tuples: they can be made without importing Numba."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chunk", "Code", "Facts", "Floats", "Ints", "Keys", "Scratch", "Store"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.int32]


class Code(NamedTuple):
    """A program: instructions, parameters, the path registers kept, and which key each slot groups by."""

    instructions: Ints
    parameters: Floats
    kept: Ints
    slots: Ints
    flags: Ints


class Facts(NamedTuple):
    """The block: `amounts` (row inputs x rows), `paths` (path inputs x paths), clock, covers, keys, and `ptr`."""

    amounts: Floats
    paths: Floats
    instant: Floats
    cover: Keys
    keys: Keys
    ptr: Ints


class Store(NamedTuple):
    """What lives longer than a chunk: path state; totals by key, valid where their stamp is the path's generation."""

    state: Floats
    total: Floats
    pending: Floats
    stamp: Keys
    generation: Ints


class Scratch(NamedTuple):
    """Registers and working space of one chunk."""

    rows: Floats
    paths: Floats
    ptr: Ints
    owner: Keys
    found: Floats


class Chunk(NamedTuple):
    """Some whole paths: where their rows and paths start in the block, their own `ptr`, clock, covers and keys.

    instant: empty where no two rows of a path share one.
    """

    count: Any
    paths: Any
    first: Any
    generation: Any
    ptr: Ints
    instant: Floats
    cover: Keys
    keys: Keys
    row0: Any
    owner: Keys
    found: Floats
