"""One settled case of parts that were settled under different versions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from quanyu.language.programme import Case
from quanyu.settlement.settle import Settled
from quanyu.waterfall import Outcome, PlanStep
from quanyu.waterfall.history import Amount, Mark
from quanyu.waterfall.outcome import Key

__all__ = ["merged"]


def merged(case: Case, parts: Sequence[tuple[str, Settled]]) -> Settled:
    """The parts as one. parts: what stands above the labels of each (the version's date), and the part."""
    first = parts[0][1]
    outcome = _joined([(name, part.outcome) for name, part in parts])
    received = [(name, part.receivers) for name, part in parts if part.receivers is not None]
    recovered = [(name, part.recovered) for name, part in parts if part.recovered is not None]
    bookings = [replace(entry, step=f"{name}/{entry.step}") for name, part in parts for entry in part.bookings]
    return replace(
        first,
        case=case,
        history=replace(
            first.history,
            rows=tuple(row for _, part in parts for row in part.history.rows),
            premium=tuple(row for _, part in parts for row in part.history.premium),
            deposits=tuple(row for _, part in parts for row in part.history.deposits),
        ),
        outcome=outcome,
        receivers=_joined(received) if received else None,
        recovered=_joined(recovered) if recovered else None,
        bookings=tuple(sorted(bookings, key=lambda entry: entry.now)),
        transfers=tuple(transfer for _, part in parts for transfer in part.transfers),
        moved=tuple(deposit for _, part in parts for deposit in part.moved),
        conversions=tuple(one for _, part in parts for one in part.conversions),
    )


def _joined(parts: Sequence[tuple[str, Outcome]]) -> Outcome:
    """Outcomes one behind the other: steps under the name of their part, balances added up."""
    steps: list[PlanStep] = []
    takes: dict[Key, Amount] = {}
    charges, passages = [], []
    booked: dict[tuple[str, Mark], Amount] = {}
    balances: dict[str, Amount] = defaultdict(int)
    for name, outcome in parts:
        offset = len(steps)
        for step in outcome.plan.steps:
            children = tuple(child + offset for child in step.children)
            joint = tuple(tuple(index + offset for index in group) for group in step.joint)
            steps.append(
                replace(step, index=step.index + offset, path=f"{name}/{step.path}", children=children, joint=joint)
            )
        takes |= {(claim, index + offset, party): amount for (claim, index, party), amount in outcome.takes.items()}
        charges += [replace(charge, step=charge.step + offset) for charge in outcome.charges]
        passages += [replace(passage, step=passage.step + offset) for passage in outcome.passages]
        booked |= {(f"{name}/{path}", mark): amount for (path, mark), amount in outcome.booked.items()}
        for account, amount in outcome.balances.items():
            balances[account] += amount
    roots = tuple(n for n, step in enumerate(steps) if step.path.count("/") == 1)
    plan = replace(
        parts[-1][1].plan,
        steps=tuple(steps),
        roots=roots,
        names={k: v for _, o in parts for k, v in o.plan.names.items()},
    )
    return replace(
        parts[0][1],
        plan=plan,
        increments=tuple(row for _, outcome in parts for row in outcome.increments),
        takes=takes,
        charges=tuple(charges),
        balances=dict(balances),
        movements=tuple(one for _, outcome in parts for one in outcome.movements),
        overflow=tuple(one for _, outcome in parts for one in outcome.overflow),
        booked=booked,
        passages=tuple(passages),
    )
