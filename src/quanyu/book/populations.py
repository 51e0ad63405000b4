"""Programmes without policies: the premium of a period, and the money that accounts begin with."""

import datetime as dt

from sqlalchemy import select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.charging import Risk, charge
from quanyu.book.earning import rate
from quanyu.book.journal import Journal, Money
from quanyu.book.parties import outside
from quanyu.book.quotes import version_for
from quanyu.book.versions import Library, Version, version_on, versions_of
from quanyu.formula import Expression, constant, parse
from quanyu.language.scalars import Duration
from quanyu.settlement.booked import later
from quanyu.terms import Finding, Text

__all__ = ["open_accounts", "period_premium", "premium_reference"]


def premium_reference(code: str, period: str) -> str:
    """Under which the premium of a period is booked once only."""
    return f"premium/{code}/{period}"


def period_premium(journal: Journal, library: Library, code: str, period: int) -> list[Money]:
    """Books the premium of a calendar year for a programme whose premium is that of a period.

    The act has the reference that `premium_reference` gives (ValueError without it), so it is done once. Raises
    Refused: `unknown-programme`, `no-version-in-force`, `no-premium`, and
    `premium-at-end` for what is due at the end of the year before its last day.
    """
    if journal.act.reference != premium_reference(code, str(period)):
        raise ValueError("the premium of a period is booked under its reference")
    first = dt.date(period, 1, 1)
    version = _version_in(journal, library, code, first)
    premium = version.programme.premium
    if premium is None or (premium.each or "period") != "period" or version.programme.insured.enrolment != "none":
        raise Refused(
            Finding(
                "no-premium",
                None,
                Text(f"{code} 的保费不按期间收取", f"the premium of {code} is not that of a period"),
                Text("有保单的方案逐单出单", "issue policies where there are any"),
            )
        )
    last = dt.date(period, 12, 31)
    if premium.at == "end" and journal.booked_on < last:
        raise Refused(
            Finding(
                "premium-at-end",
                None,
                Text(f"{code} 的保费在期末收取，{last} 起到期", f"the premium of {code} is due at the end, on {last}"),
                Text("到期末再记", "book it then"),
            )
        )
    start = max(first, version.valid_from)
    sheet = rate(version, {}, (start, later(start, Duration(1, "year"))))
    risk = Risk(str(period), outside(journal), start, journal.booked_on, {}, sheet.fen)
    due = charge(version, risk)
    journal.move(*due)
    return due


def _version_in(journal: Journal, library: Library, code: str, first: dt.date) -> Version:
    """The version in force on the first day of a year, else the first that begins within it."""
    for number in versions_of(journal.connection, code):
        begins = library.version(journal.connection, number).valid_from
        if version_on(journal.connection, code, first) is None and begins.year == first.year:
            return library.version(journal.connection, number)
    return version_for(journal, library, code, first)


def open_accounts(journal: Journal, library: Library, version: int) -> list[Money]:
    """Books what the accounts of a version begin with, once for an account: from outside, due and paid."""
    found = library.version(journal.connection, version)
    c = t.transfer.c
    moved: list[Money] = []
    for name, account in found.programme.accounts.items():
        parsed = parse(account.opening.text, account.opening.place)
        value = constant(parsed) if isinstance(parsed, Expression) else None
        fen = 0 if value is None else int(value * 100)
        receiver = found.roles[name]
        known = select(c.id).where(c.flow == "fund", c.label == "opening", c.receiver_id == receiver)
        if fen > 0 and journal.connection.execute(known).first() is None:
            giver = outside(journal)
            moved += [
                Money(stage, "fund", "opening", giver, receiver, fen, found.currency, found.id)
                for stage in ("due", "paid")
            ]
    journal.move(*moved)
    # A later version of the same act looks for it among the transfers.
    journal.settle()
    return moved
