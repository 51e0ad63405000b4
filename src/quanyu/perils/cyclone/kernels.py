"""Compiled loops of tracks and points; imported only through `loaders.cyclone_kernels`, for Numba takes half a second.

All that is compiled stands in this one file, for Numba looks at the outermost function's file alone to know whether its
machine code is stale. The formulas are those of `profiles`, `rain` and `tests`; every point is by itself, so parts of
the points on several threads change no bit.
"""

from collections.abc import Callable
from math import cos, exp, floor, log, radians, sin, sqrt
from typing import Any, TypeVar, cast

import numba
import numpy as np

from quanyu.perils.columns import Floats, Ints

__all__ = ["blow", "lines", "near", "pour", "splines"]

Loop = TypeVar("Loop", bound=Callable[..., object])

KM_A_DEGREE = 111.12
AIR = 1.15
# Columns of a node, in the order of `nodes.Nodes.columns`.
LAT, LON, RMW, B, DEPTH, F, NORTH, EAST, SPEED, PEAK, MOVES, OUTER, AT = range(13)
# A storm with less than this, Pa, has none.
NO_DEPTH = 1.0
# Bounds are worth their making where more points than this may be under a node.
FEW = 1000
H80, H08, H10, ER11 = range(4)


def _loop(function: Loop) -> Loop:
    compiled: Any = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast(Loop, compiled(function))


def _inline(function: Loop) -> Loop:
    return cast(Loop, numba.njit(inline="always", error_model="numpy")(function))


@_inline
def _slopes(t: Floats, y: Floats, s: Floats, diagonal: Floats, upper: Floats) -> None:
    """Slopes at the knots of the not-a-knot cubic, de Boor (1978), for at least four knots."""
    n = t.size
    h0, h1 = t[1] - t[0], t[2] - t[1]
    d0, d1 = (y[1] - y[0]) / h0, (y[2] - y[1]) / h1
    diagonal[0], upper[0] = h1, h0 + h1
    s[0] = ((h0 + 2.0 * (h0 + h1)) * h1 * d0 + h0 * h0 * d1) / (h0 + h1)
    for k in range(1, n):
        if k < n - 1:
            ha, hb = t[k] - t[k - 1], t[k + 1] - t[k]
            lower, middle, above = hb, 2.0 * (ha + hb), ha
            right = 3.0 * (hb * (y[k] - y[k - 1]) / ha + ha * (y[k + 1] - y[k]) / hb)
        else:
            ha, hb = t[k - 1] - t[k - 2], t[k] - t[k - 1]
            lower, middle, above = ha + hb, ha, 0.0
            da, db = (y[k - 1] - y[k - 2]) / ha, (y[k] - y[k - 1]) / hb
            right = (hb * hb * da + (2.0 * (ha + hb) + hb) * ha * db) / (ha + hb)
        w = lower / diagonal[k - 1]
        diagonal[k] = middle - w * upper[k - 1]
        upper[k] = above
        s[k] = right - w * s[k - 1]
    s[n - 1] /= diagonal[n - 1]
    for k in range(n - 2, -1, -1):
        s[k] = (s[k] - upper[k] * s[k + 1]) / diagonal[k]


@_inline
def _parabola(t: Floats, y: Floats, s: Floats) -> None:
    """Slopes at the knots of the line through two or the parabola through three points."""
    if t.size == 2:
        s[0] = s[1] = (y[1] - y[0]) / (t[1] - t[0])
        return
    h0, h1 = t[1] - t[0], t[2] - t[1]
    d0, d1 = (y[1] - y[0]) / h0, (y[2] - y[1]) / h1
    bend = (d1 - d0) / (h0 + h1)
    s[0], s[1], s[2] = d0 - bend * h0, d0 + bend * h0, d1 + bend * h1


@_loop
def splines(ptr: Ints, t: Floats, y: Floats, *, nptr: Ints, step: float, out: Floats) -> None:
    """Values of y every `step` hours from each track's first fix; a track has two fixes at least."""
    longest = 0
    for k in range(ptr.size - 1):
        longest = max(longest, ptr[k + 1] - ptr[k])
    s, diagonal, upper = np.empty(longest), np.empty(longest), np.empty(longest)
    for k in range(ptr.size - 1):
        a, n = ptr[k], ptr[k + 1] - ptr[k]
        tk, yk = t[a : a + n], y[a : a + n]
        if n > 3:
            _slopes(tk, yk, s, diagonal, upper)
        else:
            _parabola(tk, yk, s)
        i = 0
        for j in range(nptr[k], nptr[k + 1]):
            x = tk[0] + (j - nptr[k]) * step
            while i < n - 2 and x >= tk[i + 1]:
                i += 1
            h = tk[i + 1] - tk[i]
            d = (yk[i + 1] - yk[i]) / h
            third = (s[i] + s[i + 1] - 2.0 * d) / h
            z = x - tk[i]
            out[j] = yk[i] + z * (s[i] + z * ((d - s[i]) / h - third + z * third / h))


