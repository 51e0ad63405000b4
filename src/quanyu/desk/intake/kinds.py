"""What the tables brought in row by row do with a row: claims, bills, facts, declarations, exposures, payments."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Protocol

from quanyu.book import Journal, Library, Refused, writing
from quanyu.book.amounts import fen_of
from quanyu.book.claims import Notice, notify
from quanyu.book.closings import books_closed, closed_through
from quanyu.book.collecting import collect
from quanyu.book.declarations import Declared, declare
from quanyu.book.facts import Statement, state_facts
from quanyu.book.masters import Member, add_member
from quanyu.book.occurrences import Happened, ensure_occurrence
from quanyu.book.parties import Person
from quanyu.book.reserving import reserve_claim
from quanyu.book.showing import party_named
from quanyu.book.standing import find_policy
from quanyu.desk.intake.cells import Cells
from quanyu.desk.intake.headings import HEADINGS
from quanyu.desk.intake.how import Line
from quanyu.terms import Text

__all__ = ["KINDS", "Kind"]

_KEYS = ("event", "insured", "period", "plan", "currency")
"""What a claim is noticed with; everything else is stated of it."""


class Kind(Protocol):
    """The work on a table. Rows come in their order, in one database transaction."""

    def row(self, cells: Cells) -> None:
        """One row. Raises Refused; cells that are wrong are among the cells' findings."""

    def close(self) -> None:
        """After the last row."""

    def lines(self) -> Sequence[Line]:
        """What came of it."""


@dataclass
class Claims:
    """Claims, a row each; rows of one number are lines of one claim. itemised: every row is a line of its own."""

    journal: Journal
    library: Library
    itemised: bool = False
    seen: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    stated: int = 0
    reserved: int = 0

    def row(self, cells: Cells) -> None:
        """Notices the claim with its first row, then states what the row says."""
        number = cells.needed("claim") if self.itemised else cells.text("claim")
        if number is not None and number in self.refused:
            return
        try:
            if number is None or number not in self.seen:
                number = self._notified(cells, number)
            self.seen[number] += 1
            self._told(cells, number)
        except Refused:
            self.refused |= {number} if number is not None else set()
            raise

    def _notified(self, cells: Cells, number: str | None) -> str:
        notice, happened = _notice(cells, number)
        if cells.findings:
            raise Refused
        if happened is not None:
            ensure_occurrence(self.journal, happened)
        claim = notify(self.journal, self.library, notice).number
        self.seen[claim] = 0
        return claim

    def _told(self, cells: Cells, number: str) -> None:
        """What is stated of the claim, and its reserve."""
        own = {name: value for name, value in cells.rest(HEADINGS["claims"]).items() if name not in _KEYS}
        cover = cells.text("cover")
        line = cells.text("line")
        if self.itemised and line is None:
            line = f"{cover or ''} {self.seen[number]}".strip()
        known = cells.day("known", cells.day("reported", self.journal.booked_on))
        if cells.findings:
            raise Refused
        if own:
            values = {**({"cover": cover} if cover is not None else {}), **own}
            reporter = cells.text("reported_by") or self.journal.act.actor
            state_facts(self.journal, self.library, number, Statement(values, reporter, known, line))
            self.stated += 1
        if (reserve := cells.text("reserve")) is not None:
            reserve_claim(self.journal, self.library, number, reserve, line)
            self.reserved += fen_of(reserve)
            self.journal.settle()

    def close(self) -> None:
        """Nothing is left to do."""

    def lines(self) -> Sequence[Line]:
        """Claims, facts and reserves."""
        yield_reserve = [Line(Text("估损", "estimates"), amount=self.reserved)] if self.reserved else []
        return [Line(Text("赔案", "claims"), len(self.seen)), Line(Text("事实", "facts"), self.stated), *yield_reserve]


def _notice(cells: Cells, number: str | None) -> tuple[Notice, Happened | None]:
    occurred = cells.day("occurred")
    code, named = cells.text("occurrence"), cells.text("occurrence_name")
    happened = Happened(code, named, occurred) if code is not None and named is not None else None
    claimant = cells.text("claimant")
    person = None if claimant is None else Person(cells.text("claimant_id") or claimant, claimant)
    policy = cells.text("policy")
    keys = {name: text for name in (*_KEYS, "cover") if (text := cells.text(name)) is not None}
    programme = (cells.text("programme") or "") if policy is not None else cells.needed("programme")
    reported = cells.day("reported", occurred)
    return Notice(programme, occurred, reported, person, policy, code, keys, number=number), happened


