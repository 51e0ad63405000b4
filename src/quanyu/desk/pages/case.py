"""A settled case: what went in, who bears what in the end, and the path of every fen."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from quanyu.desk.pages.paths import chosen_claims, paths_of, steps_of
from quanyu.desk.pages.words import expression_words, free_text, party_words
from quanyu.desk.settle import SettledCase as Settled
from quanyu.documents import Cell, ClaimPath, Example, FlowName, Grid, SettledCase, Source, Taken
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source as Written
from quanyu.settlement.expected import Comparison
from quanyu.terms import Text, read_number
from quanyu.waterfall.fen import Fen
from quanyu.waterfall.fold import fold
from quanyu.waterfall.outcome import Outcome

__all__ = ["cases_of"]

_FEN = 100
_MOST_ROWS = 20
_MOST_TRANSFERS = 20
_MOST_ALIKE = 8
_HEADS = {
    "claim": Text("赔案", "claim"),
    "cover": Text("责任", "cover"),
    "event": Text("事故", "event"),
    "insured": Text("被保险人", "insured"),
    "policy": Text("保单", "policy"),
    "period": Text("期间", "period"),
    "amount": Text("金额", "amount"),
    "count": Text("件数", "count"),
    "at": Text("日期", "date"),
    "occurred": Text("出险", "occurred"),
    "reported": Text("报案", "reported"),
    "determined": Text("核定", "determined"),
    "applied": Text("申请", "applied"),
    "account": Text("账户", "account"),
}


def cases_of(cases: Sequence[Settled]) -> tuple[SettledCase, ...]:
    """Every case, and after one with recoveries the division of these."""
    return tuple(one for case in cases for one in _both(case))


def _both(case: Settled) -> Iterator[SettledCase]:
    settled, programme = case.settled, case.opened.under.programme
    asked = settled.recovered is not None and case.opened.case.flow == "recoveries"
    lines = _compared(programme, case.comparisons)
    yield _case(case, settled.outcome, expected=() if asked else lines)
    if settled.recovered is not None:
        title = case.opened.case.case
        back = _case(case, settled.recovered, expected=lines if asked else ())
        yield replace(back, title=Text(f"{title.zh}：追偿款", f"{title.en}: what came back"), rows=(
            *_grids([("recovered", case.opened.case.recovered, {})]),), story=None, sources=())  # fmt: skip


def _case(case: Settled, outcome: Outcome, *, expected: tuple[Example, ...]) -> SettledCase:
    stated, programme = case.opened.case, case.opened.under.programme
    totals = outcome.totals()
    paths = _paths(case, outcome)
    version = programme.version
    return SettledCase(
        title=Text(f"{stated.case.zh}（{version} 版）", f"{stated.case.en} (version {version})"),
        rows=tuple(
            _grids([("rows", stated.rows, stated.defaults), ("premium", stated.premium, {}),
                    ("deposits", stated.deposits, {})])
        ),
        paths=paths,
        totals=_taken(outcome.by_party()),
        total_fen=sum(int(v) for v in totals.values()),
        flow=_flow_name(outcome),
        story=stated.note,
        claims=len(totals),
        steps=steps_of(outcome),
        transfers=tuple(_transfers(programme, case)) if outcome is case.settled.outcome else (),
        caused=tuple(_caused(programme, outcome, case)),
        expected=expected,
        sources=(Source(text=stated.source),) if stated.source is not None else (),
        illustrative=stated.illustrative or not stated.recorded,
    )  # fmt: skip


def _flow_name(outcome: Outcome) -> FlowName:
    name: Any = f"{outcome.plan.flow}.{outcome.plan.side}"
    flow: FlowName = name
    return flow


def _paths(case: Settled, outcome: Outcome) -> tuple[ClaimPath, ...]:
    """All claims where they are few; of many the first of each written row, folded again where they were not traced."""
    settled, programme = case.settled, case.opened.under.programme
    wanted = chosen_claims(outcome)
    traced = {p.claim for p in outcome.passages}
    if outcome is settled.outcome and not set(wanted) <= traced:
        again = fold(outcome.plan, settled.history, Fen(), explain=wanted)
        outcome = outcome if isinstance(again, tuple) else again
    return paths_of(programme, outcome, wanted)


def _taken(amounts: Mapping[str, Any]) -> tuple[Taken, ...]:
    """Who takes how much; many insured stand together."""
    single = [p for p in amounts if p.startswith("insured:")]
    if len(single) <= _MOST_ALIKE:
        return tuple(Taken(p, int(v)) for p, v in amounts.items() if v)
    rest = {p: v for p, v in amounts.items() if p not in single}
    return (*_taken(rest), Taken("insured", sum(int(amounts[p]) for p in single)))


def _grids(parts: Sequence[tuple[str, Sequence[Mapping[str, Any]], Mapping[str, Any]]]) -> Iterator[Grid]:
    """Rows as written, the defaults filled in; columns in the order in which they first appear."""
    titles = {
        "rows": None,
        "premium": Text("已知的保费", "Premium as known"),
        "deposits": Text("账户存入", "Paid into accounts"),
        "recovered": Text("追回", "Recovered"),
    }
    for name, rows, defaults in parts:
        if not rows:
            continue
        merged = [{**defaults, **row} for row in rows]
        columns = list(dict.fromkeys(k for row in merged for k in row))
        columns.sort(key=lambda k: (k != "claim", k != "cover", k in ("amount", "count")))
        cells = tuple(tuple(_cell(k, row.get(k)) for k in columns) for row in merged[:_MOST_ROWS])
        more = len(merged) - len(cells)
        note = Text(f"另有 {more} 行", f"{more} more rows") if more > 0 else None
        heads = tuple(_HEADS.get(k, Text.same(k)) for k in columns)
        yield Grid(columns=heads, rows=cells, title=titles[name], note=note)


def _cell(column: str, value: Any) -> Cell:
    """A number as a number, unless it names a period or is written as a rate."""
    if value is None:
        return None
    text = free_text(value)
    plain = isinstance(value, Written) and column != "period" and "%" not in text
    number = read_number(text) if plain else None
    return expression_words(text) if number is None else number


def _transfers(programme: Programme, case: Settled) -> Iterator[Grid]:
    """Who pays whom, all claims together, by the step that says so."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    many = len({t.receiver for t in case.settled.transfers}) > _MOST_ALIKE
    pools = _large_pools(case.settled.outcome)
    for t in case.settled.transfers:
        receiver = t.receiver.split(":")[0] if many else t.receiver
        sums[pools.get((t.label, t.payer), t.payer), receiver, t.label] += t.amount
    if not sums:
        return
    rows = tuple(
        (party_words(programme, payer), party_words(programme, receiver), label, Fraction(fen, _FEN))
        for (payer, receiver, label), fen in list(sums.items())[:_MOST_TRANSFERS]
    )
    more = len(sums) - len(rows)
    yield Grid(
        title=Text("谁付给谁", "Who pays whom"),
        columns=(Text("付", "pays"), Text("收", "receives"), Text("步骤", "step"), Text("金额", "amount")),
        rows=rows,
        note=Text(f"另有 {more} 项", f"{more} more") if more > 0 else None,
    )


