"""Policies that share a budget or a fund: the increments of their premium in the order in which they were booked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, func, select, text

from quanyu.book import tables as t
from quanyu.book.charging import OWN, Queue, Risk, row_of, stands_alone
from quanyu.book.earning import mean_fields
from quanyu.book.journal import Journal
from quanyu.book.premiums import opening_gaps
from quanyu.book.standing import painted, segments_of
from quanyu.book.versions import Version
from quanyu.waterfall import Deposit, Held, Known, Outcome, Plan, Premium, Row, Taker, hold
from quanyu.waterfall.history import Mark, normalise
from quanyu.waterfall.plan import Cap, Stage

__all__ = ["lock_programme", "queue_of", "queues_of", "stand_apart"]


def lock_programme(journal: Journal, version: Version) -> None:
    """Nobody else books what shares a total of the programme before this transaction ends; nothing where there is none.

    It comes after the rows of policies and quotes, and before anything is written: the id of the act is then later than
    those of all who booked before, and `queue_of` has them in their order.
    """
    if stand_apart(version):
        return
    journal.connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended('programme', :id))"), {"id": version.programme_id}
    )


def queue_of(journal: Journal, version: Version, risk: Risk, added: int) -> Queue | None:
    """The increments among which a policy stands, what others have of a budget standing; None where it stands alone.

    added: what this act adds to its premium, in fen, the last increment of all; no segment of it is written yet. The
    policies of one version share its budgets. The increments are what segments add to the premium, in the order of the
    transactions; the terms are those of each risk as its days have it now.
    """
    if stand_apart(version):
        return None
    return _queue(journal.connection, version, [risk], [(risk.number, added)] if added else [])


def queues_of(journal: Journal, version: Version, risks: Sequence[Risk]) -> Iterator[tuple[Sequence[Risk], Queue]]:
    """The same for many new policies that share running totals, each of which adds its premium in their order.

    Those that share none with the others, such as of other years, are in a queue of their own.
    """
    groups: dict[int, list[Risk]] = defaultdict(list)
    for risk in risks:
        groups[risk.start.year if _by_year(version) else 0].append(risk)
    for group in groups.values():
        yield group, _queue(journal.connection, version, group, [(one.number, one.premium) for one in group])


def _queue(connection: Connection, version: Version, new: Sequence[Risk], added: Sequence[tuple[str, int]]) -> Queue:
    """The increments of the policies that share totals with those that are looked at, what they add being the last."""
    found, among = version.compiled.plans, _among(version, new[0])
    risks = {one.number: one for one in _risks(connection, version, among)} | {one.number: one for one in new}
    keyed = {number: row_of(version, one, 0, 0) for number, one in risks.items()}
    before = [
        replace(keyed[number], amount=amount, instant=place)
        for place, (number, amount) in enumerate(_increments(connection, among), 1)
    ]
    now = [
        *before,
        *(
            replace(keyed[number], amount=amount, instant=place)
            for place, (number, amount) in enumerate(added, len(before) + 1)
            if amount
        ),
    ]
    premium = tuple(Premium(one.premium, keyed[number].keys) for number, one in risks.items())
    plan = found.get(("premium", "from"))
    held = Held() if plan is None else _held(connection, plan, before, now)
    return Queue(tuple(now), premium, tuple(_deposits(connection, version)), held)


def stand_apart(version: Version) -> bool:
    """Whether the premium of no policy depends on another's."""
    found = version.compiled.plans
    return all(stands_alone(found[key]) for key in (("premium", "from"), ("premium", "to")) if key in found)


def _by_year(version: Version) -> bool:
    """Whether only policies of one year share totals."""
    found = version.compiled.plans
    plans = [found[key] for key in (("premium", "from"), ("premium", "to")) if key in found]
    steps = [step for plan in plans for step in plan.steps]
    terms: list[Stage | Cap] = [term for step in steps for part in (step.stages, step.caps) for term in part]
    shared = [term.columns for term in terms if term.scope not in OWN]
    return all("period" in columns for columns in shared) and not any(step.taker is Taker.ACCOUNT for step in steps)


