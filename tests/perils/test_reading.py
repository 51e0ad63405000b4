from fractions import Fraction

import pytest

from quanyu.perils import (
    Beta,
    Binomial,
    Categorical,
    Empirical,
    EmpiricalCount,
    Gamma,
    LawError,
    Lognormal,
    Lomax,
    NegativeBinomial,
    Normal,
    Pareto,
    Poisson,
    at,
    monthly,
    read_count,
    read_fact,
    read_law,
    read_time,
    season,
    through_the_year,
)


@pytest.mark.parametrize(
    ("spec", "law"),
    [
        ({"lognormal": {"mu": 10, "sigma": 1.5}}, Lognormal(10.0, 1.5)),
        ({"lognormal": {"mean": "5万", "cv": "150%"}}, Lognormal.by_mean(5e4, 1.5)),
        ({"gamma": {"shape": Fraction(5, 2), "scale": 4}}, Gamma(2.5, 4.0)),
        ({"pareto": {"alpha": 2, "minimum": 1000}}, Pareto(2.0, 1000.0)),
        ({"pareto": {"alpha": 2, "minimum": 1000, "maximum": 5000}}, Pareto(2.0, 1000.0).truncated(-float("inf"), 5e3)),
        ({"pareto2": {"alpha": 2, "scale": 1000}}, Lomax(2.0, 1000.0)),
        ({"beta": {"mean": 0.45, "sd": 0.2}}, Beta.by_mean(0.45, 0.2)),
        ({"normal": {"mean": 18, "sd": 6, "minimum": -10, "maximum": 40}}, Normal(18.0, 6.0).truncated(-10.0, 40.0)),
        ({"gamma": {"shape": 2, "scale": 3, "shift": 100}}, Gamma(2.0, 3.0).shifted(100.0)),
        ({"empirical": [3, 1, 2]}, Empirical((1.0, 2.0, 3.0))),
        ({"empirical": {"values": [1, 2], "weights": [1, 3], "minimum": 2}}, Empirical((2.0,))),
        ({"fixed": 500}, Empirical((500.0,))),
        ({"fixed": {"value": 500, "shift": 1}}, Empirical((501.0,))),
    ],
)
def test_laws(spec: object, law: object) -> None:
    assert read_law(spec) == law


@pytest.mark.parametrize(
    ("spec", "law"),
    [
        ({"poisson": 5}, Poisson(5.0)),
        ({"poisson": {"mean": "0.2"}}, Poisson(0.2)),
        ({"negative-binomial": {"mean": 5, "variance": 15}}, NegativeBinomial(5.0, 0.4)),
        ({"negative-binomial": {"mean": 5, "dispersion": 0.4}}, NegativeBinomial(5.0, 0.4)),
        ({"binomial": {"n": 40, "p": "15%"}}, Binomial(40, 0.15)),
        ({"fixed": 3}, EmpiricalCount((3,))),
        ({"empirical": [0, 1, 1]}, EmpiricalCount((0, 1, 1))),
    ],
)
def test_counts(spec: object, law: object) -> None:
    assert read_count(spec) == law


def test_facts_and_times() -> None:
    assert read_fact({"categorical": {"timber": "20%", "brick": 0.8}}) == Categorical(("timber", "brick"), (0.2, 0.8))
    assert read_fact({"fixed": 1}) == Empirical((1.0,))
    assert read_time("uniform") == through_the_year()
    assert read_time({"season": {"from": "06-01", "to": "09-30"}}) == season("06-01", "09-30")
    assert read_time({"fixed": "07-15"}) == at("07-15")
    assert read_time({"monthly": [1] * 12}) == monthly([1.0] * 12)


@pytest.mark.parametrize(
    ("read", "spec", "field"),
    [
        (read_law, {"lognormal": {"mu": 1, "sigma": -1}}, "severity.lognormal.sigma"),
        (read_law, {"lognormal": {"mu": 1, "cv": 1}}, "severity.lognormal"),
        (read_law, {"lognormal": {"mu": 1, "sigma": "wide"}}, "severity.lognormal.sigma"),
        (read_law, {"lognormal": {"mu": True, "sigma": 1}}, "severity.lognormal.mu"),
        (read_law, {"cauchy": {}}, "severity"),
        (read_law, {"gamma": 3}, "severity.gamma"),
        (read_law, {"empirical": [1, "x"]}, "severity.empirical.values"),
        (read_law, ["gamma"], "severity"),
        (read_count, {"binomial": {"n": 2.5, "p": 0.1}}, "frequency.binomial.n"),
        (read_count, {"negative-binomial": {"mean": 5, "variance": 4}}, "frequency.negative-binomial.variance"),
        (read_count, {"fixed": 1.5}, "frequency.fixed.value"),
        (read_count, {"empirical": [0.5]}, "frequency.empirical.values"),
        (read_fact, {"categorical": {"a": 0.5}}, "fact.categorical.probabilities"),
        (read_time, {"fixed": "02-30"}, "time.fixed"),
        (read_time, {"monthly": [1, 2]}, "time.monthly"),
        (read_time, {"season": {"from": "06-01"}}, "time.season"),
        (read_time, {"season": {"from": "06-01", "to": "x"}}, "time.season.to"),
    ],
)
def test_errors_say_where(read: object, spec: object, field: str) -> None:
    with pytest.raises(LawError) as caught:
        read(spec)  # type: ignore[operator]
    assert caught.value.field == field
    assert caught.value.reason.zh
    assert caught.value.reason.en