@_loop
def lines(ptr: Ints, t: Floats, y: Floats, *, nptr: Ints, step: float, out: Floats) -> None:
    """Columns of y, shape (fixes, columns), on straight lines; what is not a number stays so up to the next fix."""
    for k in range(ptr.size - 1):
        i, last = ptr[k], ptr[k + 1] - 2
        for j in range(nptr[k], nptr[k + 1]):
            x = t[ptr[k]] + (j - nptr[k]) * step
            while i < last and x >= t[i + 1]:
                i += 1
            w = (x - t[i]) / (t[i + 1] - t[i])
            for c in range(y.shape[1]):
                if w == 0.0:
                    out[j, c] = y[i, c]
                elif w == 1.0:
                    out[j, c] = y[i + 1, c]
                else:
                    out[j, c] = y[i, c] + w * (y[i + 1, c] - y[i, c])


@_inline
def _within(node: Floats, box: Floats, tall: float) -> Any:
    """Whether a node lies within `tall` degrees of latitude of the box (south, north, west, east), roughly."""
    wide = tall / max(1e-3, cos(radians(node[LAT])))
    west = node[LON] - box[2] + wide
    west -= 360.0 * floor(west / 360.0)
    span = box[3] - box[2] + 2.0 * wide
    return (west <= span or span >= 360.0) and box[0] - tall <= node[LAT] <= box[1] + tall


@_loop
def near(ptr: Ints, nodes: Floats, box: Floats, reach: float) -> Ints:
    """The tracks with a node within `reach` km of the box (south, north, west, east, degrees), roughly."""
    found = np.empty(ptr.size - 1, np.int64)
    count = 0
    tall = reach / KM_A_DEGREE
    for k in range(ptr.size - 1):
        for i in range(ptr[k], ptr[k + 1]):
            if _within(nodes[i], box, tall):
                found[count] = k
                count += 1
                break
    return found[:count]


@_inline
def _turned(away: float) -> float:
    """A difference of longitudes the short way round."""
    if away > 180.0:
        return away - 360.0
    return away + 360.0 if away < -180.0 else away


@_inline
def _first_from(sorted_values: Floats, low: float) -> int:
    """Where values in order reach `low`."""
    a, b = 0, sorted_values.size
    while a < b:
        m = (a + b) >> 1
        if sorted_values[m] < low:
            a = m + 1
        else:
            b = m
    return a


@_inline
def _quadrant(dx: float, dy: float) -> int:
    """0 north-east, 1 south-east, 2 south-west, 3 north-west."""
    if dx >= 0.0:
        return 0 if dy >= 0.0 else 1
    return 3 if dy >= 0.0 else 2


@_inline
def _tangential(profile: int, node: Floats, d: float, quadrant: int) -> Any:
    """The profile's wind at d metres, m/s."""
    rmw, f = node[RMW], node[F]
    if profile == ER11:
        square = (d / rmw) * (d / rmw)
        return max(0.0, (rmw * node[PEAK] + 0.5 * f * rmw * rmw) * 2.0 * square / (1.0 + square) / d)
    ratio = exp(node[B] * log(rmw / d))
    if profile == H10:
        at = node[AT + 2 * quadrant]
        x = 0.5
        if d > rmw:
            x = max(0.4, 0.5 + (d - rmw) * (node[OUTER + 2 * quadrant] - 0.5) / (at - rmw))
        inside = ratio * exp(1.0 - ratio)
        if x == 0.5:
            return node[PEAK] * sqrt(inside)
        return node[PEAK] * exp(x * log(inside)) if inside > 0.0 else 0.0
    half = 0.5 * f * d
    wind = sqrt(max(0.0, node[B] / AIR * ratio * node[DEPTH] * exp(-ratio) + half * half)) - half
    return 0.9 * wind if profile == H80 else wind


