"""One law of each kind, for the tests of this room."""

from quanyu.perils import Beta, Gamma, Law, Lognormal, Lomax, Normal, Pareto, Uniform, Weibull

CONTINUOUS: dict[str, Law] = {
    "lognormal": Lognormal(10.0, 1.5),
    "lognormal-narrow": Lognormal.by_mean(1e5, 0.1),
    "gamma": Gamma(2.5, 4e4),
    "gamma-small": Gamma(0.2, 1e5),
    "pareto": Pareto(2.5, 1e5),
    "lomax": Lomax(2.2, 3e4),
    "weibull": Weibull(0.7, 1e4),
    "uniform": Uniform(2.0, 5.0),
    "beta": Beta(2.0, 5.0),
    "beta-mean": Beta.by_mean(0.45, 0.2),
    "normal": Normal(18.0, 6.0),
    "shifted": Gamma(2.0, 10.0).shifted(100.0),
    "between": Lognormal(10.0, 1.5).truncated(1e4, 1e6),
    "tail": Lognormal(10.0, 1.0).truncated(1e6, float("inf")),
    "normal-between": Normal(18.0, 6.0).truncated(-10.0, 40.0),
}
