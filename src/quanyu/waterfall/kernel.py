"""The generic kernel: any program over any block, a column at a time, in chunks of whole paths.

What compiling costs: about 0.15 s a function for type inference and code, once on its own and once inlined here, nearly
whatever its length; array arguments cost more than scalars, assignments to slices much more than loops. So every
instruction is one short loop over views, alike ones share a function, and nothing is compiled for a single programme.

The order of addition inside a path is fixed by the path alone, and no path sees another: the same bits come out for any
split of the paths into chunks, blocks and threads. No fast mathematics; NumPy's rules for division.
"""

from typing import TypeAlias

from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall import kernel_paths as paths
from quanyu.waterfall import kernel_rows as rows
from quanyu.waterfall.kernel_arrays import Chunk, Code, Facts, Floats, Ints, Scratch, Store
from quanyu.waterfall.kernel_jit import entry, jitted
from quanyu.waterfall.kernel_rows import Slot

Place: TypeAlias = tuple[Chunk, int]


@jitted
def column(facts: Facts, chunk: Chunk, scratch: Scratch, register: int) -> Floats:
    """A row register as a view: one of the block's inputs, or one of the chunk's own."""
    inputs = facts.amounts.shape[0]
    if register < inputs:
        return facts.amounts[register, chunk.row0 : chunk.row0 + chunk.count]
    return scratch.rows[register - inputs, : chunk.count]


@jitted
def do_row(step: Ints, code: Code, facts: Facts, store: Store, scratch: Scratch, place: Place) -> None:
    """One row instruction; `place` is (chunk, index of the instruction)."""
    chunk, index = place
    op, slot, n = step[c.OP], step[c.SLOT], chunk.count
    p = code.parameters[step[c.BASE] : code.instructions[index + 1, c.BASE]]
    columns = max(step[c.TERMS] - facts.amounts.shape[0], 0)
    terms = scratch.rows[columns : columns + step[c.LAYERS]]
    x = column(facts, chunk, scratch, max(step[c.X], 0))
    w = column(facts, chunk, scratch, max(step[c.W], 0))
    z = scratch.rows[max(step[c.Z] - facts.amounts.shape[0], 0), :n]
    if op == c.CLIP:
        rows.clip(x, z, p, n)
    elif op == c.LOAD:
        rows.copy(x, z, n)
    elif op == c.EXPAND:
        rows.expand(scratch.paths[step[c.X]], z, chunk.ptr)
    elif op == c.FILL:
        rows.fill(z, p[0], n)
    elif op == c.CLAIM:
        rows.claim(x, z, p, terms, n)
    elif op == c.RUN:
        rows.running(x, z, p, terms, chunk.ptr, minded(p, chunk), state_of(store, slot, chunk))
    elif op == c.KEY:
        rows.keyed(x, z, p, terms, chunk.ptr, minded(p, chunk), chunk.generation, slot_of(code, chunk, store, slot))
    elif op == c.DRAW:
        slots = (code.slots, store.total, store.pending, store.stamp, store.state)
        rows.drawn(x, z, p, terms, chunk, slots)
    elif op == c.TIMES:
        rows.times(x, w, z, p[0], n)
    elif op == c.MIX:
        rows.mix(x, w, z, p, n)
    elif op == c.COVERED:
        rows.covered(x, z, p, chunk.cover, n)
    elif op == c.AT_LEAST:
        rows.at_least(x, w, z, p, terms, n)
    elif op == c.RATIO:
        rows.ratio(x, w, z, p[0], n)
    elif op == c.TOTAL:
        rows.total_by_path(x, scratch.paths[step[c.Z]], chunk.ptr)
    elif op == c.TOWER:
        targets = code.instructions[index + 1 : index + 1 + slot, c.Z]
        rows.tower(x, p, targets, chunk, scratch.paths)
    elif op == c.PEAK:
        held = (chunk, slot_of(code, chunk, store, max(slot, 0)))
        rows.peak(x, scratch.paths[step[c.Z]], p, terms, slot, held)


@jitted
def slot_of(code: Code, chunk: Chunk, store: Store, slot: int) -> Slot:
    """The key column of a slot and its totals."""
    keys = rows.key_column(chunk, code.slots[slot])
    return keys, store.total[slot], store.pending[slot], store.stamp[slot]