def _among(version: Version, risk: Risk) -> list[ColumnElement[bool]]:
    """Conditions on the policies that can share a total: those of the version, of one year where all totals are."""
    own = [t.policy.c.version_id == version.id]
    if not _by_year(version):
        return own
    first = select(t.segment.c.policy_id).where(
        t.segment.c.seq == 1, func.extract("year", t.segment.c.valid_from) == risk.start.year
    )
    return [*own, t.policy.c.id.in_(first)]


def _risks(connection: Connection, version: Version, among: Sequence[ColumnElement[bool]]) -> Iterator[Risk]:
    """Policies of a version as its premium flow reads them now."""
    query = select(t.policy).where(*among)
    segments = segments_of(connection, query.with_only_columns(t.policy.c.id))
    for row in connection.execute(query).mappings():
        own = segments.get(row["id"], ())
        if own:
            pieces, premium = painted(own), sum(one.premium for one in own)
            fields = mean_fields(version, pieces)
            yield Risk(
                row["number"], row["holder_id"], pieces[0].valid_from, row["issued_on"], fields, premium, row["id"]
            )


def _increments(connection: Connection, among: Sequence[ColumnElement[bool]]) -> list[tuple[str, int]]:
    """The policy and the amount of every increment of premium, in the order of the transactions."""
    s, p = t.segment.c, t.policy.c
    query = select(p.number, s.premium).join(t.policy, p.id == s.policy_id)
    query = query.where(*among, s.premium != 0).order_by(s.txn_id, s.policy_id, s.seq)
    return [(number, int(amount)) for number, amount in connection.execute(query)]


def _held(connection: Connection, plan: Plan, before: Sequence[Row], now: Sequence[Row]) -> Held:
    """What stands as booked in steps that do not reopen, read from the transfers by the labels of the steps."""
    labels = [step.label for step in plan.steps]
    paths = {s.label: s.path for s in plan.steps if not s.reopen and labels.count(s.label) == 1}
    increments = normalise(plan, before)[0]
    taken = _taken(connection, [row.claim for row in before], list(paths)) if paths and before else {}
    booked: dict[tuple[str, Mark], int] = {}
    for increment in increments:
        for label, path in paths.items():
            left = taken.get((increment.claim, label), 0)
            booked[path, increment.mark] = part = min(left, int(increment.amount))
            taken[increment.claim, label] = left - part
    instant = max((row.instant for row in before), default=0)
    outcome = Outcome(plan, 100, tuple(increments), {}, (), {}, (), booked)
    return hold(plan, [Known(instant, tuple(before), outcome)] if before else [], now, instant + 1)


def _taken(connection: Connection, numbers: Sequence[str], labels: Sequence[str]) -> dict[tuple[str, str], int]:
    """What each policy's steps are booked, in fen: what went between two parties less what came back."""
    c, p = t.transfer.c, t.policy.c
    query = select(p.number, c.label, c.payer_id, c.receiver_id, func.sum(c.amount)).join(t.policy, p.id == c.policy_id)
    query = query.where(c.stage == "due", c.flow == "premium", c.label.in_(labels), p.number.in_(sorted(set(numbers))))
    between: dict[tuple[str, str, int, int], int] = defaultdict(int)
    for number, label, payer, receiver, amount in connection.execute(
        query.group_by(p.number, c.label, c.payer_id, c.receiver_id)
    ):
        sign = 1 if payer < receiver else -1
        between[number, label, min(payer, receiver), max(payer, receiver)] += sign * int(amount)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (number, label, _, _), amount in between.items():
        found[number, label] += abs(amount)
    return found


def _deposits(connection: Connection, version: Version) -> Iterator[Deposit]:
    """What flows other than premium, and other versions, have moved into and out of the accounts of a version, before
    all increments."""
    c, gaps = t.transfer.c, opening_gaps(connection, version)
    for name in version.programme.accounts:
        account = version.roles[name]
        moved = (c.flow != "premium") | c.version_id.is_distinct_from(version.id)
        other = (c.stage == "due", moved, c.label != "opening")
        sums = [
            connection.execute(select(func.coalesce(func.sum(c.amount), 0)).where(side == account, *other)).scalar_one()
            for side in (c.receiver_id, c.payer_id)
        ]
        if net := gaps.get(name, 0) + int(sums[0] - sums[1]):
            yield Deposit(name, 0, net)
