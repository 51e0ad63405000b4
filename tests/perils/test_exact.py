import time

import numpy as np
import pytest
from scipy import special, stats

from perils.laws import WithAtom
from quanyu.perils import (
    Annual,
    Binomial,
    CountLaw,
    Empirical,
    FrequencySeverity,
    Gamma,
    LawError,
    Layer,
    Lognormal,
    NegativeBinomial,
    Normal,
    Pareto,
    Poisson,
    compound,
    fixed_count,
)
from quanyu.perils.columns import Floats, as_floats

LOSS = Lognormal.by_mean(1e5, 2.0)


def panjer(law: CountLaw, mass: Floats, size: int) -> Floats:
    """Panjer (1981): p_n = (a + b / n) p_{n-1} gives the aggregate by recursion."""
    if isinstance(law, Poisson):
        a, b, start = 0.0, law.mean, np.exp(-law.mean * (1.0 - mass[0]))
    elif isinstance(law, NegativeBinomial):
        beta, r = law.mean * law.dispersion, 1.0 / law.dispersion
        a, b, start = beta / (1.0 + beta), (r - 1.0) * beta / (1.0 + beta), (1.0 + beta * (1.0 - mass[0])) ** -r
    else:
        assert isinstance(law, Binomial)
        odds = law.p / (1.0 - law.p)
        a, b, start = -odds, (law.n + 1) * odds, (1.0 - law.p + law.p * mass[0]) ** law.n
    out = np.zeros(size)
    out[0] = start
    f = np.zeros(size)
    f[: len(mass)] = mass
    for s in range(1, size):
        j = np.arange(1, s + 1)
        out[s] = ((a + b * j / s) * f[j] * out[s - j]).sum() / (1.0 - a * f[0])
    return out


@pytest.mark.parametrize("count", [Poisson(4.0), NegativeBinomial(4.0, 0.5), Binomial(9, 0.3)])
def test_panjer_recursion(count: CountLaw) -> None:
    law = Empirical(tuple(float(v) for v in range(8)), (0.1, 0.3, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05))
    exact = compound(count, law, points=512, step=1.0)
    peer = panjer(count, np.array(law.weights), 512)
    np.testing.assert_allclose(exact.probabilities, peer, atol=1e-12)
    low, value, high = exact.cdf(np.arange(60.0))
    np.testing.assert_allclose(value, np.cumsum(peer)[:60], atol=1e-10)
    # Losses on the grid need no rounding: the bracket is what floating point may add.
    assert (high - low).max() < 2.1 * exact.numerical


@pytest.mark.parametrize("points", [1 << 10, 1 << 14])
def test_the_bracket_holds_poisson_sums_of_exponentials(points: int) -> None:
    """P(S <= x) = exp(-m) + sum over n of P(N = n) P(gamma(n) <= x): a closed series."""
    mean, scale = 5.0, 1000.0
    exact = compound(Poisson(mean), Gamma(1.0, scale), points=points)
    x = np.linspace(0.0, 30_000.0, 301)
    n = np.arange(1, 120)[:, None]
    closed = np.exp(-mean) + (stats.poisson(mean).pmf(n) * special.gammainc(n, x / scale)).sum(axis=0)
    low, value, high = exact.cdf(x)
    assert (low <= closed).all()
    assert (closed <= high).all()
    assert np.abs(value - closed)[1:].max() < 40.0 / points
    q = exact.var(0.99)
    closed_q = np.interp(0.99, closed, x)
    assert q.low <= closed_q * (1.0 + 1e-4)
    assert closed_q * (1.0 - 1e-4) <= q.high
    # E[S; S > q] of the same series: n scale P(gamma(n + 1) > q / scale).
    above = float(
        (stats.poisson(mean).pmf(n[:, 0]) * n[:, 0] * scale * special.gammaincc(n[:, 0] + 1.0, closed_q / scale)).sum()
    )
    tail = exact.tvar(0.99)
    assert tail.low <= above / 0.01 * (1.0 + 1e-4)
    assert above / 0.01 * (1.0 - 1e-4) <= tail.high


def test_gamma_sums_are_gamma() -> None:
    """Ten losses of a gamma law: the total is gamma of ten times the shape."""
    exact = compound(fixed_count(10), Gamma(0.5, 100.0), points=1 << 16)
    peer = stats.gamma(5.0, scale=100.0)
    x = peer.ppf([0.01, 0.5, 0.99, 0.9999])
    low, value, high = exact.cdf(x)
    assert (low <= peer.cdf(x)).all()
    assert (peer.cdf(x) <= high).all()
    np.testing.assert_allclose(value, peer.cdf(x), atol=2e-4)


