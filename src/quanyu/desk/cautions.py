"""What a reader of simulated figures could take for granted and must not."""

import datetime as dt
from collections.abc import Iterator, Sequence

from quanyu.desk.open import Opened
from quanyu.desk.sourced import sourcing_of
from quanyu.desk.spelled import joined, party_words
from quanyu.engine.dated import after, dates_of
from quanyu.engine.exposure import build_exposure
from quanyu.language.assumptions import Assumptions, Dependence
from quanyu.language.programme import Programme
from quanyu.terms import Text

__all__ = ["cautions_of", "few_years", "part_name", "rests_on"]

_FEWEST = 30
"""Years above a level from which its tail is read without a warning: a relative error of some 18 % in their number."""


def cautions_of(opened: Opened) -> Iterator[Text]:
    """What the figures rest on, what is taken as independent, which members the years have, how errors are meant."""
    programme = opened.programme
    assumptions = programme.assumptions
    if assumptions is None:
        yield Text(
            "方案没有 assumptions：只有条款与案例，没有模拟结果。",
            "The programme states no assumptions: terms and cases only, nothing is simulated.",
        )
        return
    yield from rests_on(opened)
    yield from _independent(programme, assumptions)
    yield from _dated(opened)
    if assumptions.horizon > 1:
        yield Text(
            f"每条路径连续 {assumptions.horizon} 年，账户余额逐年结转；各年并不独立，标准误按路径计。",
            f"Each path runs {assumptions.horizon} years with balances carried over; its years are not independent, "
            "and errors count by path.",
        )


def _dated(opened: Opened) -> Iterator[Text]:
    """Which members the simulated years have, where a pool has groups of members with dates."""
    exposure = build_exposure(opened.compiled)
    if isinstance(exposure, list):
        return
    dates = dates_of(opened.programme, exposure)
    first, last = dates.years[0], after(dates.years[-1], 1) - dt.timedelta(1)
    for name, pool in opened.programme.pools.items():
        if len(pool.members) < 2:
            continue
        whose = party_words(opened.programme, name)
        yield Text(
            f"{whose.zh}的成员先后不同：模拟年为 {first} 至 {last}，每案按自己的日期（{pool.basis}）由当时的成员承担；"
            "未写日期的保费按天分给各期成员。",
            f"{whose.en}: the members change over time; simulated years run from {first} to {last}, each claim has the "
            f"members of its own date ({pool.basis}), and premium without a date is spread over the days.",
        )


def rests_on(opened: Opened) -> Iterator[Text]:
    """Which of the assumptions have no source; nothing where all of them have one."""
    assumptions = opened.programme.assumptions
    sourcing = sourcing_of(opened)
    if assumptions is None or not sourcing.illustrative("assumptions"):
        return
    parts = {
        **{f"perils.{n}": (part_name(opened.programme, n), ("perils", n)) for n in assumptions.perils},
        "exposure": (Text("风险暴露", "exposure"), ("exposure",)),
        "dependence": (Text("灾因之间的相依", "dependence between perils"), ("dependence",)),
        "pricing": (Text("定价", "pricing"), ("pricing",)),
    }
    stated = [(name, path) for name, path in parts.values() if _stated(assumptions, path)]
    loose = [name for name, path in stated if sourcing.illustrative("assumptions", *path)]
    if not loose or len(loose) == len(stated):
        yield Text(
            "模拟与价格全部建立在示意的假设之上，不是预测。",
            "Simulation and price rest on illustrative assumptions throughout; they forecast nothing.",
        )
        return
    which = joined(loose)
    yield Text(
        f"模拟与价格部分建立在示意的假设之上（{which.zh}），不是预测。",
        f"Simulation and price rest in part on illustrative assumptions ({which.en}); they forecast nothing.",
    )


def _stated(assumptions: Assumptions, path: tuple[str, ...]) -> bool:
    return len(path) > 1 or bool(getattr(assumptions, path[0]))


def few_years(years: int, levels: Sequence[float]) -> Iterator[Text]:
    """Levels that too few of the simulated years lie above."""
    for level in levels:
        above = years * (1.0 - level)
        if above < _FEWEST:
            yield Text(
                f"{years:,} 年之中只有 {above:.0f} 年高于 {level:.1%}：这一水平起的 VaR 与 TVaR 不可靠，请加 --years。",
                f"Of {years:,} years only {above:.0f} lie above {level:.1%}: from this level on VaR and TVaR are not "
                "reliable; simulate more --years.",
            )
            return


def part_name(programme: Programme, name: str) -> Text:
    """A peril, cover or fact by its name."""
    perils = programme.assumptions.perils if programme.assumptions is not None else {}
    for part in (perils.get(name), programme.covers.get(name)):
        if part is not None and part.name is not None:
            return part.name
    return Text.same(name)


def _independent(programme: Programme, assumptions: Assumptions) -> Iterator[Text]:
    alone = dict.fromkeys(p for pair in _untied(list(assumptions.perils), assumptions.dependence) for p in pair)
    if alone:
        who = joined(part_name(programme, p) for p in alone)
        yield Text(
            f"未写明相依的灾因视为独立：{who.zh}。", f"Perils not named together are taken as independent: {who.en}."
        )
    for name, peril in assumptions.perils.items():
        loose = _untied(list({**peril.amounts, **peril.facts}), peril.dependence)
        if loose:
            said = joined((joined((part_name(programme, x) for x in pair), " — ", " — ") for pair in loose), "；", "; ")
            named = part_name(programme, name)
            yield Text(
                f"{named.zh}：未写明相依的金额视为独立：{said.zh}。",
                f"{named.en}: amounts not named together are taken as independent: {said.en}.",
            )


def _untied(names: Sequence[str], stated: Sequence[Dependence]) -> list[tuple[str, str]]:
    """Pairs for which no dependence is stated."""
    tied = {frozenset(d.between) for d in stated}
    return [(a, b) for n, a in enumerate(names) for b in names[n + 1 :] if frozenset((a, b)) not in tied]
