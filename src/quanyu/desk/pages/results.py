"""The account of everybody who bears or receives: distribution, return periods, steps, gross and net."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from quanyu.desk.pages.shares import pooled, share_words
from quanyu.desk.pages.words import party_words
from quanyu.documents import AccountResult, Curve, CurvePoint, Estimate, GrossCededNet, StepChance, Tail
from quanyu.language.programme import Programme
from quanyu.simulation import Entry, Figures
from quanyu.simulation.ledger import Kind
from quanyu.terms import Text

if TYPE_CHECKING:
    from quanyu.desk.simulate import Simulated

__all__ = ["HALF_FEN", "accounts_shown", "carrier_of", "chances_of", "estimate", "gross_ceded_net", "losses_of"]

HALF_FEN = 0.005
"""Sums of floating point that come to less are nothing."""

Sign = Literal["paid", "received", "net"]
_BORNE = Text("所承担的损失", "losses borne")
_OUT = Text("各流合计流出", "out, over all flows")
_IN = Text("各流合计流入", "in, over all flows")


@dataclass(frozen=True)
class _Account:
    """One party, or a pool whose members hold fixed parts of everything it has.

    kinds: with their fixed parts. greatest: the largest occurrence of a year of the losses it bears.
    """

    party: str
    kinds: Mapping[Kind, tuple[Entry, Figures]]
    greatest: Figures | None
    note: Text | None = None

    def moves(self, kind: Kind) -> bool:
        """Whether there is anything of a kind in any year."""
        entry, figures = self.kinds[kind]
        return bool(entry.fixed) or bool(entry.terms and (abs(figures.mean) > HALF_FEN or figures.sd > HALF_FEN))


def estimate(mean: float, error: float | None) -> Estimate:
    """A figure with its error; exact where there is none to speak of."""
    return Estimate(mean, error if error else None)


def accounts_shown(simulated: "Simulated") -> tuple[AccountResult, ...]:
    """All losses, then every party's account; a pool stands for its members where they share all it has."""
    gross = _result("gross", "paid", simulated.gross, of=Text("各项损失合计", "every loss, in all"))
    return (
        replace(gross, curves=(*_annual(simulated.gross), *_occurrence(simulated.party_occurrence.get("")))),
        *(result for account in _accounts(simulated) for result in _shown(account)),
        *_by_step(simulated),
    )


def _accounts(simulated: "Simulated") -> Iterator[_Account]:
    by_party: dict[str, dict[Kind, tuple[Entry, Figures]]] = {}
    for entry, figures in zip(simulated.entries, simulated.figures, strict=True):
        by_party.setdefault(entry.party, {})[entry.kind] = (entry, figures)
    programme = simulated.annual.compiled.programme
    pools = {name: shares for name in programme.pools if (shares := pooled(programme, name, simulated.entries))}
    done: set[str] = set()
    for party, kinds in by_party.items():
        if party in done:
            continue
        pool = next((name for name, shares in pools.items() if party in shares), None)
        greatest = simulated.party_occurrence.get(party)
        if pool is None:
            yield _Account(party, kinds, greatest)
            continue
        shares = pools[pool]
        done |= set(shares)
        whole = None if greatest is None else greatest.scaled(1.0 / float(shares[party]))
        yield _Account(pool, {k: _whole(e, f, shares[party]) for k, (e, f) in kinds.items()}, whole,
                       share_words(programme, shares))  # fmt: skip


def _whole(entry: Entry, figures: Figures, share: Fraction) -> tuple[Entry, Figures]:
    """The pool's own amount from one member's."""
    return replace(entry, fixed=entry.fixed / float(share)), figures.scaled(1.0 / float(share))