@dataclass
class Facts:
    """Facts of claims that are in the book, a row a line of a claim."""

    journal: Journal
    library: Library
    stated: int = 0

    def row(self, cells: Cells) -> None:
        """States what the row says."""
        number, known = cells.needed("claim"), cells.day("known", self.journal.booked_on)
        if cells.findings:
            raise Refused
        reserved = [name for name in HEADINGS["facts"] if name != "cover"]
        values, reporter = cells.rest(reserved), cells.text("reported_by") or self.journal.act.actor
        state_facts(self.journal, self.library, number, Statement(values, reporter, known, cells.text("line")))
        self.stated += 1

    def close(self) -> None:
        """Nothing is left to do."""

    def lines(self) -> Sequence[Line]:
        """How many were stated."""
        return [Line(Text("事实", "facts"), self.stated)]


@dataclass
class Declarations:
    """What is declared under open policies, a row each."""

    journal: Journal
    library: Library
    declared: int = 0
    premium: int = 0

    def row(self, cells: Cells) -> None:
        """Declares the risk of the row."""
        number, start = cells.needed("policy"), cells.day("start")
        until = cells.day("end") if cells.text("end") is not None else None
        if cells.findings:
            raise Refused
        said = Declared(start, until, cells.rest(HEADINGS["declarations"]), cells.text("number"))
        made = declare(self.journal, self.library, number, said)
        self.journal.settle()
        self.declared += 1
        self.premium += made.premium

    def close(self) -> None:
        """Nothing is left to do."""

    def lines(self) -> Sequence[Line]:
        """How many, with their premium."""
        return [Line(Text("申报", "declarations"), self.declared, self.premium)]


@dataclass
class Exposures:
    """The schedule of master policies: a member with its exposure each row, by the day on which it joins."""

    journal: Journal
    library: Library
    joined: int = 0
    premium: int = 0

    def row(self, cells: Cells) -> None:
        """Adds the member of the row."""
        number, holder, start = cells.needed("policy"), cells.needed("holder"), cells.day("start")
        if cells.findings:
            raise Refused
        person = Person(cells.text("holder_id") or holder, holder)
        member = Member(person, start, cells.rest(HEADINGS["exposures"]), cells.text("number"))
        made = add_member(self.journal, self.library, number, member)
        self.journal.settle()
        self.joined += 1
        self.premium += made.premium

    def close(self) -> None:
        """Nothing is left to do."""

    def lines(self) -> Sequence[Line]:
        """How many, with their premium."""
        return [Line(Text("成员", "members"), self.joined, self.premium)]


@dataclass
class Payments:
    """Premium that came in, a row each, as banks list it; every day of the list is an act of its own."""

    journal: Journal
    library: Library
    days: dict[dt.date, Journal] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    paid: int = 0
    amount: int = 0

    def row(self, cells: Cells) -> None:
        """Books what the payer paid for the policy."""
        number, day = cells.needed("policy"), cells.day("paid", self.journal.booked_on)
        if cells.findings:
            raise Refused
        connection = self.journal.connection
        payer, written = cells.text("payer"), cells.text("amount")
        payer_id = find_policy(connection, number).holder_id if payer is None else party_named(connection, payer)
        journal = self._on(day, cells)
        moved = collect(journal, number, payer_id=payer_id, amount=None if written is None else fen_of(written))
        journal.settle()
        self.paid += 1
        self.amount += sum(money.amount for money in moved)

    def _on(self, day: dt.date, cells: Cells) -> Journal:
        if day == self.journal.booked_on:
            return self.journal
        through = closed_through(self.journal.connection)
        if through is not None and day <= through:
            raise Refused(replace(books_closed(day, through), place=cells.rows.place(cells.row, "paid")))
        if day not in self.days:
            act = replace(self.journal.act, booked=day, reference=None)
            self.days[day] = self.stack.enter_context(writing(self.journal.connection, act))
        return self.days[day]

    def close(self) -> None:
        """Closes the acts of the days."""
        self.stack.close()

    def lines(self) -> Sequence[Line]:
        """How many, and how much in all."""
        return [Line(Text("缴费", "payments"), self.paid, self.amount)]


def _bills(journal: Journal, library: Library) -> Claims:
    return Claims(journal, library, itemised=True)


KINDS: Mapping[str, tuple[Callable[[Journal, Library], Kind], Sequence[str]]] = {
    "claims": (Claims, ("occurred",)),
    "bills": (_bills, ("claim", "cover", "occurred")),
    "facts": (Facts, ("claim",)),
    "declarations": (Declarations, ("policy", "start")),
    "exposures": (Exposures, ("policy", "holder", "start")),
    "payments": (Payments, ("policy",)),
}
"""By kind: its work, and the columns that a table has to have."""
