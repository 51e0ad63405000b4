"""Premiums of many policies → transfers by the fold, where columns do not hold them: budgets, funds, unusual terms."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from quanyu.book.charging import Queue, Risk, charge_all, named_in
from quanyu.book.journal import Journal
from quanyu.book.mass.people import Ids
from quanyu.book.mass.risks import Risks
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.queueing import queues_of, stand_apart
from quanyu.book.versions import Version
from quanyu.formula import names

__all__ = ["charged", "reads_premium"]

_LINES = {"row": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64}


def reads_premium(version: Version) -> bool:
    """Whether terms of the premium flow read the premium of all policies, which grows with each of them."""
    plans = [plan for (flow, _), plan in version.compiled.plans.items() if flow == "premium"]
    steps = [step for plan in plans for step in plan.steps]
    terms = [e for step in steps for e in (step.share, step.when, *(cap.amount for cap in step.caps))]
    terms += [e for step in steps for stage in step.stages for e in (stage.attachment, stage.limit)]
    return any(name.split(".")[0] == "premium" for term in terms if term is not None for name in names(term))


def charged(journal: Journal, risks: Risks, holders: Ids, *, ids: Ids, numbers: Sequence[str]) -> pl.DataFrame:
    """Transfers by row: row, label, payer_id, receiver_id, amount. Policies that share a total have it in their order.

    What the book has of them is written. ids, numbers: of the policies. Raises Refused with what the fold finds.
    """
    version, frame = risks.version, risks.rows.frame
    told = [{name: text for name, text in row.items() if text is not None} for row in risks.kept.iter_rows(named=True)]
    named = {name for fields in told for name in named_in(version, fields)} - version.roles.keys()
    people = {name: Person(f"{version.code}/{name}", name) for name in sorted(named)}
    known = ensure_parties(journal, people.values()) if people else {}
    parties = {name: known[person.code] for name, person in people.items()}
    every = [
        Risk(numbers[n], int(holders[n]), start, issued, told[n], int(risks.premium[n]), int(ids[n]), parties)
        for n, (start, issued) in enumerate(frame.select("start", "issued").iter_rows())
    ]
    row = {int(policy): n for n, policy in enumerate(ids)}
    lines = [
        (row[one.policy_id or 0], one.label, one.payer_id, one.receiver_id, one.amount)
        for group, queue in _queues(journal, version, every)
        for moved in charge_all(version, group, queue)
        for one in moved
    ]
    found = pl.DataFrame(lines, schema=_LINES, orient="row")
    return found[np.argsort(found["row"].to_numpy(), kind="stable")]


def _queues(journal: Journal, version: Version, risks: Sequence[Risk]) -> Iterator[tuple[Sequence[Risk], Queue | None]]:
    if stand_apart(version):
        yield from (([risk], None) for risk in risks)
    else:
        yield from queues_of(journal, version, risks)
