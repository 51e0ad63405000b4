"""Row instructions: one small loop each over the contiguous columns of a chunk.

Rows of one instant and one key share what a stage passes pro rata. A row that is alone at its instant takes the whole
difference, so that the bits do not depend on what else is in the chunk. Sums over a path use one accumulator for short
paths and eight, fixed by the place in the path, for long ones; both are fixed by the path alone.
"""

from typing import Any, TypeAlias

import numpy as np

from quanyu.waterfall.kernel_arrays import Chunk, Floats, Ints, Keys
from quanyu.waterfall.kernel_codes import (
    BY_INSTANT,
    BY_PATH,
    BY_ROW,
    CAP_PATH,
    CAP_ROW,
    CAP_STATE,
    CAP_WIDTH,
    CAPS_FROM,
    NO_ACCOUNT,
    RECEIVING,
)
from quanyu.waterfall.kernel_jit import jitted

Slot: TypeAlias = tuple[Keys, Floats, Floats, Keys]
"""A slot's key column, totals, pending sums and stamps."""
Slots: TypeAlias = tuple[Ints, Floats, Floats, Keys, Floats]
"""The key of each slot, totals, pending sums and stamps of all slots, and the state."""

LONG_PATH = 32


@jitted
def passing(total: float, q: int, layers: Floats, terms: Floats) -> float:
    """G(total): the sum over layers of slope x clip(total - attachment, 0, limit), constants or row q's columns."""
    y = 0.0
    j = 0
    while j < layers.size:
        y += layers[j + 2] * min(max(total - layers[j], 0.0), layers[j + 1])
        j += 3
    j = 0
    while j < terms.shape[0]:
        y += terms[j + 2, q] * min(max(total - terms[j, q], 0.0), terms[j + 1, q])
        j += 3
    return y


@jitted
def until(instant: Floats, q: int, end: int) -> int:
    """The end of the rows that share row q's instant; the next row where no clock is given."""
    stop = q + 1
    while stop < end and stop < instant.size and instant[stop] == instant[q]:
        stop += 1
    return stop


@jitted
def copy(x: Floats, z: Floats, count: int) -> None:
    """z := x."""
    for q in range(count):
        z[q] = x[q]


@jitted
def fill(z: Floats, value: float, count: int) -> None:
    """z := value."""
    for q in range(count):
        z[q] = value


@jitted
def expand(x: Floats, z: Floats, ptr: Ints) -> None:
    """A path register on every row of its path."""
    for y in range(ptr.size - 1):
        for q in range(ptr[y], ptr[y + 1]):
            z[q] = x[y]


@jitted
def clip(x: Floats, z: Floats, p: Floats, count: int) -> None:
    """One layer of constants, claim by claim."""
    f, attachment, limit = p[0], p[1], p[2]
    for q in range(count):
        z[q] = min(max(f * x[q] - attachment, 0.0), limit)


@jitted
def claim(x: Floats, z: Floats, p: Floats, terms: Floats, count: int) -> None:
    """A row whose amount is 0 is outside the step: its terms are not read."""
    f, layers = p[0], p[1:]
    if terms.shape[0] == 0:
        layered(x, z, f, layers)
        return
    for q in range(count):
        v = f * x[q]
        z[q] = passing(v, q, layers, terms) if v > 0.0 else 0.0


@jitted
def layered(x: Floats, z: Floats, f: float, layers: Floats) -> None:
    """G of constants, a layer at a time."""
    for q in range(z.size):
        z[q] = 0.0
    j = 0
    while j < layers.size:
        attachment, limit, slope = layers[j], layers[j + 1], layers[j + 2]
        for q in range(z.size):
            z[q] += slope * min(max(f * x[q] - attachment, 0.0), limit)
        j += 3


@jitted
def running_plain(x: Floats, z: Floats, p: Floats, ptr: Ints, state: Floats) -> None:
    """One layer of constants, every row for itself."""
    f, attachment, limit, slope = p[0], p[2], p[3], p[4]
    for y in range(ptr.size - 1):
        T = state[y] if state.size else 0.0
        before = min(max(T - attachment, 0.0), limit)
        for q in range(ptr[y], ptr[y + 1]):
            T += f * x[q]
            after = min(max(T - attachment, 0.0), limit)
            z[q] = slope * (after - before)
            before = after
        if state.size:
            state[y] = T