@_inline
def _speed(profile: int, switches: tuple[bool, bool, bool], node: Floats, dx: float, dy: float, d: float) -> Any:
    """The wind's speed at a place dx east and dy north of the centre, d away, metres."""
    a = 0.0
    if node[MOVES] != 0.0:
        a = min(1.0, node[RMW] / d)
    v = _tangential(profile, node, d, _quadrant(dx, dy))
    if H08 <= profile <= H10:
        v -= node[SPEED] * a
        if v < 0.0 and not switches[1]:
            v = 0.0
    # Anticlockwise in the northern hemisphere.
    turn = 1.0 if node[LAT] >= 0.0 else -1.0
    north, east = turn * dx / d, -turn * dy / d
    if switches[0]:
        q = d / node[RMW]
        beta = radians(10.0 * (1.0 + q) if q < 1.0 else (20.0 + 25.0 * (q - 1.0) if q < 1.2 else 25.0))
        c, s = cos(beta), sin(beta)
        north, east = c * north - s * dy / d, c * east - s * dx / d
    north = v * north + node[NORTH] * a
    east = v * east + node[EAST] * a
    return sqrt(north * north + east * east)


@_inline
def _ends(profile: int, node: Floats, d: float) -> tuple[float, float]:
    """The part of a profile that has one peak, at the radius of maximum wind, and what the earth's turning takes."""
    rmw = node[RMW]
    if profile == ER11:
        square = (d / rmw) * (d / rmw)
        return (rmw * node[PEAK] + 0.5 * node[F] * rmw * rmw) * 2.0 * square / (1.0 + square) / d, 0.0
    ratio = exp(node[B] * log(rmw / d))
    if profile == H10:
        return ratio * exp(1.0 - ratio), 0.0
    return node[B] / AIR * ratio * node[DEPTH] * exp(-ratio), 0.5 * node[F] * d


@_inline
def _raised(profile: int, node: Floats, hump: float, rest: float) -> float:
    """A bound of the profile's wind by a bound of its peaked part and of the turning, or of the exponent of H10."""
    if profile == ER11:
        return hump
    if profile == H10:
        return node[PEAK] * exp(rest * log(hump)) if hump > 0.0 else 0.0
    wind = sqrt(hump + rest * rest) - rest
    return 0.9 * wind if profile == H80 else wind


@_inline
def _bounds(profile: int, node: Floats, rings: Floats, least: float) -> Any:
    """No wind is more than `rings[0]` or less than `rings[1]` in a quadrant and a ring of a kilometre.

    What is bounded between thresholds and below what is known need not be computed. Gives the distance in metres beyond
    which there is no wind of `least`.
    """
    rmw, edge = node[RMW], 0.0
    for k in range(rings.shape[2]):
        low, high = max(1.0, k * 1e3), (k + 1) * 1e3
        near, near_turn = _ends(profile, node, low)
        far, far_turn = _ends(profile, node, high)
        top, _ = _ends(profile, node, min(max(rmw, low), high))
        motion = node[SPEED] * node[MOVES] * min(1.0, rmw / low)
        for q in range(4):
            # Only Holland 2010 differs by quadrant.
            if q > 0 and profile != H10:
                rings[:, q, k] = rings[:, 0, k]
                continue
            less, most = far_turn, near_turn
            if profile == H10:
                slope = (node[OUTER + 2 * q] - 0.5) / (node[AT + 2 * q] - rmw)
                inner = max(0.4, 0.5 + max(0.0, low - rmw) * slope)
                outer = max(0.4, 0.5 + max(0.0, high - rmw) * slope)
                less, most = max(inner, outer), min(inner, outer)
            upper = _raised(profile, node, top, most)
            lower = _raised(profile, node, min(near, far), less)
            if H08 <= profile <= H10:
                upper, lower = max(upper, 2.0 * motion), lower - 2.0 * motion
            else:
                upper, lower = upper + motion, lower - motion
            rings[0, q, k] = upper * (1.0 + 1e-9)
            rings[1, q, k] = max(0.0, lower * (1.0 - 1e-9)) if k > 0 else 0.0
            if rings[0, q, k] >= least:
                edge = high
    return edge


@_inline
def _nearest(nodes: Floats, start: int, stop: int, lat: float, lon: float) -> int:
    """The node nearest to a place, roughly."""
    found, least = start, 1e30
    for i in range(start, stop):
        y, x = nodes[i, LAT] - lat, (nodes[i, LON] - lon) * cos(radians(lat))
        if y * y + x * x < least:
            found, least = i, y * y + x * x
    return found


