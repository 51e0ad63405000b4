"""Accounts as papers: the values of statements, bordereaux, subsidies and funds as `documents` writes them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quanyu import documents as d
from quanyu.book.statements import SECTIONS, Line, Name, Section, Statement
from quanyu.book.subsidies import LEVELS, Subsidised
from quanyu.desk.accounts import Asked, Bordereau, FundPeriod, evidence_of
from quanyu.desk.booking import Book
from quanyu.terms import Text

__all__ = ["PEOPLE", "Paper", "bordereau_paper", "fund_paper", "heading_of", "statement_paper", "subsidy_paper"]

PEOPLE = Text("投保人、被保险人与索赔人", "policyholders, insureds and claimants")
"""Parties that no programme names, together."""

_STAGES = {"due": Text("应付", "due"), "paid": Text("实付", "paid"), "reserved": Text("估损", "reserved")}


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on every paper of a book at a moment."""

    made: dt.datetime
    evidence: str


def heading_of(book: Book) -> Paper:
    """The time and the evidence."""
    return Paper(book.now().astimezone(ZoneInfo("Asia/Shanghai")), evidence_of(book))


def statement_paper(one: Statement, paper: Paper, currency: str = "CNY") -> d.Statement:
    """A statement of account in one currency."""
    lines = [line for line in one.lines if line.currency == currency]
    return d.Statement(
        heading=_heading(
            Text("账单", "Statement of account"), one.party.text, (one.first, one.last), paper, currency=currency
        ),
        opening=one.opening(currency),
        sections=tuple(_sections(one, lines)),
        closing=one.closing(currency),
    )


def _sections(one: Statement, lines: Iterable[Line]) -> Iterator[d.StatementSection]:
    by: dict[Section, list[Line]] = {}
    for line in lines:
        by.setdefault(line.section, []).append(line)
    for name, title in SECTIONS.items():
        if name in by:
            entries = [entry for line in by[name] for entry in _entries(line, one)]
            yield d.StatementSection(title=title, lines=entries, memo=name == "reserve")


def _entries(line: Line, one: Statement) -> Iterator[d.StatementLine]:
    """Money to the party is its credit while it is owed, and its debit once it was paid."""
    stage = _STAGES[line.stage]
    text = Text(f"{line.label} {stage.zh}", f"{line.label}, {stage.en}")
    for amount, credit in ((line.received, line.stage != "paid"), (line.given, line.stage == "paid")):
        if amount:
            yield d.StatementLine(
                day=line.day or one.first,
                document="" if line.version is None else one.programmes[line.version].zh,
                counterparty=PEOPLE if line.counterparty is None else one.names[line.counterparty].text,
                text=text,
                debit=0 if credit else amount,
                credit=amount if credit else 0,
            )


def bordereau_paper(one: Bordereau, asked: Asked, paper: Paper, currency: str = "CNY") -> d.Bordereau:
    """A member's policies and claims in one currency."""
    premiums = [
        d.BordereauPremium(
            policy=row.policy,
            insured=row.insured,
            first=row.first or asked.since,
            last=row.last or asked.until,
            sum_insured=row.sum_insured or 0,
            premium=row.premium,
            share=row.share,
            own=row.own,
            commission=row.commission,
        )
        for row in one.premiums
        if row.currency == currency
    ]
    losses = [
        d.BordereauLoss(
            claim=row.claim,
            policy=row.policy,
            day=row.occurred,
            loss=row.loss,
            share=row.share,
            own=row.own,
            paid=row.paid,
            outstanding=row.outstanding,
        )
        for row in one.losses
        if row.currency == currency
    ]
    title = Text("业务明细表", "Bordereau")
    days = (asked.since, asked.until)
    heading = _heading(title, one.party.text, days, paper, programme=asked.programme, currency=currency)
    return d.Bordereau(heading=heading, premiums=premiums, losses=losses)


def subsidy_paper(lines: Iterable[Subsidised], asked: Asked, paper: Paper, currency: str = "CNY") -> d.SubsidyStatement:
    """A settlement of subsidies by level of government, of lines of one currency."""
    every = list(lines)
    levels = [level for level in LEVELS if any(level in (*one.due, *one.paid) for one in every)]
    payers: dict[int, Name] = {payer.id: payer for one in every for payer in one.payers}
    party = Text(
        "、".join(p.text.zh for p in payers.values()) or "—", ", ".join(p.text.en for p in payers.values()) or "—"
    )
    return d.SubsidyStatement(
        heading=_heading(
            Text("财政保费补贴结算表", "Settlement of premium subsidies"),
            party,
            (asked.since, asked.until),
            paper,
            programme=asked.programme,
            currency=currency,
        ),
        levels=tuple(LEVELS[level] for level in levels),
        lines=tuple(
            d.SubsidyLine(
                district=Text(one.district or "—", one.district or "—"),
                programme=one.programme,
                policies=one.policies,
                sum_insured=one.sum_insured,
                premium=one.premium,
                own=one.own,
                due=tuple(one.due.get(level, 0) for level in levels),
                paid=tuple(one.paid.get(level, 0) for level in levels),
            )
            for one in every
        ),
    )


def fund_paper(one: FundPeriod, asked: Asked, paper: Paper) -> d.AccountMovements:
    """Income and outgo of an account in the period and since the year began."""
    period, year = (part.movements(part.statement.first) for part in (one.period, one.year))
    keys = list(dict.fromkeys([*year, *period]))
    sides: list[tuple[d.MovementLine, ...]] = []
    for side in (0, 1):
        lines = [
            d.MovementLine(text=_item(*key), period=period.get(key, (0, 0))[side], year=year.get(key, (0, 0))[side])
            for key in keys
        ]
        sides.append(tuple(line for line in lines if line.period or line.year))
    account = one.period.statement.party.text
    return d.AccountMovements(
        heading=_heading(
            Text("基金收支表", "Income and outgo of an account"),
            account,
            (asked.since, asked.until),
            paper,
            currency=one.period.currency,
        ),
        opening=(one.period.opening, one.year.opening),
        income=sides[0],
        outgo=sides[1],
        closing=(one.period.closing, one.year.closing),
    )


def _item(section: Section, label: str) -> Text:
    title = SECTIONS[section]
    return Text(f"{title.zh}：{label}", f"{title.en}: {label}")


def _heading(
    title: Text,
    party: Text,
    days: tuple[dt.date, dt.date],
    paper: Paper,
    *,
    programme: str | None = None,
    currency: str = "CNY",
) -> d.Heading:
    return d.Heading(
        title=title,
        party=party,
        programme=None if programme is None else Text(programme, programme),
        first=days[0],
        last=days[1],
        made=paper.made,
        evidence=paper.evidence,
        currency=currency,
    )
