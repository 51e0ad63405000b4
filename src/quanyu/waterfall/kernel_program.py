"""What a program is, and what is known of the blocks it will run on."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from quanyu.formula import Expression
from quanyu.waterfall.kernel_arrays import Code
from quanyu.waterfall.plan import Plan

__all__ = ["Column", "Feed", "Layout", "Measure", "Output", "Outputs", "Place", "Program", "Unsupported"]

Measure = Literal[
    "amount", "reached", "take", "kept", "rest", "member", "borne", "charge", "occurrence", "exhausted", "balance"
]


class Unsupported(Exception):  # noqa: N818 - it refuses a programme, no error of ours
    """Terms that the float kernel does not run: the step's path and the reason. Nothing else is computed instead."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path, self.reason = path, reason


class Output(NamedTuple):
    """One figure a path. `path` is the step's; `part` a pool's member, an account, a reinstatement or a bearing step.

    amount: what the flow splits (no path). rest: what is left after the last step, 0 but for float error (no path).
    reached: what enters the step, after its covers and condition. take: what the step takes, an inner list included.
    kept: of this, what its own party bears. member: a member's part of `kept`, where shares are not constant.
    borne: a recovery's part for a step of the losses, as `path:member` that of a member whose share is not constant.
    charge: reinstatement premium. balance: of an account (no path).
    occurrence: the greatest take of one event or instant; with no path that of the whole amount, or all that the
    account `part` (a party, fund, pool's member, pool by a field, the insured) bears of it over all its steps.
    exhausted: 1 where a limit, cap or balance cut something.
    """

    flow: str
    side: str
    path: str
    measure: Measure
    part: str = ""


class Place(NamedTuple):
    """Where a figure is: `scale` times the row `column` of the result."""

    column: int
    scale: float


@dataclass(frozen=True, slots=True)
class Column:
    """An input of the program: a column as given, or an expression to be evaluated over the given ones.

    amount: the column that the expression calls `amount`. renamed: names that stand for others, such as
    the premium of a scope.
    """

    name: str
    expression: Expression | None = None
    amount: str | None = None
    renamed: tuple[tuple[str, str], ...] = ()


def _nothing() -> Mapping[str, Fraction | float | bool | str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layout:
    """What the blocks hold.

    rows, paths: names of the columns given by row and by path; constants: values that hold for all.
    covers: the covers by their code. keys: scopes that have a dense key column.
    whole: scopes that one path never leaves, so that their key is the path's period.
    single: every row is a claim of its own. periods: how many periods a path has, one a call.
    on: the date that chooses the version of a pool. `premium@scope` names the premium of a scope's key, where it is not
    simply `premium`.
    """

    rows: tuple[str, ...] = ("losses",)
    paths: tuple[str, ...] = ()
    constants: Mapping[str, Fraction | float | bool | str] = field(default_factory=_nothing)
    covers: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()
    single: bool = True
    periods: int = 1
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A plan and the amount it splits: the name of a row or path column, or an expression over the flows before.

    In such an expression `losses` is a flow's amount, `losses.relief` or `premium.to.reserve` what the steps of that
    path, party or pool keep, `reserve.balance` an account's balance.
    """

    plan: Plan
    amount: str | Expression


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is wanted beside takes, kept parts and charges.

    occurrence: the paths of steps (`losses.from/relief`), or True for all, and for all losses and everyone who bears
    them; `by` names the key that makes rows one occurrence, else those of one instant are.
    """

    occurrence: frozenset[str] | bool = False
    by: str | None = None
    exhaustion: bool = False
    reached: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Instructions for the kernel, the inputs they read, and where the figures come out.

    states: a name and opening value for each path register that lives from period to period.
    slots: the scope whose keys each slot groups by; empty for the path.
    """

    code: Code
    rows: tuple[Column, ...]
    paths: tuple[Column, ...]
    row_registers: int
    path_registers: int
    slots: tuple[str, ...]
    states: tuple[tuple[str, float], ...]
    outputs: Mapping[Output, Place]
    layout: Layout

    @property
    def width(self) -> int:
        """How many columns the result has."""
        return int(self.code.kept.size)
