"""The tests' own exact evaluator of a waterfall, written from the order of operations, independent of the product.

Takes: a programme and a history as plain data (`model`), or as nested dicts in the file's notation (`notation`).
Gives: what each party bears of each claim, exact or in whole fen (`split`, `settle`), with bookings (`Ledger`).
Never: imports the product, is fast, or reports findings; what may not be is `Refused`.
"""

from oracle.bearers import Charge, Take
from oracle.fold import Fold, split
from oracle.ledger import Entry, Ledger, version_for
from oracle.model import (
    Account,
    Band,
    Call,
    Context,
    Deposit,
    Flow,
    History,
    Pool,
    Programme,
    Recoveries,
    Refused,
    Reinstatement,
    Row,
    Step,
    Sublimit,
)
from oracle.notation import from_notation, history_from, steps_from
from oracle.settle import Outcome, settle

__all__ = [
    "Account",
    "Band",
    "Call",
    "Charge",
    "Context",
    "Deposit",
    "Entry",
    "Flow",
    "Fold",
    "History",
    "Ledger",
    "Outcome",
    "Pool",
    "Programme",
    "Recoveries",
    "Refused",
    "Reinstatement",
    "Row",
    "Step",
    "Sublimit",
    "Take",
    "from_notation",
    "history_from",
    "settle",
    "split",
    "steps_from",
    "version_for",
]
