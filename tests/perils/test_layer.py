from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

from quanyu.perils import Annual, LawError, Layer, Lognormal

LAW = Lognormal.by_mean(1e5, 2.0)


@pytest.mark.parametrize("layer", [Layer(), Layer(1e5), Layer(1e5, 9e5, 0.5), Layer(0.0, 2e5)])
def test_moments_of_a_payment(layer: Layer) -> None:
    def payment(p: float) -> float:
        return layer.share * min(max(float(LAW.quantile(p)) - layer.attachment, 0.0), layer.limit)

    inner = [float(LAW.cdf(layer.attachment)), min(float(LAW.cdf(layer.exit)), 1.0 - 1e-13)]
    for order, exact in ((1, layer.mean(LAW)), (2, layer.square(LAW))):
        grid = [0.0, *inner, 1.0 - 1e-13]
        area = sum(
            integrate.quad(lambda p, k=order: payment(p) ** k, a, b, limit=400, epsrel=1e-7)[0]
            for a, b in pairwise(grid)
            if b > a
        )
        assert exact == pytest.approx(area, rel=2e-4)


def test_chances() -> None:
    layer = Layer(1e5, 9e5, 0.5)
    y = np.array([1.0, 1e5, 4.5e5])
    np.testing.assert_allclose(layer.chance(LAW, y), [*LAW.cdf(1e5 + y[:2] / 0.5), 1.0])
    np.testing.assert_allclose(layer.below(LAW, y), LAW.cdf(1e5 + y / 0.5))
    assert float(layer.chance(LAW, np.array(0.0))) == pytest.approx(float(LAW.cdf(1e5)))


def test_annual() -> None:
    np.testing.assert_array_equal(Annual(10.0, 5.0).of(np.array([3.0, 12.0, 40.0])), [0.0, 2.0, 5.0])
    assert Annual().plain


def test_what_is_refused() -> None:
    for make, field in (
        (lambda: Layer(-1.0), "attachment"),
        (lambda: Layer(0.0, 0.0), "limit"),
        (lambda: Layer(share=0.0), "share"),
        (lambda: Annual(-1.0), "attachment"),
        (lambda: Annual(limit=-1.0), "limit"),
    ):
        with pytest.raises(LawError) as caught:
            make()
        assert caught.value.field == field