@jitted
def running(x: Floats, z: Floats, p: Floats, terms: Floats, ptr: Ints, instant: Floats, state: Floats) -> None:
    """The running total of a path, carried in `state` where it has a size; `instant` only where ties matter."""
    if instant.size == 0 and terms.shape[0] == 0 and p.size == 5:
        running_plain(x, z, p, ptr, state)
        return
    f, layers = p[0], p[2:]
    for y in range(ptr.size - 1):
        T = state[y] if state.size else 0.0
        q, end = ptr[y], ptr[y + 1]
        while q < end:
            stop = until(instant, q, end)
            X, lead = 0.0, q
            for r in range(q, stop):
                if X == 0.0:
                    lead = r
                X += f * x[r]
            Y = passing(T + X, lead, layers, terms) - passing(T, lead, layers, terms) if X != 0.0 else 0.0
            part = Y / X if X != 0.0 else 0.0
            for r in range(q, stop):
                z[r] = f * x[r] * part
            if stop == q + 1:
                z[q] = Y
            T += X
            q = stop
        if state.size:
            state[y] = T


@jitted
def keyed_plain(x: Floats, z: Floats, p: Floats, ptr: Ints, first: int, store: Slot) -> None:
    """One layer of constants, every row for itself."""
    key, total, _, stamp = store
    f, attachment, limit, slope = p[0], p[2], p[3], p[4]
    for y in range(ptr.size - 1):
        generation = np.int32(first + y)
        for q in range(ptr[y], ptr[y + 1]):
            k = key[q]
            T = total[k] if stamp[k] == generation else 0.0
            U = T + f * x[q]
            z[q] = slope * (min(max(U - attachment, 0.0), limit) - min(max(T - attachment, 0.0), limit))
            total[k] = U
            stamp[k] = generation


@jitted
def keyed(x: Floats, z: Floats, p: Floats, terms: Floats, ptr: Ints, instant: Floats, first: int, store: Slot) -> None:
    """The running total of each key in a path; `store` is (key column, totals, pending sums, stamps)."""
    if instant.size == 0 and terms.shape[0] == 0 and p.size == 5:
        keyed_plain(x, z, p, ptr, first, store)
        return
    key, total, pending, _ = store
    f, layers = p[0], p[2:]
    for y in range(ptr.size - 1):
        generation = np.int32(first + y)
        q, end = ptr[y], ptr[y + 1]
        while q < end:
            stop = until(instant, q, end)
            gather(x, f, q, stop, generation, store)
            for r in range(q, stop):
                k = key[r]
                T, X, v = total[k], pending[k], f * x[r]
                Y = passing(T + X, r, layers, terms) - passing(T, r, layers, terms) if v != 0.0 else 0.0
                z[r] = Y if v == X else v * (Y / X)
            for r in range(q, stop):
                k = key[r]
                total[k] += pending[k]
                pending[k] = 0.0
            q = stop


@jitted
def gather(x: Floats, f: float, start: int, stop: int, generation: np.int32, store: Slot) -> None:
    """Sums of one instant by key, into the pending sums; totals of an earlier path are forgotten."""
    key, total, pending, stamp = store
    for r in range(start, stop):
        k = key[r]
        if stamp[k] != generation:
            stamp[k] = generation
            total[k] = 0.0
            pending[k] = 0.0
        pending[k] += f * x[r]


@jitted
def fit(z: Floats, start: int, stop: int, room: float) -> None:
    """Rows that ask for more than `room` share it pro rata."""
    Y = 0.0
    for r in range(start, stop):
        Y += z[r]
    if room < Y:
        part = room / Y
        for r in range(start, stop):
            z[r] *= part
        if stop == start + 1:
            z[start] = room


