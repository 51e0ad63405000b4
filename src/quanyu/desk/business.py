"""A year of business in one go: programmes published, a portfolio issued, recorded cases settled and paid, accounts."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quanyu.book.balances import TrialBalance
from quanyu.book.mass.table import Issued
from quanyu.book.statements import Name
from quanyu.desk.accounts import Asked, statement, today, trial
from quanyu.desk.booking import Book
from quanyu.desk.certifying import certify, write_certified
from quanyu.desk.delivery import deliver_statement
from quanyu.desk.intake.opened import Source
from quanyu.desk.open import OpenedCase, files_of, open_case
from quanyu.desk.policies import charge_period
from quanyu.desk.publishing import publish_files
from quanyu.desk.register import issue_file
from quanyu.desk.replay import Replayed, replay_case
from quanyu.terms import Finding

__all__ = ["Business", "run_business"]

Tell = Callable[[str], None]
_SINCE = dt.date(2000, 1, 1)
_PEOPLE = frozenset({"person", "insured", "members", "other"})


@dataclass(frozen=True)
class Business:
    """What was done: versions published, policies issued, cases by their names, the balance of all, the papers."""

    versions: int
    issued: int
    cases: tuple[tuple[str, Replayed], ...]
    trial: TrialBalance
    papers: tuple[Path, ...]


def run_business(book: Book, programmes: Path, out: Path, *, language: str, tell: Tell) -> Business | list[Finding]:
    """Publishes the programmes of a folder, issues its `portfolio.csv`, replays its recorded cases and pays them.

    A statement of every institution and account with money, and the certificate of the portfolio's first policy, are
    written into `out`. Whatever was done before is left as it is.
    """
    tell("publish")
    published = publish_files(book, [programmes])
    if published and isinstance(published[0], Finding):
        return [one for one in published if isinstance(one, Finding)]
    tell("portfolio")
    issued = issue_file(book, Source(programmes / "portfolio.csv"))
    if isinstance(issued, list):
        return issued
    cases: list[tuple[str, Replayed]] = []
    for opened in _recorded(programmes):
        tell(opened.path.stem)
        if findings := _premium_of(book, opened):
            return findings
        done = replay_case(book, opened)
        if isinstance(done, list):
            return done
        cases.append((opened.case.case.inside(language), done))
    tell("accounts")
    papers = [*_statements(book, out, language), *_certificate(book, programmes / "portfolio.csv", out)]
    count = issued.policies if isinstance(issued, Issued) else 0
    return Business(len(published), count, tuple(cases), trial(book, Asked(today(book))), tuple(papers))


def _recorded(programmes: Path) -> Iterator[OpenedCase]:
    for path in files_of([programmes], (".case",)):
        opened = open_case(path)
        if isinstance(opened, OpenedCase) and opened.case.recorded and opened.case.flow == "losses":
            yield opened


def _premium_of(book: Book, opened: OpenedCase) -> list[Finding]:
    """The premium of the period of a case whose programme has no policies."""
    programme = opened.under.programme
    if programme.insured.enrolment != "none":
        return []
    done = charge_period(book, programme.programme, programme.version.year)
    return [one for one in done if isinstance(one, Finding) and one.code != "premium-booked"]


def _statements(book: Book, out: Path, language: str) -> Iterator[Path]:
    """One workbook for each institution and account that money was moved to or from."""
    out.mkdir(parents=True, exist_ok=True)
    asked = Asked(today(book), _SINCE)
    for party in _with_money(trial(book, asked)):
        one = statement(book, party.code, asked)
        if not isinstance(one, list):
            name = "".join(c if c.isalnum() else "-" for c in party.text.inside(language)).strip("-")
            yield from deliver_statement(book, one, asked, out / f"{name}.xlsx", language)


def _with_money(found: TrialBalance) -> Sequence[Name]:
    parties = {b.party.id: b.party for b in found.balances if b.party is not None}
    return sorted((p for p in parties.values() if p.kind not in _PEOPLE), key=lambda p: p.code)


def _certificate(book: Book, portfolio: Path, out: Path) -> list[Path]:
    number = portfolio.read_text("utf-8").splitlines()[1].split(",")[1]
    done = certify(book, number)
    written = [] if isinstance(done, list) else write_certified(done, out / f"{number}.pdf")
    return [path for path in written if isinstance(path, Path)]
