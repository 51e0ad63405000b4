"""Path instructions: one small loop each over the path registers of a chunk."""

from quanyu.waterfall.kernel_arrays import Floats
from quanyu.waterfall.kernel_jit import jitted
from quanyu.waterfall.kernel_rows import layered, passing


@jitted
def passed(x: Floats, z: Floats, p: Floats, terms: Floats, state: Floats) -> None:
    """G of a path's amount; where the total is carried, the difference it makes to G."""
    f, layers = p[0], p[1:]
    if state.size:
        for y in range(z.size):
            T, X = state[y], f * x[y]
            z[y] = passing(T + X, y, layers, terms) - passing(T, y, layers, terms)
            state[y] = T + X
    elif terms.shape[0] == 0:
        layered(x, z, f, layers)
    else:
        for y in range(z.size):
            z[y] = passing(f * x[y], y, layers, terms)


@jitted
def line(x: Floats, w: Floats, z: Floats, p: Floats) -> None:
    """z := f x + g w + h."""
    f, g, h = p[0], p[1], p[2]
    for y in range(z.size):
        z[y] = f * x[y] + g * w[y] + h


@jitted
def least(x: Floats, w: Floats, z: Floats, p: Floats) -> None:
    """z := min(f x, g w)."""
    for y in range(z.size):
        z[y] = min(p[0] * x[y], p[1] * w[y])


@jitted
def most(x: Floats, w: Floats, z: Floats, p: Floats) -> None:
    """z := max(f x, g w)."""
    for y in range(z.size):
        z[y] = max(p[0] * x[y], p[1] * w[y])


@jitted
def product(x: Floats, w: Floats, z: Floats, p: Floats) -> None:
    """z := f x w."""
    for y in range(z.size):
        z[y] = p[0] * x[y] * w[y]


@jitted
def quotient(x: Floats, w: Floats, z: Floats, p: Floats) -> None:
    """z := f x / w, and 0 where w is 0."""
    for y in range(z.size):
        z[y] = p[0] * x[y] / w[y] if w[y] != 0.0 else 0.0


@jitted
def constant(z: Floats, p: Floats) -> None:
    """z := a number."""
    for y in range(z.size):
        z[y] = p[0]


@jitted
def give(x: Floats, z: Floats, p: Floats, balance: Floats) -> None:
    """An account gives down to nothing."""
    for y in range(z.size):
        z[y] = min(p[0] * x[y], max(balance[y], 0.0))
        balance[y] -= z[y]


@jitted
def receive(x: Floats, z: Floats, p: Floats, ceilings: Floats, balance: Floats) -> None:
    """An account receives up to its ceiling."""
    for y in range(z.size):
        ceiling = ceilings[0, y] if ceilings.shape[0] else p[1]
        z[y] = min(p[0] * x[y], max(ceiling - balance[y], 0.0))
        balance[y] += z[y]


@jitted
def read(z: Floats, state: Floats) -> None:
    """z := a state register."""
    for y in range(z.size):
        z[y] = state[y]


@jitted
def above(x: Floats, w: Floats, z: Floats, p: Floats) -> None:
    """z := 1 where f x > g w + h, else 0."""
    for y in range(z.size):
        z[y] = 1.0 if p[0] * x[y] > p[1] * w[y] + p[2] else 0.0


@jitted
def choose(x: Floats, w: Floats, z: Floats, test: Floats) -> None:
    """z := x where the test is above 0, else w."""
    for y in range(z.size):
        z[y] = x[y] if test[y] > 0.0 else w[y]