def _large_pools(outcome: Outcome) -> Mapping[tuple[str, str], str]:
    """The pool that stands for a member in a step, where it has many."""
    found: dict[tuple[str, str], str] = {}
    for step in outcome.plan.steps:
        pool = outcome.plan.pools.get(step.party or "")
        members = {m for v in pool.versions for m, _ in v.shares} if pool is not None else set()
        if len(members) > _MOST_ALIKE:
            found |= {(step.label, member): str(step.party) for member in members}
    return found


def _caused(programme: Programme, outcome: Outcome, case: Settled) -> Iterator[Text]:
    """What steps caused, what accounts hold, what has to be said beside, what premium the case rates."""
    for label, amount in outcome.caused().items():
        yield Text(f"由此引起 {label}：{_fen(amount)}", f"this causes {label}: {_fen(amount)}")
    stands = {s.party for s in outcome.plan.steps}
    for account, balance in outcome.balances.items():
        if account in stands:
            name = party_words(programme, account)
            yield Text(f"结算后{name.zh}余额：{_fen(balance)}", f"balance of {name.en} afterwards: {_fen(balance)}")
    if outcome is case.settled.outcome:
        yield from case.notes
    if case.settled.rated is not None and outcome is case.settled.outcome:
        yield Text(f"按案例算得的保费：{_fen(case.settled.rated)}", f"premium rated: {_fen(case.settled.rated)}")


def _fen(amount: Any) -> str:
    return f"{float(amount) / _FEN:,.2f}"


def _compared(programme: Programme, comparisons: Sequence[Comparison]) -> tuple[Example, ...]:
    return tuple(
        Example(
            name=_compared_name(programme, c.name),
            given="",
            expected=f"{float(c.expected):,.2f}",
            got=f"{float(c.got):,.2f}",
            passed=c.holds,
        )
        for c in comparisons
    )


def _compared_name(programme: Programme, name: str) -> Text:
    """`picc`, `claim-a: picc`, `caused: calls`, `balance: dues`, `premium`, in words."""
    what, separator, who = name.partition(": ")
    if name == "premium":
        return Text("保费", "premium")
    if name.startswith("insured:") or not separator:
        return party_words(programme, name)
    words = party_words(programme, who)
    kinds = {
        "amounts": Text("赔案金额", "amount of"),
        "caused": Text("引起", "caused"),
        "balance": Text("余额", "balance of"),
    }
    head = kinds.get(what, Text.same(what))
    return Text(f"{head.zh} · {words.zh}", f"{head.en} · {words.en}")
