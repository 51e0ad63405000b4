"""Who owes whom what a settled flow causes beside itself: reinstatement premiums and calls."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from quanyu.waterfall import Outcome, Taker
from quanyu.waterfall.apportion import spread

__all__ = ["Caused", "caused"]


@dataclass(frozen=True, slots=True)
class Caused:
    """An amount in fen that `payer` owes `receiver` because of a claim. kind: `reinstatement` or `call`."""

    kind: str
    claim: str
    label: str
    payer: str
    receiver: str
    amount: int


def caused(outcome: Outcome) -> Iterator[Caused]:
    """What every charge of an outcome comes to, owed to those who bear the step that caused it.

    The members of a pool share it as they share what the step takes of the claim, by largest remainder. What a party
    would owe itself is left out.
    """
    borne: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for (claim, index, party), amount in outcome.takes.items():
        borne[claim, index][party] = int(amount)
    for charge in outcome.charges:
        step = outcome.plan.steps[charge.step]
        members = borne[charge.claim, charge.step] if step.taker is Taker.POOL else {}
        receivers = members or {str(step.party): 1}
        parts = spread(int(charge.amount), list(receivers.values()))
        for receiver, part in zip(receivers, parts, strict=True):
            if part and receiver != charge.party:
                yield Caused(charge.kind, charge.claim, charge.label, charge.party, receiver, part)
