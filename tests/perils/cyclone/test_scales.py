"""Beaufort forces and grades at their boundaries."""

import pytest

from quanyu.perils import LawError
from quanyu.perils.cyclone import Grade, beaufort, beaufort_from, grade_by_wind


def test_forces_begin_where_the_standard_says() -> None:
    winds = [0.0, 0.2, 0.3, 10.7, 10.8, 13.8, 13.9, 17.1, 17.2, 32.6, 32.7, 61.2, 61.3, 80.0]
    assert beaufort(winds).tolist() == [0, 0, 1, 5, 6, 6, 7, 7, 8, 11, 12, 17, 18, 18]
    assert beaufort_from(7) == 13.9
    with pytest.raises(LawError):
        beaufort_from(19)


@pytest.mark.parametrize(
    ("wind", "grade"),
    [
        (10.7, Grade.UNKNOWN),
        (10.8, Grade.DEPRESSION),
        (17.2, Grade.STORM),
        (24.5, Grade.SEVERE_STORM),
        (32.7, Grade.TYPHOON),
        (41.5, Grade.SEVERE_TYPHOON),
        (51.0, Grade.SUPER_TYPHOON),
    ],
)
def test_grades(wind: float, grade: Grade) -> None:
    assert grade_by_wind(wind) is grade
