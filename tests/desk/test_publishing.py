"""Programmes published: all versions of a folder in one act; accounts open once."""

import datetime as dt
from pathlib import Path

from quanyu.desk.accounts import Asked, FundPeriod, funds
from quanyu.desk.booking import Book, found_log
from quanyu.desk.publishing import Published, publish_files
from quanyu.store import Store

NOW = dt.datetime(2026, 1, 2, 4, tzinfo=dt.UTC)
TEXT = """programme: t.fund
version: {day}
name: {{zh: 基金, en: Fund}}
family: property
illustrative: [all]
period: {{from: {day}, each: year, basis: occurring}}
parties: {{city: {{kind: government, name: {{zh: 市财政, en: City}}}}}}
accounts: {{reserve: {{owner: city, opening: 1000, name: {{zh: 准备金, en: Reserve}}}}}}
insured: {{unit: household, enrolment: none}}
facts: {{assessed: {{type: money}}}}
covers: {{home: {{pays: assessed}}}}
losses: [{{as: fund, party: reserve}}, {{as: last, party: city}}]
examples: [{{cover: home, env: {{assessed: 10}}, expect: 10}}]
"""


def test_an_account_opens_once_for_all_versions_of_one_act(store: Store, tmp_path: Path) -> None:
    with store.begin() as connection:
        found_log(connection, {})
    for day in ("2026-01-01", "2027-01-01"):
        (tmp_path / f"{day}.yaml").write_text(TEXT.format(day=day), "utf-8")
    book = Book(store, lambda: NOW, "clerk")
    opened = [one.opened for one in publish_files(book, [tmp_path]) if isinstance(one, Published)]
    assert opened == [100_000, 0]
    (fund,) = funds(book, Asked(dt.date(2026, 12, 31)), "准备金")
    assert isinstance(fund, FundPeriod)
    assert fund.period.closing == 100_000