def _shown(account: _Account) -> Iterator[AccountResult]:
    """Losses borne, what goes out and comes in over all flows where that is more, and what is left."""
    losses, paid = account.kinds["losses"][0], account.kinds["paid"][0]
    bears = account.moves("losses")
    both = account.moves("paid") and account.moves("received")
    note = account.note
    if bears:
        curves = (*_annual(_figures(account, "losses")), *_occurrence(account.greatest))
        yield _result(account.party, "paid", _figures(account, "losses"), of=_BORNE, curves=curves, note=note)
    if account.moves("paid") and (losses.terms != paid.terms or paid.fixed):
        curves = () if bears or both else _annual(_figures(account, "paid"))
        note = None if bears else account.note
        yield _result(account.party, "paid", _figures(account, "paid"), of=_OUT, curves=curves, note=note)
    if account.moves("received"):
        curves = () if bears or both else _annual(_figures(account, "received"))
        note = None if bears or account.moves("paid") else account.note
        of = Text(f"{_IN.zh}（含自担部分）", f"{_IN.en} (what it bears itself included)") if bears and (
            account.party == "insured") else _IN  # fmt: skip
        yield _result(account.party, "received", _figures(account, "received"), of=of, curves=curves, note=note)
    if both:
        figures = _figures(account, "deficit")
        result = _result(account.party, "net", figures, of=Text("流入减流出", "in minus out"))
        yield replace(_negative(result), curves=_negative_curve(figures))


def _figures(account: _Account, kind: Kind) -> Figures:
    entry, figures = account.kinds[kind]
    return figures.scaled(1.0, entry.fixed)


def _result(
    party: str, sign: Sign, figures: Figures, *, of: Text, curves: tuple[Curve, ...] = (), note: Text | None = None
) -> AccountResult:
    steady = figures.sd <= HALF_FEN
    tails = () if steady else tuple(
        Tail(t.level, Estimate(t.var, t.var_error), Estimate(t.tvar, t.tvar_error)) for t in figures.tails
    )  # fmt: skip
    return AccountResult(
        party=party,
        sign=sign,
        mean=estimate(figures.mean, None if steady else figures.mean_error),
        sd=Estimate(0.0) if steady else Estimate(figures.sd, figures.sd_error),
        tails=tails,
        of=Text(f"{of.zh}；每年相同", f"{of.en}; the same every year") if steady else of,
        curves=() if steady else curves,
        note=note,
    )


def _negative(result: AccountResult) -> AccountResult:
    def turned(e: Estimate) -> Estimate:
        return Estimate(-e.value, e.error)

    tails = tuple(Tail(t.level, turned(t.var), turned(t.tvar)) for t in result.tails)
    return replace(result, mean=turned(result.mean), tails=tails)


def _annual(figures: Figures) -> tuple[Curve, ...]:
    points = tuple(CurvePoint(p.years, p.amount, p.low, p.high) for p in figures.curve)
    return (Curve(kind="annual", points=points),) if any(abs(p.amount) > HALF_FEN for p in points) else ()


def _negative_curve(figures: Figures) -> tuple[Curve, ...]:
    points = tuple(CurvePoint(p.years, -p.amount, -p.high, -p.low) for p in figures.curve)
    return (Curve(kind="annual", points=points),) if points and figures.sd > HALF_FEN else ()


def _occurrence(greatest: Figures | None) -> tuple[Curve, ...]:
    """The curve of the largest occurrence of a year."""
    curves = () if greatest is None else _annual(greatest)
    return tuple(replace(curve, kind="occurrence") for curve in curves)


def _alone(simulated: "Simulated", party: str) -> bool:
    """Whether a party bears losses in one step and cedes nothing inside it: the step says no more than its account."""
    inside = {s.path.rpartition("/")[0] for s in simulated.steps}
    own = [s for s in simulated.steps if (s.party or "insured") == party]
    return len(own) == 1 and own[0].path not in inside


def _by_step(simulated: "Simulated") -> Iterator[AccountResult]:
    """Steps of those who bear in several, or cede inside one: a year's total and its largest occurrence."""
    for n, step in enumerate(simulated.steps):
        take = simulated.step_take[n]
        if not step.party or take.sd <= HALF_FEN or _alone(simulated, step.party):
            continue
        inside = any(s.path.startswith(f"{step.path}/") for s in simulated.steps)
        of = Text(f"步骤 {step.path}", f"step {step.path}")
        if inside:
            of = Text(f"{of.zh}，分出之前", f"{of.en}, before what it cedes")
        curves = (*_annual(take), *_occurrence(simulated.occurrence[n]))
        yield _result(step.party, "paid", take, of=of, curves=curves)