@jitted
def state_of(store: Store, register: int, chunk: Chunk) -> Floats:
    """The chunk's part of a state register; nothing where there is none."""
    if register < 0:
        return store.state[0, :0]
    return store.state[register, chunk.first : chunk.first + chunk.paths]


@jitted
def do_path(step: Ints, code: Code, store: Store, scratch: Scratch, place: Place) -> None:
    """One path instruction."""
    chunk, index = place
    op, slot, n = step[c.OP], step[c.SLOT], chunk.paths
    p = code.parameters[step[c.BASE] : code.instructions[index + 1, c.BASE]]
    terms = scratch.paths[max(step[c.TERMS], 0) : max(step[c.TERMS], 0) + step[c.LAYERS]]
    x, w = scratch.paths[max(step[c.X], 0), :n], scratch.paths[max(step[c.W], 0), :n]
    z = scratch.paths[step[c.Z], :n]
    if op == c.PASS:
        paths.passed(x, z, p, terms, state_of(store, slot, chunk))
    elif op == c.LINE:
        paths.line(x, w, z, p)
    elif op == c.LEAST:
        paths.least(x, w, z, p)
    elif op == c.MOST:
        paths.most(x, w, z, p)
    elif op == c.PRODUCT:
        paths.product(x, w, z, p)
    elif op == c.QUOTIENT:
        paths.quotient(x, w, z, p)
    elif op == c.SET:
        paths.constant(z, p)
    elif op == c.GIVE:
        paths.give(x, z, p, state_of(store, slot, chunk))
    elif op == c.RECEIVE:
        paths.receive(x, z, p, terms, state_of(store, slot, chunk))
    elif op == c.READ:
        paths.read(z, state_of(store, slot, chunk))
    elif op == c.ABOVE:
        paths.above(x, w, z, p)
    elif op == c.CHOOSE:
        paths.choose(x, w, z, scratch.paths[slot])


@jitted
def minded(p: Floats, chunk: Chunk) -> Floats:
    """The instants where some are equal and the instruction minds; else nothing."""
    return chunk.instant[: chunk.instant.size if p[1] > 0.0 else 0]


@jitted
def cut(facts: Facts, scratch: Scratch, first: int) -> int:
    """The end of the chunk that starts at path `first`: as many whole paths as fit, at least one. Fills its `ptr`."""
    ptr, last = facts.ptr, facts.ptr.size - 1
    stop = first + 1
    while stop < last and stop - first < c.CHUNK_PATHS and ptr[stop + 1] - ptr[first] <= c.CHUNK_ROWS:
        stop += 1
    for y in range(stop - first + 1):
        scratch.ptr[y] = ptr[first + y] - ptr[first]
    return stop


@jitted
def any_tie(facts: Facts, first: int, stop: int) -> bool:
    """Whether two rows of one path share an instant."""
    for y in range(first, stop):
        for q in range(facts.ptr[y] + 1, facts.ptr[y + 1]):
            if facts.instant[q] == facts.instant[q - 1]:
                return True
    return False


@entry
def run_block(code: Code, facts: Facts, store: Store, scratch: Scratch, out: Floats) -> int:
    """The whole program over a block: `out[k, path]` are the path registers the program keeps."""
    first, last = int(facts.ptr[0]), facts.ptr.size - 1
    size = code.instructions.shape[0] - 1
    while first < last:
        stop = cut(facts, scratch, first)
        a, b = facts.ptr[first], facts.ptr[stop]
        tied = code.flags[0] > 0 and any_tie(facts, first, stop)
        clock = facts.instant[a : b if tied else a]
        cover, ptr, stamp = facts.cover[a:b], scratch.ptr[: stop - first + 1], store.generation[0]
        chunk = Chunk(
            b - a, stop - first, first, stamp, ptr, clock, cover, facts.keys, a, scratch.owner, scratch.found
        )  # fmt: skip
        for k in range(facts.paths.shape[0]):
            for y in range(stop - first):
                scratch.paths[k, y] = facts.paths[k, first + y]
        for s in range(size):
            step = code.instructions[s]
            if step[c.OP] <= c.LAST_ROW_CODE:
                do_row(step, code, facts, store, scratch, (chunk, s))
            else:
                do_path(step, code, store, scratch, (chunk, s))
        for k in range(code.kept.size):
            kept = scratch.paths[code.kept[k]]
            for y in range(stop - first):
                out[k, first + y] = kept[y]
        store.generation[0] += stop - first
        first = stop
    return last
