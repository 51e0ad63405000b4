"""Closed to new business: the conditions of `stop`, held against what is due in the book of the year that runs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row, text

from quanyu.book.act import Refused
from quanyu.book.charging import ADVANCED
from quanyu.book.journal import Journal
from quanyu.book.versions import Version
from quanyu.formula import EvaluationError, Expression, evaluate, names, parse
from quanyu.language.programme import Stop
from quanyu.terms import Finding, Text, write_number

__all__ = ["closed", "figures_of", "must_take_business"]

_FEN = 100

# The premium of policies that began in a year. By arrays of ids: a join is planned as slowly as statistics are old.
_PREMIUM = """
select coalesce(sum(s.premium), 0) from segment s where s.policy_id = any(array(
    select f.policy_id from segment f where f.seq = 1 and f.valid_from >= :since and f.valid_from < :until
    and f.policy_id = any(array(select id from policy where version_id = :version))))
"""
# What is due of one step between two parties goes one way for a claim, less what went back.
_LOSSES = """
select label, sum(abs(fen)) as fen from (
    select x.label, sum(case when x.payer_id < x.receiver_id then x.amount else -x.amount end) as fen
    from claim c join transfer x on x.claim_id = c.id
    where c.version_id = :version and c.occurred >= :since and c.occurred < :until
    and x.stage = 'due' and x.flow = 'losses'
    group by c.id, x.label, least(x.payer_id, x.receiver_id), greatest(x.payer_id, x.receiver_id)
) moved group by label
"""
_PARTS = """
select label, payer_id, receiver_id, sum(amount) as fen from transfer x
join segment f on f.policy_id = x.policy_id and f.seq = 1
where x.version_id = :version and x.stage = 'due' and x.flow = 'premium'
and f.valid_from >= :since and f.valid_from < :until group by label, payer_id, receiver_id
"""
_BALANCE = """
select (select coalesce(sum(amount), 0) from transfer where receiver_id = :party and stage = 'due')
     - (select coalesce(sum(amount), 0) from transfer where payer_id = :party and stage = 'due')
"""


def must_take_business(journal: Journal, version: Version) -> None:
    """Raises Refused (`closed-to-new-business`) where a condition of `stop` holds on the day of the books."""
    if found := closed(journal.connection, version, journal.booked_on):
        raise Refused(*found)


def closed(connection: Connection, version: Version, day: dt.date) -> list[Finding]:
    """A finding for every condition of `stop` that holds in the year of a day, with the figures that it reads.

    A condition that reads what the book does not keep, such as a rate that somebody else reports, is not judged.
    """
    stops = [(stop, parse(stop.when.text, stop.when.place)) for stop in version.programme.stop]
    known = [(number, stop, when) for number, (stop, when) in enumerate(stops, 1) if isinstance(when, Expression)]
    if not known:
        return []
    figures = figures_of(connection, version, day.year, {name for _, _, when in known for name in names(when)})
    return [
        _closed(
            version,
            (stop.as_ or str(number), stop),
            day.year,
            {n: figures[n] for n in sorted(names(when)) if n in figures},
        )
        for number, stop, when in known
        if _holds(when, figures)
    ]


def figures_of(connection: Connection, version: Version, year: int, read: set[str]) -> dict[str, Fraction]:
    """What conditions read of a year, in the programme's unit: `premium` of the policies that begin in it, its parts
    `premium.<payer>` and `premium.to.<receiver>`; `losses.<label or party>` due of claims that
    occurred in it; `<account>.balance` now. Names of anything else are left out.
    """
    books = _Books(connection, version, year)
    found = {name: books.figure(name) for name in read}
    return {name: Fraction(fen, _FEN) for name, fen in found.items() if fen is not None}


def _holds(condition: Expression, figures: Mapping[str, Fraction]) -> bool:
    try:
        return bool(evaluate(condition, figures))
    except EvaluationError:
        return False


@dataclass
class _Books:
    """The sums of a year, each query made once and only where a name asks for it."""

    connection: Connection
    version: Version
    year: int
    _rows: dict[str, list[Row[Any]]] = field(default_factory=dict)

    def figure(self, name: str) -> int | None:
        """A figure in fen; None where the book has none of this name."""
        if name == "premium":
            return int(self._read(_PREMIUM)[0][0])
        head, _, rest = name.partition(".")
        if head == "premium":
            return self._part(rest)
        if head == "losses":
            return self._losses(rest.removeprefix("from."))
        if rest == "balance" and head in self.version.programme.accounts:
            return int(self.connection.execute(text(_BALANCE), {"party": self.version.roles[head]}).scalar_one())
        return None

    def _losses(self, name: str) -> int | None:
        """None where a step of another kind has the same label, which the book cannot tell apart."""
        plan = self.version.compiled.plans["losses", "from"]
        labels = {step.label for step in plan.named(name)}
        told = {step.label for step in plan.steps if step.party is not None and step not in plan.named(name)}
        if not labels or labels & told:
            return None
        return sum(int(row.fen) for row in self._read(_LOSSES) if row.label in labels)

    def _part(self, name: str) -> int | None:
        """What a party of the programme gave or received of premium, less what went back."""
        received = name.startswith("to.")
        party = self.version.roles.get(name.removeprefix("to."))
        if party is None:
            return None
        own = [row for row in self._read(_PARTS) if not row.label.endswith(f"/{ADVANCED}")]
        whole: int = sum(int(row.fen) * ((row.payer_id == party) - (row.receiver_id == party)) for row in own)
        return -whole if received else whole

    def _read(self, query: str) -> list[Row[Any]]:
        if query not in self._rows:
            days = {"since": dt.date(self.year, 1, 1), "until": dt.date(self.year + 1, 1, 1)}
            given = {"version": self.version.id, **days}
            self._rows[query] = list(self.connection.execute(text(query), given))
        return self._rows[query]


def _closed(version: Version, stop: tuple[str, Stop], year: int, figures: Mapping[str, Fraction]) -> Finding:
    name, condition = stop
    said = "，".join(f"{n} = {write_number(value)}" for n, value in figures.items())
    source = condition.source
    zh = f"{version.code} 已停办新业务：{name}（{condition.when.text}）在 {year} 年成立，{said}"
    en = f"{version.code} takes no new business: {name} (`{condition.when.text}`) holds in {year}, "
    en += said.replace("，", ", ")
    return Finding(
        "closed-to-new-business",
        None,
        Text(zh + (f"；{source.zh}" if source else ""), en + (f"; {source.en}" if source else "")),
        Text(
            "批改、退保与理赔照办；新业务待条件不再成立，或由新版本另行规定",
            "endorsements, cancellations and claims go on; new business waits until it no longer holds, or for a new "
            "version",
        ),
    )