def chances_of(simulated: "Simulated") -> tuple[StepChance, ...]:
    """How often each step is reached and bounded, with binomial errors; inner steps under their path of labels.

    Where it happened in no year, or in every one, the error is that of the estimate with two years added on either side
    (Agresti and Coull 1998, The American Statistician 52), for the plain one would say that it cannot happen.
    """
    years = simulated.years

    def chance(part: float) -> Estimate:
        centre, size = (part, years) if 0.0 < part < 1.0 else ((part * years + 2.0) / (years + 4.0), years + 4)
        return Estimate(part, math.sqrt(centre * (1.0 - centre) / size))

    return tuple(
        StepChance(
            label=step.path,
            taker=step.party,
            attachment=chance(attached),
            exhaustion=None if exhausted is None else chance(exhausted),
            mean=estimate(take.mean, take.mean_error),
        )
        for step, take, attached, exhausted in zip(
            simulated.steps, simulated.step_take, simulated.attached, simulated.exhausted, strict=True
        )
    )


def carrier_of(simulated: "Simulated") -> str:
    """Whose price and net position the page speaks of: who prices, else the first who bears a loss."""
    if simulated.price is not None:
        return simulated.price.party
    return next((s.party for s in simulated.steps if s.party), "insured")


def losses_of(simulated: "Simulated", party: str) -> Figures | None:
    """The losses that a party bears, or a pool whose members hold fixed parts; None where that is no one column."""
    for account in _accounts(simulated):
        if account.party == party:
            return account.kinds["losses"][1]
    return None


def gross_ceded_net(simulated: "Simulated") -> tuple[GrossCededNet, ...]:
    """Of all losses what the carrier keeps; and of each step with cessions inside, what is ceded and kept."""
    programme = simulated.annual.compiled.programme
    party = carrier_of(simulated)
    rows = []
    kept, name = losses_of(simulated, party), party_words(programme, party)
    if kept is not None:
        gross = simulated.gross
        rest = _rest(simulated, party, gross.mean - kept.mean)
        rows.append(
            GrossCededNet(
                measure=Text(
                    f"全部损失年均；分出＝他方承担，净额＝{name.zh}",
                    f"all losses, mean a year; ceded = borne by others, net = {name.en}",
                ),
                gross=estimate(gross.mean, gross.mean_error),
                ceded=rest,
                net=estimate(kept.mean, kept.mean_error),
            )
        )
    rows += [row for n in range(len(simulated.steps)) for row in _ceded(simulated, programme, n)]
    return tuple(rows)


def _rest(simulated: "Simulated", party: str, mean: float) -> Estimate:
    """What all others bear, with the sum of their errors as a bound for its own."""
    others = [a.kinds["losses"][1] for a in _accounts(simulated) if a.party != party]
    return estimate(mean, _errors(others))


def _ceded(simulated: "Simulated", programme: Programme, n: int) -> Iterator[GrossCededNet]:
    """A step whose taker cedes inside it: before, ceded, kept."""
    step, take = simulated.steps[n], simulated.step_take[n]
    inner = [i for i, s in enumerate(simulated.steps) if s.path.startswith(f"{step.path}/") and s.party]
    leaves = [i for i in inner if not any(simulated.steps[j].path.startswith(simulated.steps[i].path + "/")
                                          for j in inner)]  # fmt: skip
    if not step.party or not leaves:
        return
    parts = [simulated.step_take[i] for i in leaves]
    mean = sum(p.mean for p in parts)
    name = party_words(programme, step.party)
    yield GrossCededNet(
        measure=Text(f"{name.zh}（{step.path}）年均", f"{name.en} ({step.path}), mean a year"),
        gross=estimate(take.mean, take.mean_error),
        ceded=estimate(mean, sum(p.mean_error for p in parts)),
        net=_net(simulated, step.party, take.mean - mean, _errors([take, *parts])),
    )


def _net(simulated: "Simulated", party: str, mean: float, error: float) -> Estimate:
    """The carrier's own figure where it bears nothing else, with its own error."""
    own = losses_of(simulated, party)
    if own is not None and math.isclose(own.mean, mean, rel_tol=1e-6, abs_tol=1e-6):
        return estimate(own.mean, own.mean_error)
    return estimate(mean, error)


def _errors(parts: Sequence[Figures]) -> float:
    return sum(p.mean_error for p in parts)
