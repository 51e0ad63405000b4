import numpy as np
import pytest

from quanyu.perils import Categorical, Empirical, LawError, fixed


def test_empirical() -> None:
    law = Empirical((30.0, 10.0, 30.0, 20.0))
    assert law.values == (10.0, 20.0, 30.0)
    assert law.weights == (0.25, 0.25, 0.5)
    assert law.mean == 22.5
    assert law.variance == pytest.approx(np.var([30.0, 10.0, 30.0, 20.0]))
    np.testing.assert_array_equal(law.cdf([9.0, 10.0, 25.0, 30.0]), [0.0, 0.25, 0.5, 1.0])
    np.testing.assert_array_equal(law.survival([9.0, 10.0, 25.0, 30.0]), [1.0, 0.75, 0.5, 0.0])
    np.testing.assert_array_equal(law.quantile([0.0, 0.25, 0.26, 0.5, 0.51, 1.0]), [10, 10, 20, 20, 30, 30])
    np.testing.assert_array_equal(law.upper_quantile([0.0, 0.49, 0.5, 0.75, 1.0]), [30, 30, 20, 10, 10])
    assert float(law.limited(20.0)) == 17.5
    assert float(law.partial(25.0)) == 7.5


def test_shift_and_truncation_stay_exact() -> None:
    law = Empirical((1.0, 2.0, 3.0), (1.0, 2.0, 1.0))
    assert law.shifted(10.0).values == (11.0, 12.0, 13.0)
    assert law.truncated(2.0, 3.0) == Empirical((2.0, 3.0), (2.0, 1.0))
    assert fixed(7.0).variance == 0.0


@pytest.mark.parametrize(
    ("values", "weights", "field"),
    [
        ((), (), "values"),
        ((1.0,), (1.0, 2.0), "weights"),
        ((1.0, 2.0), (0.0, 0.0), "weights"),
        ((float("inf"),), (), "values"),
    ],
)
def test_bad_tables(values: tuple[float, ...], weights: tuple[float, ...], field: str) -> None:
    with pytest.raises(LawError) as caught:
        Empirical(values, weights)
    assert caught.value.field == field


def test_categorical() -> None:
    law = Categorical(("timber", "brick"), (0.2, 0.8))
    assert law.codes() == Empirical((0.0, 1.0), (0.2, 0.8))
    with pytest.raises(LawError, match=r"0\.9"):
        Categorical(("timber", "brick"), (0.1, 0.8))
    with pytest.raises(LawError, match="twice"):
        Categorical(("timber", "timber"), (0.5, 0.5))
