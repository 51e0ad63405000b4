"""What settlement is told of the claims in the book: rows as a case writes them, state by state, premium, accounts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from quanyu.book import tables as t
from quanyu.book.claims import Claim
from quanyu.book.facts import Lines, lines_after
from quanyu.language.programme import spelled

__all__ = ["Decided", "Risk", "Told", "as_row", "risks_on", "rows_of", "states_of", "told_claims"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Decided:
    """A decision: the transaction and the day that booked it, and its body; amounts by line where they are stated."""

    txn: int
    booked_on: dt.date
    accepted: bool
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Risk:
    """The policy of a claim on the day of the loss. fields: of the risk; None where nothing stands on that day."""

    number: str
    issued_on: dt.date
    attached: dt.date | None
    state: str | None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """A claim with its facts in order, its decisions and recoveries in order, and its risk."""

    claim: Claim
    facts: tuple[tuple[int, Mapping[str, Any]], ...]
    decisions: tuple[Decided, ...]
    recoveries: tuple[Mapping[str, Any], ...]
    risk: Risk | None

    def lines(self, last: int | None = None) -> Lines:
        """The values of its lines, after all facts or those up to a number; one without facts has its cover's line."""
        return lines_after(self.facts, last) or {str(self.claim.keys.get("cover", "")): {}}


def told_claims(connection: Connection, *where: ColumnElement[bool]) -> list[Told]:
    """The claims that meet the conditions, in the order of their notice."""
    c = t.claim.c
    found = connection.execute(select(t.claim).where(*where).order_by(c.id)).mappings()
    claims = [Claim(**{name: row[name] for name in Claim.__dataclass_fields__}) for row in found]
    ids = select(c.id).where(*where)
    facts = _facts(connection, ids)
    decisions, recoveries = _events(connection, ids)
    risks = _risks(connection, where) if any(one.policy_id is not None for one in claims) else {}
    return [
        Told(
            one,
            tuple(facts.get(one.id, ())),
            tuple(decisions.get(one.id, ())),
            tuple(recoveries.get(one.id, ())),
            risks.get(one.id),
        )
        for one in claims
    ]


def _facts(connection: Connection, ids: Any) -> Mapping[int, list[tuple[int, Mapping[str, Any]]]]:
    f = t.fact.c
    found: dict[int, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    query = select(f.claim_id, f.seq, f.body).where(f.claim_id.in_(ids)).order_by(f.claim_id, f.seq)
    for claim, seq, body in connection.execute(query):
        found[claim].append((seq, body))
    return found


def _events(
    connection: Connection, ids: Any
) -> tuple[Mapping[int, list[Decided]], Mapping[int, list[Mapping[str, Any]]]]:
    e, x = t.claim_event.c, t.txn.c
    decisions: dict[int, list[Decided]] = defaultdict(list)
    recoveries: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    kinds = ("accepted", "declined", "recovered")
    query = select(e.claim_id, e.kind, e.body, x.id, x.booked_on).join(t.txn, x.id == e.txn_id)
    query = query.where(e.claim_id.in_(ids), e.kind.in_(kinds)).order_by(e.claim_id, e.seq)
    for claim, kind, body, txn, booked_on in connection.execute(query):
        if kind == "recovered":
            recoveries[claim].append(body)
        else:
            decisions[claim].append(Decided(txn, booked_on, kind == "accepted", body))
    return decisions, recoveries


def _risks(connection: Connection, where: Iterable[ColumnElement[bool]]) -> dict[int, Risk]:
    return {
        row.id: Risk(row.number, row.issued_on, row.attached, row.state, row.fields or {})
        for row in connection.execute(risks_on(*where))
    }


def risks_on(*where: ColumnElement[bool]) -> Select[Any]:
    """The policy of every claim, with the segment that stands on the day of the loss.

    Columns: the claim's id; number, issued_on, attached, state, fields of the policy.
    """
    c, p, s = t.claim.c, t.policy.c, t.segment.c
    first = select(s.policy_id, func.min(s.valid_from).label("attached")).group_by(s.policy_id).subquery()
    on_day = (s.policy_id == c.policy_id) & (s.valid_from <= c.occurred) & (s.valid_to > c.occurred)
    return (
        select(c.id, p.number, p.issued_on, first.c.attached, s.state, s.fields)
        .join(t.policy, p.id == c.policy_id)
        .outerjoin(t.segment, on_day)
        .outerjoin(first, first.c.policy_id == p.id)
        .where(*where)
        .ext(distinct_on(c.id))
        .order_by(c.id, s.seq.desc())
    )


def rows_of(told: Told, decided: Decided) -> Iterator[Row]:
    """The rows of an accepted claim, one for each line, as a case writes them."""
    seq = decided.body.get("facts")
    amounts = decided.body.get("amounts", {})
    lines = told.lines(None if seq is None else int(seq))
    for line, values in {**lines, **{name: {} for name in amounts if name not in lines}}.items():
        stated = {"amount": amounts[line]} if line in amounts else {}
        yield as_row(told, line, {"determined": decided.body["determined"], **values, **stated})


def as_row(told: Told, line: str, values: Mapping[str, Any]) -> Row:
    """A line of a claim as a row: what the policy says, then what the notice says, then the facts."""
    claim, risk = told.claim, told.risk
    row: Row = {}
    if risk is not None:
        dated = {"issued": risk.issued_on.isoformat(), "policy": risk.number, "insured": risk.number}
        row |= dated if risk.attached is None else {**dated, "attached": risk.attached.isoformat()}
        row |= risk.fields
    row |= {"insured": str(claim.claimant_id), **row, "event": claim.number}
    row |= claim.keys
    row |= {"claim": claim.number, "occurred": claim.occurred.isoformat(), "reported": claim.reported.isoformat()}
    if line:
        row.setdefault("cover", line)
    row |= values
    row.pop("known", None)
    return dict(spelled({name: value for name, value in row.items() if value is not None}))


def states_of(told: Sequence[Told]) -> list[tuple[int, dt.date, list[Row]]]:
    """All rows as they stood after each transaction that decided something: transaction, day of the books, rows."""
    times = sorted({(one.txn, one.booked_on) for claim in told for one in claim.decisions})
    states: list[tuple[int, dt.date, list[Row]]] = []
    for txn, day in times:
        rows: list[Row] = []
        for claim in told:
            known = [one for one in claim.decisions if one.txn <= txn]
            if known and known[-1].accepted:
                rows += rows_of(claim, known[-1])
        latest = max([day, *(before for _, before, _ in states[-1:])])
        states.append((txn, latest, rows))
    return states
