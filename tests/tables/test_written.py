"""Cells of any type as the texts that people write."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.tables import Rows, as_texts
from quanyu.terms import read_number


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([3.0, None, 1.5], ["3", None, "1.5"]),
        ([1e-7, 1e22, float("nan"), float("inf")], ["0.0000001", "1" + "0" * 22, None, None]),
        ([" a ", "", "  ", None], ["a", None, None, None]),
        ([True, None, False], ["true", None, "false"]),
        ([dt.date(2026, 1, 2), None], ["2026-01-02", None]),
        ([dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 2, 8)], ["2026-01-02", "2026-01-02 08:00:00"]),
        ([12, None], ["12", None]),
        ([None, None], [None, None]),
    ],
)
def test_cells_as_people_write_them(cells: list[Any], texts: list[str | None]) -> None:
    assert as_texts(pl.Series(cells)).to_list() == texts


@given(st.floats(min_value=1e-30, max_value=1e30))
def test_a_number_is_read_back(number: float) -> None:
    text = as_texts(pl.Series([number]))[0]
    assert "e" not in text
    assert float(text) == number
    read = read_number(text)
    assert read is None or float(read) == number


def test_chosen_rows_know_where_they_stood() -> None:
    rows = Rows(pl.DataFrame({"a": range(6)}), "t.csv", first=2)
    odd = rows.chosen(rows.frame[[1, 3, 5]], [1, 3, 5])
    last = odd.chosen(odd.frame[[2]], [2])
    assert [odd.place(n, "a").line for n in range(3)] == [3, 5, 7]
    assert last.place(0, "a").line == 7
    assert last.place(-1, "a").line == 1
