"""The assumptions as tables."""

from collections.abc import Iterator

from quanyu.desk.cautions import part_name
from quanyu.desk.open import Opened
from quanyu.desk.pages.words import constant_of, expression_words, joined, law_words, time_words
from quanyu.desk.sourced import sourcing_of
from quanyu.documents import Cell, Grid
from quanyu.language.assumptions import Dependence, ExposurePoint, Peril
from quanyu.language.programme import Programme
from quanyu.terms import Text

__all__ = ["assumption_grids"]

_MOST_POINTS = 12


def assumption_grids(opened: Opened) -> tuple[Grid, ...]:
    """Exposure, perils and stated dependence, each illustrative where a number of it has no source."""
    programme = opened.programme
    assumptions = programme.assumptions
    if assumptions is None:
        return ()
    grids = [_perils(opened)]
    if assumptions.exposure:
        grids.append(_exposure(opened))
    dependence: list[tuple[str | None, Dependence]] = [(None, d) for d in assumptions.dependence]
    dependence += [(n, d) for n, p in assumptions.perils.items() for d in p.dependence]
    if dependence:
        grids.append(_dependence(opened, dependence))
    return tuple(grids)


def _perils(opened: Opened) -> Grid:
    programme = opened.programme
    assert programme.assumptions is not None
    rows = tuple(_peril(programme, name, peril) for name, peril in programme.assumptions.perils.items())
    columns = (Text("灾因", "peril"), Text("频率", "frequency"), Text("程度或事实", "severity or facts"),
               Text("何时", "when"), Text("依据", "source"))  # fmt: skip
    return Grid(title=Text("风险", "Perils"), columns=columns, rows=rows,
                illustrative=sourcing_of(opened).illustrative("assumptions", "perils"))  # fmt: skip


def _peril(programme: Programme, name: str, peril: Peril) -> tuple[Cell, ...]:
    what = [_named(part_name(programme, k), law_words(v)) for k, v in {**peril.amounts, **peril.facts}.items()]
    what += [_named(part_name(programme, k), law_words(v)) for k, v in peril.fields.items()]
    frequency = law_words(peril.frequency) if peril.frequency is not None else Text("—", "—")
    if peril.claims is not None:
        claims = law_words(peril.claims)
        frequency = Text(f"{frequency.zh}；每次赔案数 {claims.zh}", f"{frequency.en}; claims each time {claims.en}")
    if peril.default is not None:
        d = peril.default
        frequency = Text(f"{d.units} 笔，违约概率 {d.pd}", f"{d.units} obligations, PD {d.pd}")
        lgd, exposure = law_words(d.lgd), law_words(d.exposure)
        what.append(
            Text(
                f"违约损失率 {lgd.zh}；敞口 {exposure.zh}；共同因子相关 {d.correlation}",
                f"LGD {lgd.en}; exposure {exposure.en}; correlation by a common factor {d.correlation}",
            )
        )
    what += [*_series(peril), *_later(peril)]
    source = peril.source or (programme.assumptions.source if programme.assumptions else None)
    return part_name(programme, name), frequency, joined(what, "；", "; "), time_words(peril.time), source


def _later(peril: Peril) -> Iterator[Text]:
    """Delays to the other clocks, and what comes back."""
    clocks = (("reported", "报案"), ("determined", "核定"), ("applied", "申请"))
    for clock, zh in clocks if peril.delay is not None else ():
        law = getattr(peril.delay, clock)
        if law is not None:
            days = law_words(law)
            yield Text(f"{zh}延迟 {days.zh} 天", f"{clock} after {days.en} days")
    if peril.recovery is not None:
        back = law_words(peril.recovery)
        yield Text(f"追回比例 {back.zh}", f"part recovered {back.en}")


def _named(name: Text, law: Text) -> Text:
    return Text(f"{name.zh}：{law.zh}", f"{name.en}: {law.en}")


def _series(peril: Peril) -> Iterator[Text]:
    for fact, spec in peril.series.items():
        if spec.bootstrap == "season":
            yield Text(f"{fact}：历史 {spec.history} 整年重抽", f"{fact}: whole years of {spec.history}, drawn again")
            continue
        if spec.bootstrap is not None:
            yield Text(f"{fact}：历史 {spec.history} 分段重抽", f"{fact}: block bootstrap of {spec.history}")
            continue
        words = joined(
            Text(f"{k} {w.zh}", f"{k} {w.en}")
            for k, v in spec.mean_reversion.items()
            for w in [expression_words(v.text)]
        )
        count = Text("全年", "of the whole year")
        if spec.steps is not None:
            count = Text(f"{spec.steps} 步", f"{spec.steps} step{'' if spec.steps == 1 else 's'}")
        yield Text(
            f"{fact}：{'对数' if spec.log else ''}均值回复（{words.zh}），{count.zh}",
            f"{fact}: {'log ' if spec.log else ''}mean reversion ({words.en}), {count.en}",
        )


def _exposure(opened: Opened) -> Grid:
    programme = opened.programme
    assert programme.assumptions is not None
    points = programme.assumptions.exposure
    fields = list(dict.fromkeys(k for p in points for k in p.fields))
    heads = [
        (spec.name if (spec := programme.insured.fields.get(k)) is not None else None) or Text.same(k) for k in fields
    ]
    rows = tuple(_point(point, fields) for point in points[:_MOST_POINTS])
    more = len(points) - len(rows)
    return Grid(
        title=Text("风险暴露", "Exposure"),
        columns=(Text("份数", "units"), *heads),
        rows=rows,
        illustrative=sourcing_of(opened).illustrative("assumptions", "exposure"),
        note=Text(f"另有 {more} 类", f"{more} more") if more > 0 else None,
    )


def _point(point: ExposurePoint, fields: list[str]) -> tuple[Cell, ...]:
    values = [point.fields.get(k) for k in fields]
    cells = [None if v is None else expression_words(v.text) for v in values]
    count = constant_of(point.count)
    return (expression_words(point.count.text) if count is None else count, *cells)


def _dependence(opened: Opened, stated: list[tuple[str | None, Dependence]]) -> Grid:
    programme = opened.programme
    places = [("assumptions", *(("perils", peril) if peril else ()), "dependence") for peril, _ in stated]
    sourcing = sourcing_of(opened)
    rows = []
    for peril, d in stated:
        within = part_name(programme, peril) if peril is not None else Text("灾因之间", "between perils")
        value = constant_of(d.correlation)
        rows.append((within, joined((part_name(programme, b) for b in d.between), " — ", " — "),
                     expression_words(d.correlation.text) if value is None else value))  # fmt: skip
    columns = (Text("在", "within"), Text("二者", "of"), Text("相关系数（高斯连接）", "correlation (Gaussian copula)"))
    return Grid(title=Text("所写明的相依", "Stated dependence"), columns=columns, rows=tuple(rows),
                illustrative=any(sourcing.illustrative(*place) for place in places))  # fmt: skip