@jitted
def drawn(x: Floats, z: Floats, p: Floats, terms: Floats, chunk: Chunk, store: Slots) -> None:
    """Caps in their order, eroded by what is really taken, then the account; instant by instant.

    `store` is (key of each slot or -1 for the path, totals, pending sums, stamps, state) of the whole program; every
    cap but those on rows has a slot of its own. Helpers here take plain arrays: counting references to grouped ones for
    every instant would cost more than the arithmetic.
    """
    slots, total, pending, stamp, state = store
    ptr, instant, keys, row0 = chunk.ptr, chunk.instant, chunk.keys, chunk.row0
    f, mode, account, ceiling, caps = p[0], int(p[1]), int(p[2]), p[3], p[CAPS_FROM:]
    for y in range(chunk.paths):
        generation, at = np.int32(chunk.generation + y), chunk.first + y
        for i in range(0, caps.size, CAP_WIDTH):
            if caps[i] == CAP_STATE or caps[i] == CAP_PATH:
                slot = int(caps[i + 1])
                total[slot, 0] = state[int(caps[i + 4]), at] if caps[i] == CAP_STATE else 0.0
                stamp[slot, 0] = generation
        q, end = ptr[y], ptr[y + 1]
        while q < end:
            stop = until(instant, q, end)
            for r in range(q, stop):
                z[r] = f * x[r]
            for i in range(0, caps.size, CAP_WIDTH):
                if caps[i] == CAP_ROW:
                    cap_rows(z, caps[i : i + CAP_WIDTH], terms, q, stop)
                else:
                    slot = int(caps[i + 1])
                    cap_keys(z, caps, i, terms, q, stop, generation, keys, slots[slot], row0, total, pending, stamp)
            if mode != NO_ACCOUNT:
                balance = state[account, at]
                fit(z, q, stop, max(ceiling - balance if mode == RECEIVING else balance, 0.0))
                for r in range(q, stop):
                    balance += z[r] if mode == RECEIVING else -z[r]
                state[account, at] = max(balance, 0.0)
            for i in range(0, caps.size, CAP_WIDTH):
                slot = int(caps[i + 1])
                if caps[i] != CAP_ROW:
                    for r in range(q, stop):
                        total[slot, keys[slots[slot], row0 + r] if slots[slot] >= 0 else 0] += z[r]
            q = stop
        for i in range(0, caps.size, CAP_WIDTH):
            if caps[i] == CAP_STATE:
                state[int(caps[i + 4]), at] = total[int(caps[i + 1]), 0]


@jitted
def cap_rows(z: Floats, cap: Floats, terms: Floats, start: int, stop: int) -> None:
    """A cap on every row by itself."""
    column = int(cap[3])
    for r in range(start, stop):
        if z[r] > 0.0:
            z[r] = min(z[r], cap[2] if column < 0 else terms[column, r])


@jitted
def cap_keys(
    z: Floats, caps: Floats, i: int, terms: Floats, start: int, stop: int, generation: np.int32,
    keys: Keys, key: int, row0: int, total: Floats, pending: Floats, stamp: Keys,
) -> None:  # fmt: skip
    """The cap that starts at caps[i], over the rows of one instant by key; a path is one key."""
    slot, column = int(caps[i + 1]), int(caps[i + 3])
    for r in range(start, stop):
        k = keys[key, row0 + r] if key >= 0 else 0
        if stamp[slot, k] != generation:
            stamp[slot, k] = generation
            total[slot, k] = 0.0
        pending[slot, k] += z[r]
    for r in range(start, stop):
        k = keys[key, row0 + r] if key >= 0 else 0
        if z[r] > 0.0:
            room = max((caps[i + 2] if column < 0 else terms[column, r]) - total[slot, k], 0.0)
            if pending[slot, k] > room:
                z[r] = room if z[r] == pending[slot, k] else z[r] * (room / pending[slot, k])
    for r in range(start, stop):
        pending[slot, keys[key, row0 + r] if key >= 0 else 0] = 0.0


@jitted
def key_column(chunk: Chunk, key: int) -> Keys:
    """A key column of the chunk's rows; any column where the slot has no key."""
    return chunk.keys[max(key, 0), chunk.row0 : chunk.row0 + chunk.count]


