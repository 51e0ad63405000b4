"""Quotes: a risk with its premium sheet, kept, numbered, and good until a day."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.dating import with_own_days
from quanyu.book.days import end_of
from quanyu.book.earning import rate, read_fields
from quanyu.book.journal import Journal, reserve
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.stopping import closed
from quanyu.book.versions import Library, Version, version_on, versions_of
from quanyu.engine.gates import gate_names, unmet
from quanyu.engine.rows import KEYS
from quanyu.language.scalars import Duration
from quanyu.rating import Sheet
from quanyu.settlement.booked import later
from quanyu.terms import Finding, Severity, Text

__all__ = ["Ask", "Event", "Quote", "add_event", "find_quote", "judge", "quote", "sheet_lines", "version_for"]

_VALID = Duration(30, "day")


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. programme: its code; until: the last day of cover, the form of the period's where None."""

    programme: str
    start: dt.date
    until: dt.date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    holder: Person | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a quote, and who did it."""

    seq: int
    kind: str
    body: Mapping[str, Any]
    actor: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote of the book. maker: who made it. expires_on: the last day on which it can be accepted.

    warnings: of a quote just made, why no policy can be issued on it now.
    """

    id: int
    number: str
    version_id: int
    holder_id: int | None
    valid_from: dt.date
    valid_to: dt.date
    fields: Mapping[str, str]
    premium: int
    currency: str
    sheet: Sequence[Mapping[str, str]]
    expires_on: dt.date
    maker: str
    events: tuple[Event, ...]
    warnings: tuple[Finding, ...] = ()

    def event(self, *kinds: str) -> Event | None:
        """The last event of these kinds."""
        return next((one for one in reversed(self.events) if one.kind in kinds), None)


def version_for(journal: Journal, library: Library, code: str, start: dt.date) -> Version:
    """The version under which a policy that starts on a day is written: the one in force then.

    Raises Refused: `unknown-programme`, `no-version-in-force`.
    """
    found = version_on(journal.connection, code, start)
    if found is not None:
        return library.version(journal.connection, found)
    if versions_of(journal.connection, code):
        raise Refused(
            Finding(
                "no-version-in-force",
                None,
                Text(f"{code} 在 {start} 没有一版有效", f"no version of {code} is in force on {start}"),
                Text("核对起期，或发布那一版", "look at the first day, or publish that version"),
            )
        )
    raise Refused(
        Finding(
            "unknown-programme",
            None,
            Text(f"账簿里没有方案 {code}", f"no version of {code} is published"),
            Text("先发布：quanyu book publish 文件", "publish it first: quanyu book publish FILE"),
        )
    )


def judge(version: Version, fields: Mapping[str, str]) -> None:
    """Raises Refused with every field that the programme does not know and every `must` that the risk breaks."""
    wrong = [*_strange(version, fields)]
    if not wrong:
        wrong = unmet(version.compiled, read_fields(version, fields))
    if wrong:
        raise Refused(*wrong)


def _strange(version: Version, fields: Mapping[str, str]) -> Iterator[Finding]:
    compiled, programme = version.compiled, version.programme
    known = {*KEYS, *compiled.kinds, *programme.states, *programme.values, *gate_names(compiled)}
    known |= compiled.rating.reads if compiled.rating is not None else set()
    known |= {term for plan in programme.plans.values() for term in plan}
    for name in fields.keys() - known:
        near = get_close_matches(name, known, 1, 0.6)
        remedy = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?") if near else Text(
            "看 insured.fields", "look at insured.fields"
        )  # fmt: skip
        yield Finding("unknown-field", None, Text(f"方案里没有“{name}”", f"the programme has no `{name}`"), remedy)


def quote(journal: Journal, library: Library, ask: Ask) -> Quote:
    """A quote, kept with its sheet; of a programme that is closed to new business with a warning.

    Raises Refused, among others with `must-not-met` and `no-premium`.
    """
    version = version_for(journal, library, ask.programme, ask.start)
    end = end_of(version.programme, ask.start, ask.until)
    fields = with_own_days(version, ask.fields, attached=ask.start, issued=journal.booked_on)
    judge(version, fields)
    sheet = rate(version, fields, (ask.start, end))
    holder = None if ask.holder is None else ensure_parties(journal, [ask.holder])[ask.holder.code]
    number = reserve(journal.connection, "quote_id")
    made = Quote(
        id=number,
        number=f"{version.code}-Q{ask.start.year}-{number}",
        version_id=version.id,
        holder_id=holder,
        valid_from=ask.start,
        valid_to=end,
        fields=fields,
        premium=sheet.fen,
        currency=version.currency,
        sheet=sheet_lines(sheet),
        expires_on=later(journal.booked_on, version.programme.underwriting.valid or _VALID),
        maker=journal.act.actor,
        events=(),
        warnings=tuple(_warned(journal, version)),
    )
    written = {c.name: getattr(made, c.name) for c in t.quote.columns if c.name != "txn_id"}
    journal.write(t.quote, [written])
    journal.touch("quote", number)
    return made


def _warned(journal: Journal, version: Version) -> Iterator[Finding]:
    for one in closed(journal.connection, version, journal.booked_on):
        yield replace(one, severity=Severity.WARNING)


def sheet_lines(sheet: Sheet) -> list[dict[str, str]]:
    """A premium sheet as texts, exact numbers as fractions."""
    names = ("kind", "name", "source", "raw", "held", "running", "key", "row")
    return [{name: str(getattr(line, name)) for name in names} for line in sheet.lines]


def find_quote(connection: Connection, number: str, *, lock: bool = False) -> Quote:
    """A quote by its number. lock: nobody else decides on it before this transaction ends. Raises Refused."""
    query = select(t.quote, t.txn.c.actor).join(t.txn, t.txn.c.id == t.quote.c.txn_id).where(t.quote.c.number == number)
    row = connection.execute(query.with_for_update(of=t.quote) if lock else query).mappings().first()
    if row is None:
        raise Refused(
            Finding(
                "unknown-quote",
                None,
                Text(f"账簿里没有报价 {number}", f"there is no quote {number} in the book"),
                Text("核对报价号", "look at its number"),
            )
        )
    e = t.quote_event.c
    events = select(e.seq, e.kind, e.body, t.txn.c.actor).join(t.txn, t.txn.c.id == e.txn_id)
    happened = connection.execute(events.where(e.quote_id == row["id"]).order_by(e.seq))
    own = {c.name: row[c.name] for c in t.quote.columns if c.name != "txn_id"}
    return Quote(**own, maker=row["actor"], events=tuple(Event(*one) for one in happened))


def add_event(journal: Journal, one: Quote, kind: str, body: Mapping[str, Any]) -> None:
    """Writes what happened to a quote."""
    seq = len(one.events) + 1
    journal.write(t.quote_event, [{"quote_id": one.id, "seq": seq, "kind": kind, "body": dict(body)}])
    journal.touch("quote", one.id)
