"""Laws from the mappings of a programme file: `{lognormal: {mean: 5万, cv: 1.5}}`."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from quanyu.perils.counts import Binomial, CountLaw, EmpiricalCount, NegativeBinomial, Poisson, fixed_count
from quanyu.perils.discrete import Categorical, Empirical, fixed
from quanyu.perils.errors import LawError, require
from quanyu.perils.families import Beta, Gamma, Lognormal, Lomax, Normal, Pareto, Uniform, Weibull
from quanyu.perils.law import Law
from quanyu.perils.times import TimeLaw, at, monthly, season, through_the_year
from quanyu.terms import Text, read_number

__all__ = ["read_categorical", "read_count", "read_fact", "read_law", "read_time"]

T = TypeVar("T")
Maker = Callable[..., Law]
CountMaker = Callable[..., CountLaw]
_LAWS: dict[str, tuple[tuple[tuple[str, ...], Maker], ...]] = {
    "lognormal": ((("mu", "sigma"), Lognormal), (("mean", "cv"), Lognormal.by_mean)),
    "gamma": ((("shape", "scale"), Gamma), (("mean", "cv"), Gamma.by_mean)),
    "pareto": ((("alpha", "minimum"), Pareto),),
    "lomax": ((("alpha", "scale"), Lomax),),
    "pareto2": ((("alpha", "scale"), Lomax),),
    "weibull": ((("shape", "scale"), Weibull),),
    "uniform": ((("low", "high"), Uniform),),
    "beta": ((("a", "b"), Beta), (("mean", "sd"), Beta.by_mean)),
    "normal": ((("mean", "sd"), Normal),),
    "fixed": ((("value",), fixed),),
}
_COUNTS: dict[str, tuple[tuple[tuple[str, ...], CountMaker], ...]] = {
    "poisson": ((("mean",), Poisson),),
    "negative-binomial": (
        (("mean", "variance"), NegativeBinomial.by_variance),
        (("mean", "dispersion"), NegativeBinomial),
    ),
}
_BARE = {"fixed": "value", "poisson": "mean"}
_ADJUSTMENTS = ("shift", "minimum", "maximum")


def _number(value: object, field: str) -> float:
    if isinstance(value, str):
        value = read_number(value)
    plain = isinstance(value, int | float | Fraction) and not isinstance(value, bool)
    require(plain, field, "这里要一个数。", "A number is needed here.")
    return float(value)  # type: ignore[arg-type]


def _whole(value: object, field: str) -> int:
    number = _number(value, field)
    require(number.is_integer(), field, "这里要一个整数。", "A whole number is needed here.")
    return int(number)


def _list(value: object, field: str) -> tuple[float, ...]:
    require(isinstance(value, list | tuple), field, "这里要一列数。", "A list of numbers is needed here.")
    return tuple(_number(v, field) for v in value)  # type: ignore[attr-defined]


def _one(spec: object, field: str, known: list[str]) -> tuple[str, Any]:
    """The name and the parameters of a mapping with one entry."""
    if isinstance(spec, str):
        spec = {spec: {}}
    names = "、".join(known), ", ".join(known)
    right = isinstance(spec, Mapping) and len(spec) == 1 and next(iter(spec)) in known
    require(right, field, f"写一个名称及其参数：{names[0]}。", f"Write one name with its parameters: {names[1]}.")
    return next(iter(spec.items()))  # type: ignore[attr-defined, no-any-return]


def _made(name: str, given: dict[str, float], forms: tuple[tuple[tuple[str, ...], Callable[..., T]], ...]) -> T:
    for keys, maker in forms:
        if set(keys) == set(given):
            return maker(*(given[k] for k in keys))
    ways = [" + ".join(keys) for keys, _ in forms]
    raise LawError("", Text(f"{name} 的参数写：{'，或 '.join(ways)}。", f"Parameters of {name}: {' or '.join(ways)}."))


def _parameters(name: str, raw: object) -> Mapping[str, Any]:
    if name in _BARE and not isinstance(raw, Mapping):
        return {_BARE[name]: raw}
    if name == "empirical" and not isinstance(raw, Mapping):
        return {"values": raw}
    require(isinstance(raw, Mapping), "", "这里要参数名与数。", "Parameters by name are needed here.")
    return raw  # type: ignore[return-value]


def _listed(parameters: Mapping[str, Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    extra = set(parameters) - {"values", "weights"}
    fine = "values" in parameters and not extra
    require(fine, "", "经验分布写 values，可加 weights。", "An empirical law has values and, if wanted, weights.")
    return _list(parameters["values"], "values"), _list(parameters.get("weights", ()), "weights")


def _adjusted(law: Law, extra: Mapping[str, Any]) -> Law:
    if "shift" in extra:
        law = law.shifted(_number(extra["shift"], "shift"))
    if "minimum" in extra or "maximum" in extra:
        low = _number(extra.get("minimum", float("-inf")), "minimum")
        law = law.truncated(low, _number(extra.get("maximum", float("inf")), "maximum"))
    return law


def _law(name: str, raw: object) -> Law:
    parameters = _parameters(name, raw)
    own = {key for keys, _ in _LAWS.get(name, ()) for key in keys}
    extra = {k: v for k, v in parameters.items() if k in _ADJUSTMENTS and k not in own}
    rest = {k: v for k, v in parameters.items() if k not in extra}
    if name == "empirical":
        return _adjusted(Empirical(*_listed(rest)), extra)
    return _adjusted(_made(name, {k: _number(v, k) for k, v in rest.items()}, _LAWS[name]), extra)


def read_law(spec: object, field: str = "severity") -> Law:
    """A severity law; `shift`, `minimum`, `maximum` beside its parameters shift it, then keep what lies between.

    Numbers may be int, float, Fraction or text such as `5万`. Raises LawError with the path of the entry.
    """
    name, raw = _one(spec, field, [*_LAWS, "empirical"])
    try:
        return _law(name, raw)
    except LawError as error:
        raise error.inside(f"{field}.{name}") from None


def _count(name: str, raw: object) -> CountLaw:
    if name == "fixed":
        return fixed_count(_whole(_parameters(name, raw).get("value"), "value"))
    parameters = _parameters(name, raw)
    if name == "binomial":
        require(set(parameters) == {"n", "p"}, "", "binomial 的参数写：n + p。", "Parameters of binomial: n + p.")
        return Binomial(_whole(parameters["n"], "n"), _number(parameters["p"], "p"))
    if name == "empirical":
        values, weights = _listed(parameters)
        require(all(v.is_integer() for v in values), "values", "次数须为整数。", "Counts must be whole.")
        return EmpiricalCount(tuple(int(v) for v in values), weights)
    return _made(name, {k: _number(v, k) for k, v in parameters.items()}, _COUNTS[name])


def read_count(spec: object, field: str = "frequency") -> CountLaw:
    """A law of counts: `{poisson: 5}`, `{negative-binomial: {mean: 5, variance: 8}}`, `{fixed: 1}`, ..."""
    name, raw = _one(spec, field, [*_COUNTS, "binomial", "fixed", "empirical"])
    try:
        return _count(name, raw)
    except LawError as error:
        raise error.inside(f"{field}.{name}") from None


def read_categorical(spec: object, field: str = "fact") -> Categorical:
    """`{categorical: {timber: 20%, brick: 80%}}`."""
    name, raw = _one(spec, field, ["categorical"])
    where = f"{field}.{name}"
    require(isinstance(raw, Mapping), where, "写各取值及其概率。", "Write each value with its probability.")
    try:
        return Categorical(tuple(str(k) for k in raw), tuple(_number(v, str(k)) for k, v in raw.items()))
    except LawError as error:
        raise error.inside(where) from None


def read_fact(spec: object, field: str = "fact") -> Law | Categorical:
    """The law of one fact: a severity law or a categorical one."""
    if isinstance(spec, Mapping) and "categorical" in spec:
        return read_categorical(spec, field)
    return read_law(spec, field)


def read_time(spec: object, field: str = "time") -> TimeLaw:
    """`uniform`, `{season: {from: 06-01, to: 09-30}}`, `{fixed: 07-15}`, `{monthly: [twelve weights]}`."""
    name, raw = _one(spec, field, ["uniform", "season", "fixed", "monthly"])
    try:
        if name == "season":
            fine = isinstance(raw, Mapping) and set(raw) == {"from", "to"}
            require(fine, "", "写 from 与 to。", "Write from and to.")
            return season(raw["from"], raw["to"])
        if name == "fixed":
            return at(raw)
        return monthly(_list(raw, "")) if name == "monthly" else through_the_year()
    except LawError as error:
        raise error.inside(f"{field}.{name}" if error.field != name else field) from None