@jitted
def times(x: Floats, w: Floats, z: Floats, f: float, count: int) -> None:
    """A row whose amount is 0 stays 0, whatever the other column holds."""
    for q in range(count):
        v = f * x[q]
        z[q] = v * w[q] if v != 0.0 else 0.0


@jitted
def mix(x: Floats, w: Floats, z: Floats, p: Floats, count: int) -> None:
    """z := f x + g w + h."""
    f, g, h = p[0], p[1], p[2]
    for q in range(count):
        z[q] = f * x[q] + g * w[q] + h


@jitted
def covered(x: Floats, z: Floats, p: Floats, cover: Keys, count: int) -> None:
    """Rows of covers that are not listed become 0."""
    for q in range(count):
        z[q] = x[q] * p[cover[q]]


@jitted
def at_least(x: Floats, w: Floats, z: Floats, p: Floats, terms: Floats, count: int) -> None:
    """Rows whose w is below the threshold become 0."""
    varying = terms.shape[0] > 0
    for q in range(count):
        z[q] = x[q] if w[q] >= (terms[0, q] if varying else p[0]) else 0.0


@jitted
def ratio(x: Floats, w: Floats, z: Floats, f: float, count: int) -> None:
    """The part of w that f x is, at most 1."""
    for q in range(count):
        z[q] = min(f * x[q], w[q]) / w[q] if w[q] > 0.0 else 0.0


@jitted
def total_by_path(x: Floats, z: Floats, ptr: Ints) -> None:
    """Sums over paths, in an order that the path alone fixes."""
    for y in range(ptr.size - 1):
        b, e = ptr[y], ptr[y + 1]
        t = 0.0
        if e - b >= LONG_PATH:
            t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = 0.0
            stop = b + (e - b) // 8 * 8
            for q in range(b, stop, 8):
                t0 += x[q]
                t1 += x[q + 1]
                t2 += x[q + 2]
                t3 += x[q + 3]
                t4 += x[q + 4]
                t5 += x[q + 5]
                t6 += x[q + 6]
                t7 += x[q + 7]
            t = ((t0 + t1) + (t2 + t3)) + ((t4 + t5) + (t6 + t7))
            b = stop
        for q in range(b, e):
            t += x[q]
        z[y] = t


@jitted
def tower(x: Floats, p: Floats, targets: Ints, chunk: Chunk, paths: Floats) -> None:
    """Path sums of several clips of one column; rows above the lowest attachment are gathered first, branch-free."""
    f, lowest, found, owner = p[0], p[1] / p[0], chunk.found, chunk.owner
    m = 0
    for q in range(chunk.count):
        v = x[q]
        found[m] = v
        owner[m] = q
        m += v > lowest
    y = 0
    for i in range(m):
        while chunk.ptr[y + 1] <= owner[i]:
            y += 1
        owner[i] = y
    for j in range(targets.size):
        z = paths[targets[j]]
        attachment, limit = p[2 + 2 * j], p[3 + 2 * j]
        for y in range(chunk.paths):
            z[y] = 0.0
        for i in range(m):
            z[owner[i]] += min(max(f * found[i] - attachment, 0.0), limit)


@jitted
def peak(x: Floats, z: Floats, p: Floats, terms: Floats, slot: int, held: Any) -> None:
    """The greatest sum over the rows of a group, as a part of what is full; `held` is (chunk, store of the slot)."""
    chunk, (key, total, _, stamp) = held
    f, varying = p[0], terms.shape[0] > 0
    for y in range(chunk.paths):
        generation = np.int32(chunk.generation + y)
        best, here, q0 = 0.0, 0.0, chunk.ptr[y]
        for q in range(chunk.ptr[y], chunk.ptr[y + 1]):
            v = f * x[q]
            if slot == BY_ROW:
                here = v
            elif slot == BY_PATH:
                here += v
            elif slot == BY_INSTANT:
                tied = chunk.instant.size > 0 and q > q0 and chunk.instant[q] == chunk.instant[q - 1]
                here = here + v if tied else v
            else:
                k = key[q]
                here = (total[k] if stamp[k] == generation else 0.0) + v
                total[k] = here
                stamp[k] = generation
            if v > 0.0:
                best = max(best, here / (terms[0, q] if varying else p[1]))
        z[y] = best
