"""The compiled loops that put claims in order, against plain Python on random claims."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.engine.happenings import Claims, Needs
from quanyu.engine.loaders import kernels
from quanyu.engine.ordering import rows_of

CLOCKS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.999, 1.5])


@st.composite
def perils(draw: st.DrawFn, paths: int) -> Claims:
    counts = draw(st.lists(st.integers(0, 40), min_size=paths, max_size=paths))
    size = sum(counts)
    clock = draw(st.lists(CLOCKS, min_size=size, max_size=size)) if draw(st.booleans()) else [0.3] * size
    covers = draw(st.sampled_from([(0,), (1,), (0, 2)]))
    amounts = {
        c: np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=size, max_size=size))) for c in covers
    }
    ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    number = np.arange(size) - np.repeat(ptr[:-1], counts)
    return Claims(ptr, amounts, np.array(clock), claim=number.astype(np.int64), event=(number // 2).astype(np.int64))


@settings(deadline=None)
@given(st.integers(1, 4).flatmap(lambda paths: st.lists(perils(paths), min_size=1, max_size=3)), st.booleans())
def test_rows_are_sorted_as_python_sorts(parts: list[Claims], clock: bool) -> None:
    needs = Needs(clock=clock, cover=True)
    rows = rows_of(parts, needs, {})
    for i in range(parts[0].ptr.size - 1):
        told = []
        for n, part in enumerate(parts):
            assert part.clock is not None
            for j in range(part.ptr[i], part.ptr[i + 1]):
                for cover in sorted(part.amounts):
                    amount = float(part.amounts[cover][j])
                    if amount > 0:
                        told.append((float(part.clock[j]) if clock else 0.0, n, int(j), cover, amount))
        told.sort(key=lambda row: row[:4])
        path = slice(int(rows.ptr[i]), int(rows.ptr[i + 1]))
        assert rows.cover is not None
        assert rows.amount[path].tolist() == [row[4] for row in told]
        assert rows.cover[path].tolist() == [row[3] for row in told]
        if clock:
            assert rows.instant is not None
            assert rows.instant[path].tolist() == [row[0] for row in told]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**63), 2**63 - 1)), max_size=30), min_size=1, max_size=5
    )
)
def test_keys_are_numbered_as_they_appear(paths: list[list[tuple[int, int]]]) -> None:
    ptr = np.concatenate([[0], np.cumsum([len(p) for p in paths])]).astype(np.int64)
    before = np.array([a for path in paths for a, _ in path], np.int32)
    column = np.array([b for path in paths for _, b in path], np.int64)
    out = np.empty_like(before)
    most = kernels().number_keys(ptr, before, column, out)
    expected = []
    for path in paths:
        known: dict[tuple[int, int], int] = {}
        expected += [known.setdefault(pair, len(known)) for pair in path]
    assert out.tolist() == expected
    assert most == max(expected, default=-1) + 1
