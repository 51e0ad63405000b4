"""A book for tests of policies: a store, a clock that the test sets, programmes laid over a small base."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from quanyu.book import Act, Journal, Library, Refused, publish, writing
from quanyu.book.issuing import issue
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask, quote
from quanyu.book.standing import Policy
from quanyu.book.underwriting import underwrite
from quanyu.language.load import read_programme
from quanyu.language.programme import Programme
from quanyu.store import Store
from quanyu.store.evidence.log import open_log

__all__ = ["BASE", "Desk", "programme", "refusal"]

Given = TypeVar("Given")

BASE = """
programme: t.farm
version: 2026-01-01
name: {zh: 农房, en: Farm houses}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2027-12-31, each: policy}
parties: {insurer: {kind: insurer, name: 甲保险}, city: {kind: government, name: 市财政}}
insured: {fields: {sum: money, village: key, age: int}}
facts: {assessed: {type: money}}
covers: {home: {pays: assessed}}
losses: [{as: cover, party: insurer}]
premium:
  base: sum * 1%
  day_count: actual/365
  from: [{as: subsidy, party: city, share: 40%}, {as: own, party: insured}]
  to: [{as: risk, party: insurer}]
examples: [{rate: {sum: 1000}, expect: 10}]
"""


def programme(changes: Mapping[str, str] | None = None) -> Programme:
    """The base with whole top-level parts replaced or added, each one text without its key."""
    lines = {line.split(":", 1)[0]: line for line in _parts(BASE)}
    lines |= {name: f"{name}: {body}" for name, body in (changes or {}).items()}
    document, findings = read_programme("\n".join(lines.values()) + "\n", "test.yaml")
    assert document is not None, findings
    return document.value


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for line in text.strip().splitlines():
        if line[0].isspace():
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return parts


@dataclass
class Desk:
    """One clerk's work on a book. today: the day of the clock."""

    store: Store
    today: dt.date = dt.date(2026, 1, 1)
    actor: str = "clerk"
    code: str = "t.farm"
    library: Library = field(default_factory=Library)

    def found(self) -> "Desk":
        """Founds the log of an empty book."""
        self.store.transact(lambda connection: open_log(connection, "test.example/book"))
        return self

    def act(self, work: Callable[[Journal], Given], *, actor: str = "", reference: str | None = None) -> Given:
        """One act, at noon of the day."""
        at = dt.datetime.combine(self.today, dt.time(12), dt.timezone(dt.timedelta(hours=8)))

        def whole(connection: Connection) -> Given:
            with writing(connection, Act("test", actor or self.actor, at, "", None, reference)) as journal:
                return work(journal)

        return self.store.transact(whole, isolation="READ COMMITTED")

    def read(self, work: Callable[[Connection], Given]) -> Given:
        """Reads the book."""
        return self.store.transact(work, isolation="REPEATABLE READ")

    def publish(self, changes: Mapping[str, str] | None = None) -> int:
        """Publishes the base with changes."""
        return self.act(lambda j: publish(j, programme({"programme": self.code, **(changes or {})})))

    def quote(
        self, fields: Mapping[str, str], start: dt.date, until: dt.date | None = None, holder: str = "王五"
    ) -> str:
        """The number of a new quote."""
        ask = Ask(self.code, start, until, fields, Person(holder, holder))
        return self.act(lambda j: quote(j, self.library, ask)).number

    def issue(
        self, fields: Mapping[str, str], start: dt.date, until: dt.date | None = None, holder: str = "王五"
    ) -> Policy:
        """A policy by way of a quote."""
        number = self.quote(fields, start, until, holder)
        self.act(lambda j: underwrite(j, self.library, number))
        return self.act(lambda j: issue(j, self.library, number))


def refusal(work: Callable[[], object]) -> set[str]:
    """The codes for which work is refused."""
    try:
        work()
    except Refused as refused:
        return {finding.code for finding in refused.findings}
    return set()
