"""Named quantities: terms of plans and values, on rows and in columns."""

from fractions import Fraction

import numpy as np
import pytest

from quanyu.engine.names import with_names, with_names_columns
from quanyu.formula import Column, Given, TextColumn

from .written_programme import compiled

NAMES = compiled().names
ROWS: list[dict[str, Given]] = [
    {"plan": "basic", "sum": Fraction(700), "grade": Fraction(2)},
    {"plan": "plus", "sum": Fraction(10), "grade": Fraction(3)},
    {"plan": "basic", "sum": Fraction(1, 2), "grade": Fraction(1)},
]
DATA: dict[str, Column] = {
    "plan": TextColumn(np.array([0, 1, 0]), ("basic", "plus")),
    "sum": np.array([700.0, 10.0, 0.5]),
    "grade": np.array([2.0, 3.0, 1.0]),
}


def test_columns_have_what_rows_have() -> None:
    found = with_names_columns(NAMES, DATA, 3)
    rows = [with_names(NAMES, row) for row in ROWS]
    for name in ("limit", "level", "twice", "top"):
        column = found[name]
        assert isinstance(column, np.ndarray)
        expected = [float(v) if isinstance(v := row.get(name), Fraction) else np.nan for row in rows]
        assert column == pytest.approx(expected, nan_ok=True), name
    assert np.isnan(np.asarray(found["top"])).tolist() == [False, True, False]


@pytest.mark.parametrize("plan", ["basic", np.array(["basic", "basic", "basic"], dtype=object)])
def test_a_plan_may_be_one_for_all(plan: Column) -> None:
    found = with_names_columns(NAMES, {**DATA, "plan": plan}, 3)
    assert np.asarray(found["limit"]).tolist() == [50, 50, 50]
    assert np.asarray(found["top"]) == pytest.approx([70, 1, 0.05])


def test_what_is_stated_stays() -> None:
    assert with_names(NAMES, {**ROWS[0], "limit": 9, "level": 4})["limit"] == 9
    assert with_names(NAMES, {**ROWS[0], "level": Fraction(4)})["twice"] == 8
    stated = with_names_columns(NAMES, {**DATA, "limit": np.array([1.0, 2.0, 3.0])}, 3)
    assert np.asarray(stated["limit"]).tolist() == [1, 2, 3]


def test_what_lacks_its_inputs_is_left_out() -> None:
    assert with_names(NAMES, {"plan": "basic"}) == {"plan": "basic", "limit": 50}
    assert set(with_names_columns(NAMES, {"sum": np.array([1.0])}, 1)) == {"sum"}
