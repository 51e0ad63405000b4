"""The account of one party over some days: what was owed, what was paid, what was reserved, by section.

Every transfer of the party is in exactly one line, on the side on which the party is, so lines add up to the transfers.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select, text

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.standing import AsKnown
from quanyu.terms import Finding, Text

__all__ = [
    "SECTIONS",
    "SERVING",
    "Line",
    "Name",
    "Section",
    "Statement",
    "find_party",
    "known_of",
    "named_parties",
    "names_of",
    "statement_of",
]

Section = Literal[
    "premium", "subsidy", "commission", "losses", "recoveries", "services", "surplus", "calls", "reinstatement",
    "fund", "reserve",
]  # fmt: skip

SECTIONS: Mapping[Section, Text] = {
    "premium": Text("保费", "Premium"),
    "subsidy": Text("保费补贴", "Premium subsidy"),
    "commission": Text("手续费与服务费", "Commission"),
    "losses": Text("赔款", "Losses"),
    "recoveries": Text("追偿款", "Recoveries"),
    "services": Text("风险减量服务", "Services"),
    "surplus": Text("结余", "Surplus"),
    "calls": Text("追缴", "Calls"),
    "reinstatement": Text("恢复保费", "Reinstatement premium"),
    "fund": Text("账户资金", "Fund movements"),
    "reserve": Text("未决赔款准备金变动", "Change of reserves"),
}
"""Every section with its name, in the order in which statements show them."""

SERVING = frozenset({"service", "administrator"})
"""Kinds of parties to whom premium is a commission."""

_PASSING = frozenset({"insurer", "reinsurer", "mutual", "guarantor", "exchange", "account"})

_LINES = """
select side, other, day, stage, flow, label, currency, version_id, sum(amount)::bigint as amount, count(*) as entries
from (
  select cast('in' as text) as side, {day} as day, stage, flow, label, currency, version_id, amount,
    case when payer_id = any (cast(:named as bigint[])) then payer_id end as other
  from transfer where receiver_id = :party and booked_on <= :last {known}
  union all
  select cast('out' as text), {day}, stage, flow, label, currency, version_id, amount,
    case when receiver_id = any (cast(:named as bigint[])) then receiver_id end
  from transfer where payer_id = :party and booked_on <= :last {known}
) as moved
group by side, other, day, stage, flow, label, currency, version_id
"""
_DAY = "case when booked_on >= :first then booked_on end"
_PLANNING = {"enable_bitmapscan": "off", "max_parallel_workers_per_gather": "0"}
_SETTING, _SET = text("select current_setting(:name)"), text("select set_config(:name, :value, true)")
_KNOWN = "and txn_id in (select id from txn where recorded_at <= :known)"


@dataclass(frozen=True, slots=True)
class Name:
    """A party of the book by its names."""

    id: int
    code: str
    text: Text
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """Transfers of one kind on one day, added up: whole fen to the party and from it.

    day: None for all days before the statement. counterparty: None for all who are named by no programme, such as
    policyholders and claimants.
    """

    section: Section
    day: dt.date | None
    stage: str
    label: str
    currency: str
    counterparty: int | None
    version: int | None
    received: int
    given: int
    entries: int

    @property
    def effect(self) -> int:
        """What it adds to the balance: what is due raises it, what is paid lowers it, a reserve leaves it alone."""
        net = self.received - self.given
        return {"due": net, "paid": -net}.get(self.stage, 0)


@dataclass(frozen=True)
class Statement:
    """The account of a party from `first` to `last`, both within it.

    names: of every party that a line names. programmes: names by the versions of lines.

    A balance is what is owed to the party, below zero what it owes.
    """

    party: Name
    first: dt.date
    last: dt.date
    lines: tuple[Line, ...]
    before: tuple[Line, ...]
    names: Mapping[int, Name]
    programmes: Mapping[int, Text]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of its lines."""
        return tuple(sorted({line.currency for line in (*self.before, *self.lines)})) or ("CNY",)

    def opening(self, currency: str = "CNY") -> int:
        """The balance before the first day."""
        return sum(line.effect for line in self.before if line.currency == currency)

    def closing(self, currency: str = "CNY") -> int:
        """The balance at the end of the last day."""
        return self.opening(currency) + sum(line.effect for line in self.lines if line.currency == currency)

    def totals(self, currency: str = "CNY") -> dict[tuple[Section, str], tuple[int, int]]:
        """What the party received and gave within the days, by section and stage."""
        sums: dict[tuple[Section, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for line in self.lines:
            if line.currency == currency:
                received, given = sums[line.section, line.stage]
                sums[line.section, line.stage] = (received + line.received, given + line.given)
        return dict(sums)

    def reserves(self, currency: str = "CNY") -> tuple[int, int]:
        """What the party holds in reserve for others before the first day, and at the end of the last."""
        held = [
            sum(one.given - one.received for one in part if one.stage == "reserved" and one.currency == currency)
            for part in (self.before, self.lines)
        ]
        return held[0], held[0] + held[1]


def statement_of(
    connection: Connection, party: int, first: dt.date, last: dt.date, *, known: dt.datetime | None = None
) -> Statement:
    """The account of a party from a day to another. known: only what was recorded by then.

    Both sides of the transfers are read from their covering indexes alone, unless `known` is asked.
    """
    named = named_parties(connection)
    values: dict[str, object] = {"party": party, "first": first, "last": last, "named": named}
    query = _LINES.format(day=_DAY, known="" if known is None else _KNOWN)
    if known is not None:
        values["known"] = known
    with _from_indexes(connection):
        rows = connection.execute(text(query), values).all()
    names = names_of(connection, {party, *(row.other for row in rows if row.other is not None)})
    own = names[party]
    every = [
        Line(
            section=_section(
                row.flow, row.stage, own.kind, names[row.other].kind if row.other is not None else "person"
            ),
            day=row.day,
            stage=row.stage,
            label=row.label,
            currency=row.currency,
            counterparty=row.other,
            version=row.version_id,
            received=row.amount if row.side == "in" else 0,
            given=row.amount if row.side == "out" else 0,
            entries=row.entries,
        )
        for row in rows
    ]
    every.sort(key=_order)
    return Statement(
        own,
        first,
        last,
        tuple(line for line in every if line.day is not None),
        tuple(line for line in every if line.day is None),
        names,
        _programmes(connection, {row.version_id for row in rows if row.version_id is not None}),
    )


def _programmes(connection: Connection, versions: Iterable[int]) -> dict[int, Text]:
    v = t.programme_version.c
    query = select(v.id, v.name_zh, v.name_en).where(v.id.in_(list(versions)))
    return {int(number): Text(zh, en) for number, zh, en in connection.execute(query)}


@contextmanager
def _from_indexes(connection: Connection) -> Iterator[None]:
    """One query in one process and without bitmaps.

    Under row security the planner takes bitmaps for the policy's `or`, and with them the heap: for a party of a million
    transfers twice the time of its covering indexes. Workers on two cores only take from each other.
    """
    before = [connection.execute(_SETTING, {"name": name}).scalar_one() for name in _PLANNING]
    for name, value in _PLANNING.items():
        connection.execute(_SET, {"name": name, "value": value})
    yield
    for name, value in zip(_PLANNING, before, strict=True):
        connection.execute(_SET, {"name": name, "value": value})


def _order(line: Line) -> tuple[object, ...]:
    what = (line.section, line.currency, line.counterparty or 0, line.version or 0, line.label, line.stage)
    return (line.day or dt.date.min, *what, line.given, line.received)


def named_parties(connection: Connection) -> list[int]:
    """The parties that published versions name, and the one that stands for all that is outside."""
    named = select(t.party_role.c.party_id).union(select(t.party.c.id).where(t.party.c.code == "outside"))
    return [int(n) for n in connection.execute(named).scalars()]


def find_party(connection: Connection, said: str) -> Name:
    """A party by its code, else by its name in either language. Raises Refused: `no-such-party`, also for several."""
    p = t.party.c
    found: list[int] = []
    for column in (p.code, p.name_zh, p.name_en):
        found = found or [int(n) for n in connection.execute(select(p.id).where(column == said).limit(2)).scalars()]
    if len(found) != 1:
        raise Refused(_nobody(said, several=bool(found)))
    return names_of(connection, found)[found[0]]


def _nobody(said: str, *, several: bool) -> Finding:
    reason = Text(f"账簿里没有“{said}”", f"nobody in the book is called `{said}`")
    if several:
        reason = Text(f"账簿里不止一个“{said}”", f"more than one in the book is called `{said}`")
    remedy = Text("写代码；quanyu accounts list 列出各方", "write the code: `quanyu accounts list` names the parties")
    return Finding("no-such-party", None, reason, remedy)


def names_of(connection: Connection, parties: Iterable[int]) -> dict[int, Name]:
    """Parties by their ids."""
    p = t.party.c
    query = select(p.id, p.code, p.name_zh, p.name_en, p.kind).where(p.id.in_(list(parties)))
    return {int(n): Name(int(n), code, Text(zh, en), kind) for n, code, zh, en, kind in connection.execute(query)}


def _section(flow: str, stage: str, own: str, other: str) -> Section:
    """The section of a transfer between a party of one kind and another of some kind."""
    if stage == "reserved":
        return "reserve"
    if flow != "premium":
        found: Mapping[str, Section] = {name: name for name in SECTIONS if name not in ("premium", "reserve")}
        return found[flow]
    if own in SERVING or (other in SERVING and own in _PASSING):
        return "commission"
    return "subsidy" if "government" in (own, other) else "premium"


def known_of(seen: AsKnown) -> tuple[str, dict[str, object]]:
    """A condition on transfers for the book as at a day and as known at a time, with its values."""
    conditions: list[str] = []
    values: dict[str, object] = {}
    if seen.booked is not None:
        conditions.append("booked_on <= :booked")
        values["booked"] = seen.booked
    if seen.at is not None:
        conditions.append("txn_id in (select id from txn where recorded_at <= :at)")
        values["at"] = seen.at
    return " and ".join(conditions) or "true", values
