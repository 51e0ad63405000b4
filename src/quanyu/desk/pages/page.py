"""The page of one programme, put together."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from quanyu.desk.cautions import cautions_of, few_years
from quanyu.desk.check import run_examples
from quanyu.desk.open import Opened
from quanyu.desk.pages.beliefs import assumption_grids
from quanyu.desk.pages.case import cases_of
from quanyu.desk.pages.covers import covers_of
from quanyu.desk.pages.exact import exact_answers
from quanyu.desk.pages.examples import examples_of
from quanyu.desk.pages.flows import Amounts, flows_of, known_of
from quanyu.desk.pages.marks import marks_of
from quanyu.desk.pages.premium import sheets_of
from quanyu.desk.pages.price import price_of
from quanyu.desk.pages.results import HALF_FEN, accounts_shown, chances_of, gross_ceded_net
from quanyu.desk.pages.sources import sources_of
from quanyu.desk.pages.versions import compare_versions
from quanyu.desk.pages.who import accounts_of, conditions_of, facts_of, insured_of, parties_of, pools_of, roles_of
from quanyu.desk.pages.words import joined, party_words
from quanyu.desk.settle import SettledCase
from quanyu.documents import FlowName, Number, ProgrammePage, RunFacts
from quanyu.engine.exposure import build_exposure
from quanyu.engine.premium_flow import PremiumSplit
from quanyu.language.programme import Programme
from quanyu.simulation import LEVELS
from quanyu.terms import Text

if TYPE_CHECKING:
    from quanyu.desk.simulate import Simulated

__all__ = ["programme_page"]

_FAMILIES = {
    "catastrophe": Text("巨灾", "catastrophe"),
    "index": Text("指数", "index"),
    "credit": Text("信用与保证", "credit and surety"),
    "liability": Text("责任", "liability"),
    "health": Text("健康", "health"),
    "property": Text("财产与工程", "property"),
    "technology": Text("科技", "technology"),
    "mutual": Text("互助", "mutual"),
    "agriculture": Text("农业", "agriculture"),
}
_BASES = {
    "attaching": Text("按保单起保日适用版本", "the version when the policy attached"),
    "occurring": Text("按出险日适用版本", "the version when the loss occurred"),
    "claims-made": Text("按索赔提出日", "the version when the claim was made"),
}
_EACH = {
    "year": Text("逐年", "by year"),
    "policy": Text("逐单", "by policy"),
    "month": Text("逐月", "by month"),
    "season": Text("逐季", "by season"),
    "term": Text("全期为一", "one term"),
}


def programme_page(
    opened: Opened,
    simulated: "Simulated | None",
    cases: Sequence[SettledCase],
    *,
    others: Sequence[tuple[Opened, "Simulated | None"]] = (),
) -> ProgrammePage:
    """Everything the report shows of a programme.

    simulated: None where it was not. cases: settled under this version or another. others: versions to compare with.
    """
    programme, marks = opened.programme, marks_of(opened)
    exposure = build_exposure(opened.compiled)
    known = known_of(None if isinstance(exposure, list) else exposure)
    versions = sorted(str(o.programme.version) for o, _ in (*others, (opened, simulated)))
    return ProgrammePage(
        id=programme.programme,
        name=programme.name,
        version=str(programme.version),
        versions=tuple(versions),
        family=_FAMILIES.get(programme.family, Text.same(programme.family)),
        period=_period(programme),
        basis=_BASES[programme.period.basis] if programme.period.basis is not None else None,
        currency=programme.counted_in,
        summary=tuple(_summary(programme)),
        parties=parties_of(programme),
        pools=pools_of(programme),
        accounts=accounts_of(programme, marks),
        roles=roles_of(programme),
        insured=insured_of(programme),
        conditions=conditions_of(programme, marks),
        facts=facts_of(programme),
        covers=covers_of(programme, marks),
        flows=flows_of(opened.compiled, marks, known, _amounts(simulated)),
        premium=sheets_of(opened.compiled, marks),
        period_premium=None if isinstance(exposure, list) or exposure.premium is None else exposure.total_premium,
        assumptions=assumption_grids(opened),
        comparisons=tuple(compare_versions(other, (opened, simulated)) for other in others),
        cases=cases_of(cases),
        examples=examples_of(programme, run_examples(opened)),
        sources=tuple(sources_of(opened, marks)),
        findings=opened.findings,
        warnings=(*cautions_of(opened), *(few_years(simulated.years, LEVELS) if simulated is not None else ())),
        **_simulated(simulated, opened),
    )


def _simulated(simulated: "Simulated | None", opened: Opened) -> dict[str, Any]:
    if simulated is None:
        return {}
    programme = opened.programme
    return {
        "price": price_of(simulated, opened),
        "results": accounts_shown(simulated),
        "chances": chances_of(simulated),
        "gross_ceded_net": gross_ceded_net(simulated),
        "exact": exact_answers(simulated),
        "run": RunFacts(
            years=simulated.years,
            horizon=programme.assumptions.horizon if programme.assumptions is not None else 1,
            seed=simulated.seed,
            seconds=simulated.seconds,
        ),
    }


def _period(programme: Programme) -> Text | None:
    period = programme.period
    each = _EACH.get(period.each, Text.same(period.each))
    if period.since is None and period.until is None:
        return each
    since, until = period.since or "…", period.until or "…"
    return Text(f"{since} 至 {until}，{each.zh}", f"{since} to {until}, {each.en}")


def _summary(programme: Programme) -> Iterator[Text]:
    """One sentence on who pays the premium and who bears a loss, in turn."""
    bearers = [name for name, _ in groupby(_who(programme, s.party) for s in programme.losses.from_)]
    losses = joined(bearers, " → ", " → ")
    premium = programme.premium
    payers = joined(dict.fromkeys(_who(programme, s.party) for s in premium.from_)) if premium is not None else None
    if payers is None or not payers.zh:
        yield Text(f"损失依次由：{losses.zh}。", f"A loss goes in turn to {losses.en}.")
        return
    yield Text(
        f"保费由{payers.zh}支付；损失依次由：{losses.zh}。",
        f"Premium from {payers.en}; a loss goes in turn to {losses.en}.",
    )


def _who(programme: Programme, party: str | None) -> Text:
    return party_words(programme, party) if party else Text("（一组）", "(a group)")


def _amounts(simulated: "Simulated | None") -> Mapping[FlowName, Amounts]:
    """Mean amounts of a year for the pictures: losses by step, premium as it is split."""
    if simulated is None:
        return {}
    mean = Text("模拟年均", "mean of the simulated years")
    found: dict[FlowName, Amounts] = {}
    means = {s.path: f.mean for s, f in zip(simulated.steps, simulated.step_take, strict=True)}
    takes = {path: mean if mean > HALF_FEN else 0.0 for path, mean in means.items()}
    found["losses.from"] = Amounts(simulated.gross.mean, takes, mean)
    split = simulated.annual.premium
    period = Text("一个期间的保费", "the premium of a period")
    found["premium.from"] = Amounts(split.total, _passing(split, "from"), period)
    found["premium.to"] = Amounts(split.total, _passing(split, "to"), period)
    receivers = simulated.annual.compiled.plans.get(("losses", "to"))
    if receivers is not None and len(receivers.steps) == 1:
        found["losses.to"] = Amounts(simulated.gross.mean, {receivers.steps[0].path: simulated.gross.mean}, mean)
    return found


def _passing(split: PremiumSplit, side: str) -> Mapping[str, Number]:
    """What passes through each step, inner steps included."""
    own = {path: amount for (s, path), amount in split.steps.items() if s == side}
    paths = {"/".join(parts[:n]) for path in own for parts in [path.split("/")] for n in range(1, len(parts) + 1)}
    return {path: sum(amount for p, amount in own.items() if f"{p}/".startswith(f"{path}/")) for path in sorted(paths)}
