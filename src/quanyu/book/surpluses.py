"""The result of periods that have ended, handed on as the programme says, and booked as a difference."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, func, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal, Money
from quanyu.book.ledger import booked, difference, netted
from quanyu.book.parties import outside
from quanyu.book.premiums import deposit_rows, premium_rows, yuan
from quanyu.book.settling import Group
from quanyu.book.told import rows_of, told_claims
from quanyu.book.versions import Library, Version, versions_of
from quanyu.language.programme import Case, spelled
from quanyu.settlement import Settled, settle
from quanyu.settlement.settle import transfers
from quanyu.terms import Finding, Text

__all__ = ["ended_periods", "share_surpluses"]


def ended_periods(version: Version, through: dt.date) -> dict[str, dt.date]:
    """The years of a version that are over on a day, with their last days."""
    last = dt.date.max if version.valid_to is None else version.valid_to - dt.timedelta(days=1)
    years = range(version.valid_from.year, min(through, last).year + 1)
    ends = {str(year): min(dt.date(year, 12, 31), last) for year in years}
    return {period: end for period, end in ends.items() if end <= through}


def share_surpluses(journal: Journal, library: Library, code: str, through: dt.date) -> dict[str, int]:
    """Shares the surplus of every period of a programme that is over on a day; gives them in fen, below zero a deficit.

    Premium and losses are those of the book now, so what was shared before and has changed since moves back or on.
    Raises Refused: `unknown-programme`, `no-flow` where none of its versions has a surplus, what settlement finds.
    """
    versions = [library.version(journal.connection, number) for number in versions_of(journal.connection, code)]
    shared = [version for version in versions if version.programme.surplus is not None]
    if not shared:
        raise Refused(_without(code) if versions else _unknown(code))
    amounts: dict[str, int] = defaultdict(int)
    for version in shared:
        lock = func.hashtextextended(f"settle {version.programme_id}", 0)
        journal.connection.execute(select(func.pg_advisory_xact_lock(lock)))
        for period, amount in _share(journal, version, ended_periods(version, through)).items():
            amounts[period] += amount
    return dict(amounts)


def _share(journal: Journal, version: Version, ended: Mapping[str, dt.date]) -> Mapping[str, int]:
    if not ended:
        return {}
    settled = _settled(journal.connection, version, ended)
    x = t.transfer.c
    stands = booked(journal.connection, x.version_id == version.id, x.flow == "surplus", x.stage == "due")
    wanted = netted(_moved(journal, version, settled))
    journal.move(*difference(wanted, stands))
    return {} if settled.shared is None else settled.shared.amounts


def _settled(connection: Connection, version: Version, ended: Mapping[str, dt.date]) -> Settled:
    told = told_claims(connection, t.claim.c.version_id == version.id)
    accepted = [one for one in told if one.decisions and one.decisions[-1].accepted]
    case = Case.model_validate(
        {
            "case": {"zh": "账簿", "en": "the book"},
            "programme": version.code,
            "premium": [*_of_policies(connection, version), *_of_periods(connection, version)],
            "deposits": [*deposit_rows(connection, version), *_taken_back(connection, version)],
            "ended": {period: end.isoformat() for period, end in ended.items()},
        }
    )
    group = Group(version, tuple(accepted))
    done = settle(version.compiled, case, [row for one in group.told for row in rows_of(one, one.decisions[-1])])
    if isinstance(done, list):
        raise Refused(*done)
    return done


def _of_policies(connection: Connection, version: Version) -> list[dict[str, object]]:
    return [row for row in premium_rows(connection, version) if "policy" in row]


def _of_periods(connection: Connection, version: Version) -> Iterator[dict[str, object]]:
    """Premium without a policy: that of the year in which it is booked."""
    x = t.transfer.c
    year = func.extract("year", x.booked_on)
    query = select(year, func.sum(x.amount)).where(
        x.version_id == version.id, x.flow == "premium", x.stage == "due", x.policy_id.is_(None)
    )
    for number, amount in connection.execute(query.group_by(year).order_by(year)):
        yield spelled({"period": str(int(number)), "amount": yuan(int(amount))})


def _taken_back(connection: Connection, version: Version) -> Iterator[dict[str, object]]:
    """What was shared before, out of the accounts again: settlement shares all of it anew."""
    accounts = {version.roles[name]: name for name in version.programme.accounts if name in version.roles}
    x = t.transfer.c
    for side, sign in ((x.receiver_id, -1), (x.payer_id, 1)):
        own = (side.in_(list(accounts)), x.version_id == version.id, x.stage == "due", x.flow == "surplus")
        query = select(side, x.booked_on, func.sum(x.amount)).where(*own).group_by(side, x.booked_on)
        for party, day, amount in connection.execute(query.order_by(x.booked_on, side)):
            row = {"account": accounts[party], "at": day.isoformat(), "amount": yuan(sign * int(amount))}
            yield spelled(row)


def _moved(journal: Journal, version: Version, settled: Settled) -> Iterator[Money]:
    """Who hands the surplus on to whom; from outside of the book where the programme does not say from whom."""
    shared = settled.shared
    if shared is None or shared.received is None:
        return
    kind = ("due", "surplus")
    if shared.given is not None:
        for one in transfers(shared.given, shared.received):
            pair = (version.roles[one.payer], version.roles[one.receiver])
            if pair[0] != pair[1]:
                yield Money(*kind, one.label, *pair, one.amount, version.currency, version.id)
        return
    for (_, step, party), amount in shared.received.takes.items():
        label = shared.received.plan.steps[step].label
        if amount:
            pair = (outside(journal), version.roles[party])
            yield Money(*kind, label, *pair, int(amount), version.currency, version.id)


def _unknown(code: str) -> Finding:
    reason = Text(f"账簿里没有方案“{code}”", f"the book has no programme `{code}`")
    return Finding("unknown-programme", None, reason, Text("先发布它", "publish it first"))


def _without(code: str) -> Finding:
    reason = Text(f"方案 {code} 没有写结余归谁", f"{code} does not say who keeps the surplus")
    return Finding("no-flow", None, reason, Text("在方案里写 surplus", "write `surplus` in the programme"))