@pytest.mark.parametrize(
    ("layer", "annual"),
    [
        (Layer(), Annual()),
        (Layer(1e5, 9e5), Annual()),
        (Layer(1e5, 9e5, 0.5), Annual(1e5, 1e6)),
        (Layer(), Annual(5e5)),
        (Layer(0.0, 3e5), Annual(0.0, 6e5)),
    ],
)
def test_simulated_years_lie_in_the_bracket(layer: Layer, annual: Annual) -> None:
    years = 300_000
    o = FrequencySeverity("fire", NegativeBinomial(5.0, 0.2), LOSS).draw(31, range(years))
    assert o.severity is not None
    paid = layer.share * np.clip(o.severity - layer.attachment, 0.0, layer.limit)
    total = annual.of(as_floats(np.bincount(o.years, weights=paid, minlength=years)))
    exact = compound(NegativeBinomial(5.0, 0.2), LOSS, layer, annual=annual, points=1 << 16)
    error = 4.5 * total.std() / np.sqrt(years)
    assert exact.mean.low - error <= total.mean() <= exact.mean.high + error
    assert exact.mean.low <= exact.mean.value <= exact.mean.high
    assert exact.sd.low * 0.97 <= total.std() <= exact.sd.high * 1.03
    for p in (0.5, 0.9, 0.99):
        spread = 4.5 * np.sqrt(p * (1.0 - p) / years)
        bracket = exact.var(p)
        assert np.quantile(total, p - spread) <= bracket.high * (1.0 + 1e-12)
        assert bracket.low * (1.0 - 1e-12) <= np.quantile(total, p + spread)
        worst = np.sort(total)[int(p * years) :]
        tail = exact.tvar(p)
        noise = 5.0 * worst.std() / np.sqrt(len(worst)) + 1e-9 * tail.value
        assert tail.low - noise <= worst.mean() <= tail.high + noise
        assert tail.low <= tail.value <= tail.high


@pytest.mark.parametrize("layer", [Layer(), Layer(5e4, 2e5), Layer(2e5, 6e5, 0.5), Layer(1e5, 1e5)])
def test_a_law_that_jumps_inside_its_support(layer: Layer) -> None:
    """Two losses in five are 200,000 to the fen, which may be the attachment or the exit of the layer; NumPy draws."""
    years, random = 200_000, np.random.default_rng(17)
    counts = random.poisson(3.0, years)
    loss = np.where(random.random(counts.sum()) < 0.4, 2e5, random.lognormal(11.0, 1.0, counts.sum()))
    paid = layer.share * np.clip(loss - layer.attachment, 0.0, layer.limit)
    total = np.bincount(np.repeat(np.arange(years), counts), weights=paid, minlength=years)
    exact = compound(Poisson(3.0), WithAtom(Lognormal(11.0, 1.0), 2e5, 0.4), layer, points=1 << 15)
    assert abs(total.mean() - exact.mean.value) < 4.5 * total.std() / np.sqrt(years)
    error = np.sqrt(((total - total.mean()) ** 4).mean() - total.var() ** 2) / (2 * total.std() * np.sqrt(years))
    assert abs(total.std() - exact.sd.value) < 4.5 * error
    jump = float(layer.share * np.clip(2e5 - layer.attachment, 0.0, layer.limit))
    at = np.unique([0.0, jump * 0.999, jump, 2 * jump, 3 * jump])
    low, _, high = exact.cdf(at)
    share = (total[:, None] <= at * (1.0 + 1e-12)).mean(axis=0)
    spread = 4.5 * np.sqrt(share * (1.0 - share) / years)
    assert (low - spread <= share).all()
    assert (share <= high + spread).all()
    for p in (0.5, 0.9, 0.99):
        worst = np.sort(total)[int(p * years) :]
        tail = exact.tvar(p)
        noise = 5.0 * worst.std() / np.sqrt(len(worst)) + 1e-9 * tail.value
        assert tail.low - noise <= worst.mean() <= tail.high + noise


def test_the_bracket_narrows() -> None:
    wide, narrow = (compound(Poisson(5.0), LOSS, points=n).var(0.99) for n in (1 << 12, 1 << 18))
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert (narrow.high - narrow.low) / narrow.value < 1e-3


def test_no_mean_of_the_loss_is_needed_in_a_layer() -> None:
    exact = compound(Poisson(2.0), Pareto(0.8, 1e5), Layer(1e6, 4e6), points=1 << 14)
    assert np.isfinite(exact.sd.value)
    assert np.isfinite(exact.tvar(0.99).high)
    heavy = compound(Poisson(2.0), Pareto(1.5, 1e5), points=1 << 14)
    assert heavy.sd.value == np.inf
    assert np.isfinite(heavy.tvar(0.99).value)


def test_exact_moments() -> None:
    exact = compound(NegativeBinomial(5.0, 0.2), LOSS)
    assert exact.mean.low == exact.mean.high == pytest.approx(5e5)
    assert exact.sd.value == pytest.approx(np.sqrt(5.0 * 4e10 + 10.0 * 1e10))


def test_a_million_points_take_less_than_a_second() -> None:
    compound(Poisson(5.0), LOSS, points=1 << 10)
    begin = time.process_time()
    compound(Poisson(5.0), LOSS, Layer(1e5, 9e5), points=1 << 20)
    # Twice the second promised: the machine may be busy.
    assert time.process_time() - begin < 2.0


def test_what_is_refused() -> None:
    with pytest.raises(LawError, match="negative"):
        compound(Poisson(1.0), Normal(0.0, 1.0))
    with pytest.raises(ValueError, match="power of two"):
        compound(Poisson(1.0), LOSS, points=1000)
