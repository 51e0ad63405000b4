"""Random numbers as a pure function of (seed, stream, year, place in the year).

The j-th number of a year is mix(key + j * gamma), the SplitMix64 sequence (Steele, Lea, Flood 2014) with the finaliser
"Mix13" of Stafford (2011); the key of a year is mix(base + (year + 1) * gamma), and `base` mixes seed and stream. There
is no state: any year replays alone, and neither blocks nor threads can change a number. Two years share a stretch of
the sequence with probability about years**2 * draws / 2**64, 3e-7 for a million years of five draws.

A number of 53 bits is read as a balanced uniform: its lowest bit chooses the half, the upper 52 give a distance
v = (m + 1/2) / 2**53 from the nearer end, 2**-54 <= v < 1/2. So both tails are resolved down to 2**-54, and the law is
symmetric. Where NumPy carries it on, v > 0 stands for the uniform v and -v for 1 - v (a signed uniform).
"""

from hashlib import sha256

import numpy as np

from quanyu.perils.columns import Floats, Ints, Words

__all__ = ["balanced", "base_of", "counters", "mix", "signed", "stream", "uniforms", "year_keys"]

GAMMA, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MANTISSA, EXPONENT_BITS = (1 << 52) - 1, 1023 << 52
PLACE_BITS = 6
EXPONENTS = 53
FIRST_CELL, SIDE = (1023 - 54) << PLACE_BITS, EXPONENTS << PLACE_BITS
_WORD = (1 << 64) - 1


def stream(text: str) -> int:
    """The number of a stream named in words, such as `typhoon/severity`; a new peril changes no other's stream."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def _mix_one(z: int) -> int:
    z = ((z ^ (z >> 30)) * MIX_1) & _WORD
    z = ((z ^ (z >> 27)) * MIX_2) & _WORD
    return z ^ (z >> 31)


def base_of(seed: int, text: str) -> np.uint64:
    """Where the years of one stream start, for a seed of 64 bits."""
    if not 0 <= seed <= _WORD:
        raise ValueError("a seed is a whole number from 0 to 2**64 - 1")
    return np.uint64(_mix_one(_mix_one((seed + GAMMA) & _WORD) ^ stream(text)))


def mix(z: Words) -> Words:
    """The finaliser, element by element."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    return np.asarray(z ^ (z >> np.uint64(31)))


def year_keys(base: np.uint64, first: int, years: int) -> Words:
    """Keys of the years `first` to `first + years - 1`."""
    place = np.arange(first + 1, first + years + 1, dtype=np.uint64)
    return mix(base + np.uint64(GAMMA) * place)


def counters(base: np.uint64, first: int, ptr: Ints) -> Words:
    """One number a row, the j-th row of a year at place j (from 1): 64 random bits each."""
    keys = np.repeat(year_keys(base, first, len(ptr) - 1), np.diff(ptr))
    place = np.arange(1, ptr[-1] + 1, dtype=np.int64) - np.repeat(ptr[:-1], np.diff(ptr))
    return mix(keys + np.uint64(GAMMA) * place.astype(np.uint64))


def balanced(r: Words) -> Words:
    """The balanced uniform as a fraction of 2**64."""
    x = ((r >> np.uint64(12)) << np.uint64(11)) | np.uint64(1 << 10)
    return np.where((r & np.uint64(1)) == 0, x, ~x + np.uint64(1))


def signed(r: Words) -> Floats:
    """The balanced uniform with its half as sign: v for the lower, -v for the upper half."""
    m = (r >> np.uint64(12)).astype(np.float64)
    v = m * 2.0**-53 + 2.0**-54
    return np.where((r & np.uint64(1)) == 0, v, -v)


def uniforms(r: Words) -> Floats:
    """The upper 53 bits as a uniform in [0, 1)."""
    return np.asarray((r >> np.uint64(11)).astype(np.int64) * 2.0**-53)
