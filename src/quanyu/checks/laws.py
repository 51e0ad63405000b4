"""The laws that assumptions may name, with their parameters."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["AMOUNTS", "BARE", "KINDS", "NUMBERS", "Forms"]

Forms = tuple[frozenset[str], ...]
"""The sets of parameters by which a law can be stated."""

_EMPIRICAL: Forms = (frozenset({"values"}), frozenset({"values", "weights"}))


def _forms(*ways: str) -> Forms:
    return tuple(frozenset(way.split()) for way in ways)


NUMBERS: Mapping[str, Forms] = MappingProxyType(
    {
        "poisson": _forms("mean"),
        "negative-binomial": _forms("mean variance", "mean dispersion"),
        "binomial": _forms("n p"),
        "fixed": _forms("value"),
        "empirical": _EMPIRICAL,
    }
)
"""Laws of number."""

AMOUNTS: Mapping[str, Forms] = MappingProxyType(
    {
        "lognormal": _forms("mu sigma", "mean cv"),
        "gamma": _forms("shape scale", "mean cv"),
        "pareto": _forms("alpha minimum"),
        "lomax": _forms("alpha scale"),
        "weibull": _forms("shape scale"),
        "beta": _forms("a b", "mean sd"),
        "uniform": _forms("low high"),
        "normal": _forms("mean sd"),
        "fixed": _forms("value"),
        "empirical": _EMPIRICAL,
    }
)
"""Laws of amount."""

KINDS: Mapping[str, Forms] = MappingProxyType({"categorical": (), "among": _forms("number")})
"""Laws of kind: the parameters of `categorical` are its values."""

BARE = MappingProxyType({"poisson": "mean", "fixed": "value", "among": "number", "empirical": "values"})
"""The parameter that a bare number or list stands for."""