@_loop
def blow(
    how: tuple[int, tuple[bool, bool, bool], float, float, float],
    tracks: tuple[Ints, Ints, Floats],
    points: tuple[Floats, Floats, Ints],
    thresholds: Floats,
    out: tuple[Floats, Floats, Floats],
) -> None:
    """The largest wind of each track at each point, when thresholds were first reached, and for how long.

    how: profile, switches (inflow, reversing, whether first nodes count), reach km, floor m/s, step hours. tracks:
    which, ptr, nodes. points: latitudes in order, longitudes, and where each goes in `out`: peak (tracks, points),
    hours from the track's first node to the first at or above a threshold, and hours so (tracks, points, thresholds).
    The node nearest to the points comes first, so that the others are known to be no more at most points; the order
    changes no bit.
    """
    profile, switches, reach, least, step = how
    which, ptr, nodes = tracks
    lat, lon, place = points
    tall, levels = reach / KM_A_DEGREE, thresholds.size
    box = np.array([lat[0], lat[-1], lon.min(), lon.max()])
    rings = np.empty((2, 4, int(reach) + 2))
    peak = np.empty(lat.size)
    arrival, lasting = np.empty((lat.size, levels)), np.empty((lat.size, levels))
    for row in range(which.size):
        peak[:] = 0.0
        arrival[:], lasting[:] = np.nan, 0.0
        start, stop = ptr[which[row]], ptr[which[row] + 1]
        first = start if switches[2] else start + 1
        nearest = _nearest(nodes, first, stop, lat[lat.size // 2], lon[lat.size // 2])
        for s in range(first - 1, stop):
            i = nearest if s < first else s
            if s == nearest:
                continue
            node = nodes[i]
            if profile != ER11 and node[DEPTH] < NO_DEPTH and not switches[1]:
                continue
            if not _within(node, box, tall):
                continue
            narrow, hours = cos(radians(node[LAT])), (i - start) * step
            begin = _first_from(lat, node[LAT] - tall)
            known, far = lat.size - begin > FEW, reach * 1e3
            if known:
                far = min(far, _bounds(profile, node, rings, least))
                begin = _first_from(lat, node[LAT] - far / (KM_A_DEGREE * 1e3) * (1.0 + 1e-9))
            for j in range(begin, lat.size):
                dy = (lat[j] - node[LAT]) * KM_A_DEGREE * 1e3
                if dy > far:
                    break
                dx = _turned(lon[j] - node[LON]) * narrow * KM_A_DEGREE * 1e3
                square = dx * dx + dy * dy
                if square > far * far * (1.0 + 1e-12):
                    continue
                d = sqrt(square)
                if d > far:
                    continue
                wind, compute = 0.0, True
                if known:
                    q, k = _quadrant(dx, dy), int(d * 1e-3)
                    upper, wind = rings[0, q, k], rings[1, q, k]
                    if upper < least:
                        continue
                    compute = upper > peak[j]
                    for c in range(levels):
                        compute = compute or wind < thresholds[c] <= upper
                if compute:
                    wind = node[SPEED] * node[MOVES] if d <= 1.0 else _speed(profile, switches, node, dx, dy, d)
                    if wind < least:
                        continue
                    peak[j] = max(peak[j], wind)
                for c in range(levels):
                    if wind >= thresholds[c]:
                        lasting[j, c] += step
                        if not arrival[j, c] <= hours:
                            arrival[j, c] = hours
        out[0][row][place] = peak
        out[1][row][place] = arrival
        out[2][row][place] = lasting


@_loop
def pour(
    tracks: tuple[Ints, Ints, Floats, Floats],
    points: tuple[Floats, Floats, Ints],
    reach: float,
    step: float,
    out: Floats,
) -> None:
    """Sums of R-CLIPER over the nodes of each track, mm. tracks: which, ptr, nodes, and the winds of nodes in knots."""
    which, ptr, nodes, knots = tracks
    lat, lon, place = points
    tall = reach / KM_A_DEGREE
    for row in range(which.size):
        for i in range(ptr[which[row]], ptr[which[row] + 1]):
            u = 1.0 + (knots[i] - 35.0) / 33.0
            centre, most = -1.10 + 3.96 * u, -1.60 + 4.80 * u
            inner, fall = 64.5 - 13.0 * u, 150.0 - 16.0 * u
            narrow = cos(radians(nodes[i, LAT]))
            for j in range(_first_from(lat, nodes[i, LAT] - tall), lat.size):
                dy = (lat[j] - nodes[i, LAT]) * KM_A_DEGREE
                if dy > reach:
                    break
                dx = _turned(lon[j] - nodes[i, LON]) * narrow * KM_A_DEGREE
                d = sqrt(dx * dx + dy * dy)
                if d > reach:
                    continue
                inches = centre + (most - centre) * d / inner if d <= inner else most * exp(-(d - inner) / fall)
                if inches > 0.0:
                    out[row, place[j]] += inches * 25.4 / 24.0 * step
