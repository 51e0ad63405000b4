"""Every instruction of the kernel against a plain loop over claims, written here from its definition."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.columns import Block, State, run
from quanyu.waterfall.kernel_builder import Builder, Layer, Value
from quanyu.waterfall.kernel_program import Column, Layout, Output, Place, Program

Floats = NDArray[np.float64]
LAYOUT = Layout(rows=("losses", "w", "a", "l"), paths=("u", "v"), covers=("fire", "flood", "hail"), keys=("event",))
PATHS = 40
LAYERS = (Layer(10.0, 30.0, 0.5), Layer(60.0, 50.0, 0.9))


class World:
    """Random paths: some empty, one long; instants with ties; amounts that are often 0."""

    def __init__(self, *, tied: bool) -> None:
        draw = np.random.default_rng(7)
        counts = draw.integers(0, 9, PATHS)
        counts[3], counts[11] = 0, 75
        self.ptr = np.concatenate([[0], np.cumsum(counts)])
        n = int(self.ptr[-1])
        self.x = draw.integers(0, 60, n) * (draw.random(n) > 0.2).astype(float)
        self.w = draw.random(n)
        self.a = draw.integers(0, 20, n).astype(float)
        self.limit = draw.integers(1, 50, n).astype(float)
        self.cover = draw.integers(0, 3, n)
        self.key = draw.integers(0, 4, n)
        step = draw.integers(0 if tied else 1, 3, n)
        self.t = np.cumsum(step).astype(float)
        self.u, self.v = draw.random(PATHS) * 100, draw.random(PATHS) * 100 - 20

    def paths(self) -> list[range]:
        return [range(int(a), int(b)) for a, b in zip(self.ptr, self.ptr[1:], strict=False)]

    def instants(self, rows: range) -> list[list[int]]:
        groups: dict[float, list[int]] = {}
        for q in rows:
            groups.setdefault(float(self.t[q]), []).append(q)
        return list(groups.values())


def program_of(builder: Builder, values: Sequence[Value]) -> Program:
    by_path = [builder.by_path(v) for v in values]
    code = builder.finish([v.register for v in by_path])
    outputs = {Output("test", "from", str(k), "take"): Place(k, v.scale) for k, v in enumerate(by_path)}
    rows, paths = builder.sizes
    return Program(
        code=code,
        rows=tuple(builder.row_inputs),
        paths=tuple(builder.path_inputs),
        row_registers=rows,
        path_registers=paths,
        slots=tuple(builder.slots),
        states=tuple((name, opening) for name, (_, opening) in builder.states.items()),
        outputs=outputs,
        layout=builder.layout,
    )


def results(world: World, builder: Builder, *values: Value, state: State | None = None) -> list[Floats]:
    program = program_of(builder, values)
    block = Block(program, PATHS, len(world.x), {"event": 4})
    block.ptr[:] = world.ptr
    block.instant[:], block.cover[:], block.key("event")[:] = world.t, world.cover, world.key
    given = {"losses": world.x, "w": world.w, "a": world.a, "l": world.limit}
    for column in program.rows:
        block.column(column.name)[:] = given[column.name]
    for column in program.paths:
        block.path_column(column.name)[:] = {"u": world.u, "v": world.v}[column.name]
    block.seal(PATHS)
    out = np.zeros((program.width, PATHS))
    run(program, block, state or State.opening(program, PATHS), out)
    return [out[place.column] * place.scale for place in program.outputs.values()]


def weighted(builder: Builder, value: Value) -> Value:
    """The value times the place-dependent column w: its path sum tells how it is spread over rows."""
    return builder.product(value, builder.row_input(Column("w")))


def passing(total: float, layers: Sequence[tuple[float, float, float]]) -> float:
    return sum(s * min(max(total - a, 0.0), limit) for a, limit, s in layers)


def sums(world: World, z: Floats) -> Floats:
    return np.array([sum(z[q] for q in rows) for rows in world.paths()])


def close(found: Floats, expected: Floats) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-9)


@pytest.fixture(params=[False, True], ids=["alone", "tied"])
def world(request: pytest.FixtureRequest) -> World:
    return World(tied=request.param)


@pytest.fixture
def builder() -> Builder:
    return Builder(LAYOUT)


def losses(builder: Builder, scale: float = 0.7) -> Value:
    return builder.row_input(Column("losses")).times(scale)


def test_sums_and_scales(world: World, builder: Builder) -> None:
    (found,) = results(world, builder, losses(builder))
    close(found, 0.7 * sums(world, world.x))


def test_a_clip_of_claims(world: World, builder: Builder) -> None:
    x = losses(builder)
    z = builder.row_value(c.CLIP, (x.scale, 5.0, 20.0), x=x.register)
    (found,) = results(world, builder, z)
    close(found, sums(world, np.clip(0.7 * world.x - 5.0, 0.0, 20.0)))


def test_layers_of_claims(world: World, builder: Builder) -> None:
    z = builder.layered(c.CLAIM, losses(builder), (), LAYERS)
    (found,) = results(world, builder, z)
    close(found, sums(world, np.array([passing(0.7 * x, ((10, 30, 0.5), (60, 50, 0.9))) for x in world.x])))


def test_layers_of_claims_by_row(world: World, builder: Builder) -> None:
    a, limit = builder.row_input(Column("a")), builder.row_input(Column("l"))
    z = builder.layered(
        c.CLAIM, losses(builder), (), (Layer(a, limit), Layer(80.0, inf, builder.row_input(Column("w"))))
    )
    (found,) = results(world, builder, z)
    terms = zip(world.x, world.a, world.limit, world.w, strict=True)
    close(found, sums(world, np.array([passing(0.7 * x, ((a, m, 1.0), (80.0, inf, w))) for x, a, m, w in terms])))


def running(world: World, key: Callable[[int], Any], layers: Sequence[tuple[float, float, float]]) -> Floats:
    """What passes of each row where totals run by key in a path, simultaneous rows pro rata."""
    z = np.zeros(len(world.x))
    for rows in world.paths():
        total: dict[Any, float] = {}
        for group in world.instants(rows):
            for k in {key(q) for q in group}:
                mine = [q for q in group if key(q) == k]
                T, X = total.get(k, 0.0), sum(0.7 * world.x[q] for q in mine)
                for q in mine:
                    z[q] = (passing(T + X, layers) - passing(T, layers)) * 0.7 * world.x[q] / X if X else 0.0
                total[k] = T + X
    return z


@pytest.mark.parametrize("layers", [(Layer(20.0, 60.0),), LAYERS], ids=["one", "two"])
def test_running_totals_of_paths_and_keys(world: World, builder: Builder, layers: tuple[Layer, ...]) -> None:
    plain = [(10.0, 30.0, 0.5), (60.0, 50.0, 0.9)] if len(layers) > 1 else [(20.0, 60.0, 1.0)]
    by_path = builder.layered(c.RUN, losses(builder), (1.0,), layers)
    by_key = builder.layered(c.KEY, losses(builder), (1.0,), layers, builder.slot("event"))
    values = [by_path, weighted(builder, by_path), by_key, weighted(builder, by_key)]
    found = results(world, builder, *values)
    whole, keyed = running(world, lambda _: 0, plain), running(world, lambda q: world.key[q], plain)
    for one, expected in zip(found, (whole, whole * world.w, keyed, keyed * world.w), strict=True):
        close(one, sums(world, expected))


def test_totals_do_not_depend_on_ties_where_only_sums_are_asked(world: World, builder: Builder) -> None:
    spread = builder.layered(c.KEY, losses(builder), (1.0,), LAYERS, builder.slot("event"))
    plain = builder.layered(c.KEY, losses(builder), (0.0,), LAYERS, builder.slot("event"))
    found = results(world, builder, spread, plain)
    close(found[0], found[1])


def test_running_totals_with_terms_by_row_and_carried(world: World, builder: Builder) -> None:
    """Terms by path on rows; two calls go on where the first one ended."""
    layers = (Layer(builder.path_input(Column("u")), 60.0),)
    z = builder.layered(c.RUN, losses(builder), (1.0,), layers, builder.state("total", 10.0))
    program = program_of(builder, [z])
    state = State.opening(program, PATHS)
    first = results(world, builder, z, state=state)[0]
    gross = 0.7 * sums(world, world.x)
    close(state["total"], 10.0 + gross)
    second = results(world, builder, z, state=state)[0]
    after = [np.clip(10.0 + n * gross - world.u, 0.0, 60.0) for n in range(3)]
    close(first, after[1] - after[0])
    close(second, after[2] - after[1])


def test_times_mix_and_masks(world: World, builder: Builder) -> None:
    x, w = losses(builder), builder.row_input(Column("w"))
    found = results(
        world,
        builder,
        builder.product(x, w),
        builder.minus(x, w, rows=True),
        builder.row_value(c.COVERED, (1.0, 0.0, 1.0), x=x.register),
        builder.row_value(c.AT_LEAST, (20.0,), x=x.register, w=x.register),
        builder.row_value(
            c.AT_LEAST, x=x.register, w=x.register, terms=builder.row_terms((builder.row_input(Column("l")),))
        ),
        builder.row_value(c.RATIO, (0.5,), x=builder.row_input(Column("a")).register, w=x.register),
        builder.row_value(c.EXPAND, x=builder.path_input(Column("u")).register),
        builder.row_value(c.FILL, (3.0,)),
    )
    n = np.ones(len(world.x))
    owner = np.repeat(np.arange(PATHS), np.diff(world.ptr))
    part = np.array([min(0.5 * a, x) / x if x else 0.0 for a, x in zip(world.a, world.x, strict=True)])
    expected = [
        0.7 * world.x * world.w,
        0.7 * world.x - world.w,
        world.x * (world.cover != 1),
        world.x * (world.x >= 20.0),
        world.x * (world.x >= world.limit),
        part,
        world.u[owner],
        3.0 * n,
    ]
    for one, rows in zip(found, expected, strict=True):
        close(one, sums(world, rows))


def test_a_tower_is_the_sum_of_its_clips(world: World, builder: Builder) -> None:
    x = losses(builder)
    bounds = [(5.0, 10.0), (15.0, 20.0), (35.0, inf)]
    builder.emit(c.TOWER, (x.scale, 5.0, *(b for pair in bounds for b in pair)), x=x.register, slot=3)
    layers = []
    for _ in bounds:
        z = builder.paths()
        builder.emit(c.LAYER, z=z)
        layers.append(Value("path", z))
    for found, (a, limit) in zip(results(world, builder, *layers), bounds, strict=True):
        close(found, sums(world, np.clip(0.7 * world.x - a, 0.0, limit)))


@pytest.mark.parametrize("grouping", [c.BY_PATH, c.BY_ROW, c.BY_INSTANT, "event"])
def test_the_peak_of_a_group(world: World, builder: Builder, grouping: Any) -> None:
    slot = builder.slot("event") if grouping == "event" else grouping
    x = losses(builder)
    found = results(world, builder, builder.path_value(c.PEAK, (x.scale, 50.0), x=x.register, slot=slot))[0]
    name: dict[Any, Callable[[int], Any]] = {
        c.BY_PATH: lambda _: 0,
        c.BY_ROW: lambda q: q,
        c.BY_INSTANT: lambda q: world.t[q],
        "event": lambda q: world.key[q],
    }
    for rows, one in zip(world.paths(), found, strict=True):
        total: dict[Any, float] = {}
        for q in rows:
            total[name[grouping](q)] = total.get(name[grouping](q), 0.0) + 0.7 * world.x[q] / 50.0
        assert one == pytest.approx(max(total.values(), default=0.0))


def draw_by_hand(world: World, order: Sequence[str], balance: float, period: float) -> Floats:
    """Caps of 25 a row, 40 a key and `period` a path in the order given, then the account."""
    z = np.zeros(len(world.x))
    for rows in world.paths():
        taken: dict[Any, float] = {}
        left = balance
        for group in world.instants(rows):
            y = {q: 0.7 * world.x[q] for q in group}
            for cap in order:
                name: Callable[[int], Any] = {"row": lambda q: q, "key": lambda q: world.key[q], "path": lambda _: -1}[
                    cap
                ]
                size = {"row": 25.0, "key": 40.0, "path": period}[cap]
                for k in {name(q) for q in group}:
                    mine = [q for q in group if name(q) == k]
                    room, asked = max(size - taken.get((cap, k), 0.0), 0.0), sum(y[q] for q in mine)
                    if asked > room:
                        y |= {q: y[q] * room / asked for q in mine}
            asked = sum(y.values())
            if asked > left:
                y = {q: v * left / asked for q, v in y.items()}
            left = max(left - sum(y.values()), 0.0)
            for q, v in y.items():
                z[q] = v
                for cap, k in (("row", q), ("key", world.key[q]), ("path", -1)):
                    taken[cap, k] = taken.get((cap, k), 0.0) + v
    return z


@pytest.mark.parametrize("order", [("row", "key", "path"), ("path", "key"), ("key", "row"), ()], ids=str)
def test_caps_and_an_account_drawn_row_by_row(world: World, builder: Builder, order: tuple[str, ...]) -> None:
    x, account = losses(builder), builder.state("fund", 90.0)
    parameters: list[float] = [x.scale, c.GIVING, account, inf]
    for cap in order:
        kind = {"row": c.CAP_ROW, "key": c.CAP_KEY, "path": c.CAP_PATH}[cap]
        slot = -1 if cap == "row" else builder.slot("event" if cap == "key" else "")
        parameters += [kind, slot, {"row": 25.0, "key": 40.0, "path": 80.0}[cap], -1, -1]
    z = builder.row_value(c.DRAW, parameters, x=x.register)
    found = results(world, builder, z, weighted(builder, z))
    expected = draw_by_hand(world, order, 90.0, 80.0)
    close(found[0], sums(world, expected))
    close(found[1], sums(world, expected * world.w))


def test_an_account_receives_up_to_its_ceiling_row_by_row(world: World, builder: Builder) -> None:
    x, account = losses(builder), builder.state("fund", 30.0)
    z = builder.row_value(c.DRAW, (x.scale, c.RECEIVING, account, 100.0), x=x.register)
    state = State.opening(program_of(builder, [z]), PATHS)
    found = results(world, builder, z, state=state)[0]
    close(found, np.minimum(0.7 * sums(world, world.x), 70.0))
    close(state["fund"], 30.0 + found)


def test_path_arithmetic(world: World, builder: Builder) -> None:
    u, v = builder.path_input(Column("u")), builder.path_input(Column("v"))
    plain = builder.path_value(c.QUOTIENT, (2.0,), x=u.register, w=v.register)
    positive = builder.above(v, v, 0.0, 0.0)
    found = results(
        world,
        builder,
        builder.line(u.times(2.0), v, -3.0, 5.0),
        builder.of_two(c.LEAST, u.times(0.5), v),
        builder.of_two(c.MOST, u.times(0.5), v),
        builder.product(u, v),
        plain,
        builder.above(u, v, 0.5, 10.0),
        builder.path_value(c.CHOOSE, x=u.register, w=v.register, slot=positive.register),
        builder.constant(4.0),
        builder.layered(c.PASS, u, (), LAYERS),
    )
    layers = ((10.0, 30.0, 0.5), (60.0, 50.0, 0.9))
    expected = [
        2 * world.u - 3 * world.v + 5,
        np.minimum(0.5 * world.u, world.v),
        np.maximum(0.5 * world.u, world.v),
        world.u * world.v,
        2 * world.u / world.v,
        (world.u > 0.5 * world.v + 10).astype(float),
        np.where(world.v > 0, world.u, world.v),
        np.full(PATHS, 4.0),
        np.array([passing(x, layers) for x in world.u]),
    ]
    for one, other in zip(found, expected, strict=True):
        close(one, other)


def test_a_quotient_by_nothing_is_nothing(builder: Builder) -> None:
    world = World(tied=False)
    world.v[:] = 0.0
    u, v = builder.path_input(Column("u")), builder.path_input(Column("v"))
    close(
        results(world, builder, builder.path_value(c.QUOTIENT, (1.0,), x=u.register, w=v.register))[0], np.zeros(PATHS)
    )


def test_path_accounts_and_carried_layers(world: World, builder: Builder) -> None:
    u = builder.path_input(Column("u"))
    fund, total = builder.state("fund", 20.0), builder.state("total", 5.0)
    received = builder.path_value(c.RECEIVE, (1.0, 60.0), x=u.register, slot=fund)
    after = builder.path_value(c.READ, slot=fund)
    given = builder.path_value(c.GIVE, (0.8,), x=u.register, slot=fund)
    carried = builder.layered(c.PASS, u, (), LAYERS, total)
    found = results(world, builder, received, after, given, carried)
    put = np.minimum(world.u, 40.0)
    close(found[0], put)
    close(found[1], 20.0 + put)
    close(found[2], np.minimum(0.8 * world.u, 20.0 + put))
    layers = ((10.0, 30.0, 0.5), (60.0, 50.0, 0.9))
    close(found[3], np.array([passing(5.0 + x, layers) - passing(5.0, layers) for x in world.u]))
