"""Laws of the assumptions exist, with their parameters; probabilities and correlations lie in their range."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.laws import AMOUNTS, BARE, KINDS, NUMBERS, Forms
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.formula import Expression, constant, parse
from quanyu.language.assumptions import Assumptions, Dependence, LawSpec, Peril
from quanyu.language.scalars import Source
from quanyu.terms import Finding, Text

__all__ = ["RULE"]

_Known = Mapping[str, Forms]
_REVERSION = frozenset({"mean", "kappa", "sigma"})


def _search(inspection: Inspection) -> Iterator[Finding]:
    assumptions = inspection.programme.assumptions
    if assumptions is None:
        return
    for name, peril in assumptions.perils.items():
        path: Path = ("assumptions", "perils", name)
        for law, at, known in _laws(peril, path):
            yield from _law(inspection, law, at, known)
        for n, dependence in enumerate(peril.dependence):
            yield from _correlation(inspection, dependence, (*path, "dependence", n))
        yield from _default(inspection, peril, path)
        yield from _series(inspection, peril, path)
    for n, dependence in enumerate(assumptions.dependence):
        yield from _correlation(inspection, dependence, ("assumptions", "dependence", n))
    yield from _numbers(inspection, assumptions)


def _laws(peril: Peril, path: Path) -> Iterator[tuple[LawSpec, Path, _Known]]:
    for key in ("frequency", "claims"):
        if (law := getattr(peril, key)) is not None:
            yield law, (*path, key), NUMBERS
    yield from ((law, (*path, "amounts", name), AMOUNTS) for name, law in peril.amounts.items())
    every = {**AMOUNTS, **NUMBERS, **KINDS}
    for key in ("facts", "keys", "fields"):
        yield from ((law, (*path, key, name), every) for name, law in getattr(peril, key).items())
    for key in ("reported", "determined", "applied"):
        if peril.delay and (law := getattr(peril.delay, key)) is not None:
            yield law, (*path, "delay", key), {**AMOUNTS, **NUMBERS}
    if peril.recovery is not None:
        yield peril.recovery, (*path, "recovery"), AMOUNTS
    if peril.default:
        yield peril.default.lgd, (*path, "default", "lgd"), AMOUNTS
        yield peril.default.exposure, (*path, "default", "exposure"), AMOUNTS


def _law(inspection: Inspection, law: LawSpec, path: Path, known: _Known) -> Iterator[Finding]:
    if law.name not in known:
        yield inspection.finding(
            "unknown-law",
            inspection.key((*path, law.name)),
            Text(f"这里没有名为“{law.name}”的分布", f"there is no law `{law.name}` for this"),
            Text(f"写其中之一：{'、'.join(known)}", f"one of {', '.join(known)}"),
        )
        return
    given = dict(law.parameters)
    if law.argument is not None and law.name in BARE:
        given[BARE[law.name]] = law.argument
    names = frozenset(given) | (frozenset({"values"}) if law.values else frozenset())
    inner = {"minimum", "maximum", "shift"} - {p for form in known[law.name] for p in form}
    if law.name == "categorical":
        yield from _categorical(inspection, law, path)
    elif names - inner not in known[law.name]:
        ways = [" + ".join(sorted(form)) for form in known[law.name]]
        yield inspection.finding(
            "law-parameters",
            inspection.key((*path, law.name)),
            Text(
                f"{law.name} 的参数不是 {'，也不是 '.join(ways)}",
                f"the parameters of {law.name} are {' or '.join(ways)}",
            ),
            Text(
                f"写 {{{law.name}: {{{': …, '.join(sorted(known[law.name][-1]))}: …}}}}",
                f"write {{{law.name}: {{{': …, '.join(sorted(known[law.name][-1]))}: …}}}}",
            ),
        )
    yield from _parameters(inspection, law, given, path)


def _parameters(inspection: Inspection, law: LawSpec, given: Mapping[str, Source], path: Path) -> Iterator[Finding]:
    for name, source in given.items():
        value = _value(source)
        if value is None and name not in ("values", "weights"):
            yield inspection.finding(
                "law-parameters",
                source.place or path,
                Text(f"{name} 的值 `{source}` 不是数", f"`{source}` for {name} is no number"),
                Text("写一个数，如 300万、0.8", "write a number such as 3_000_000 or 0.8"),
            )
        elif value is not None and law.name == "binomial" and name == "p":
            yield from _probability(inspection, source)


def _categorical(inspection: Inspection, law: LawSpec, path: Path) -> Iterator[Finding]:
    values = [v for source in law.parameters.values() if (v := _value(source)) is not None]
    for source in law.parameters.values():
        yield from _probability(inspection, source)
    if not values or sum(values) != 1:
        yield inspection.finding(
            "probabilities-do-not-sum",
            inspection.key((*path, law.name)),
            Text(
                f"各取值的概率合计 {float(sum(values)):g}，不是 1",
                f"the probabilities add up to {float(sum(values)):g}, not 1",
            ),
            Text("改到合计为 100%", "make them add up to 100%"),
        )


def _value(source: Source) -> Fraction | None:
    parsed = parse(source.text, source.place)
    return constant(parsed) if isinstance(parsed, Expression) else None


def _probability(inspection: Inspection, source: Source) -> Iterator[Finding]:
    value = _value(source)
    if source.place is not None and (value is None or not 0 <= value <= 1):
        yield inspection.finding(
            "probability-out-of-range",
            source.place,
            Text(f"概率 {source} 不在 0 与 1 之间", f"the probability {source} is not between 0 and 1"),
            Text("写 3% 或 0.03", "write 3% or 0.03"),
        )


def _correlation(inspection: Inspection, dependence: Dependence, path: Path) -> Iterator[Finding]:
    value = _value(dependence.correlation)
    if value is None or not -1 <= value <= 1:
        yield inspection.finding(
            "correlation-out-of-range",
            (*path, "correlation"),
            Text(
                f"相关系数 {dependence.correlation} 不在 −1 与 1 之间",
                f"the correlation {dependence.correlation} is not between -1 and 1",
            ),
            Text("写 0.5", "write 0.5"),
        )


def _default(inspection: Inspection, peril: Peril, path: Path) -> Iterator[Finding]:
    if peril.default is None:
        return
    yield from _probability(inspection, peril.default.pd)
    value = _value(peril.default.correlation)
    if value is None or not 0 <= value < 1:
        yield inspection.finding(
            "correlation-out-of-range",
            (*path, "default", "correlation"),
            Text(
                "共同因子的相关系数在 0 与 1 之间（不含 1）",
                "the correlation through a common factor is at least 0 and less than 1",
            ),
            Text("写 12%", "write 12%"),
        )


def _series(inspection: Inspection, peril: Peril, path: Path) -> Iterator[Finding]:
    for name, series in peril.series.items():
        at: Path = (*path, "series", name)
        if bool(series.mean_reversion) == (series.bootstrap is not None):
            yield inspection.finding(
                "peril-form",
                inspection.key(at),
                Text(
                    "序列要么 mean_reversion，要么 bootstrap", "a series is made by `mean_reversion` or by `bootstrap`"
                ),
                Text("写其中一个", "write one of the two"),
            )
        missing = _REVERSION - set(series.mean_reversion) if series.mean_reversion else frozenset()
        unknown = set(series.mean_reversion) - _REVERSION - {"start"}
        if missing or unknown:
            yield inspection.finding(
                "law-parameters",
                inspection.key((*at, "mean_reversion")),
                Text(
                    "均值回复的参数是 mean、kappa、sigma，可加 start",
                    "mean reversion has mean, kappa, sigma and, if wanted, start",
                ),
                Text("写 {mean: …, kappa: …, sigma: …}", "write {mean: …, kappa: …, sigma: …}"),
            )
        if series.bootstrap is not None and series.history is None:
            yield inspection.finding(
                "peril-form",
                (*at, "bootstrap"),
                Text("自助抽样要有历史", "a bootstrap needs a history"),
                Text("写 history: 文件.csv", "write history: file.csv"),
            )


def _numbers(inspection: Inspection, assumptions: Assumptions) -> Iterator[Finding]:
    if assumptions.horizon < 1:
        yield inspection.finding(
            "horizon-below-one",
            ("assumptions", "horizon"),
            Text("路径至少一年", "a path has at least one year"),
            Text("写 horizon: 1", "write horizon: 1"),
        )


RULE = Rule(
    (
        "unknown-law",
        "law-parameters",
        "probability-out-of-range",
        "probabilities-do-not-sum",
        "correlation-out-of-range",
        "horizon-below-one",
    ),
    _search,
)
