"""Phase 2: every term of every step, scope and key, once, on what is known now."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from quanyu.formula import EvaluationError, Expression, Given, Value, constant, evaluate, names
from quanyu.terms import Finding, Text
from quanyu.waterfall.fen import Arithmetic
from quanyu.waterfall.history import Amount, History, Increment
from quanyu.waterfall.plan import Plan, PlanStep, Stage

__all__ = ["Passing", "Stopped", "Terms"]

Bound: TypeAlias = Amount | None
"""An amount, or None for no bound."""


class Stopped(Exception):  # noqa: N818 - it carries findings to the entry of the room
    """The facts or the programme do not allow a split; `findings` say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f.reason.en for f in findings))
        self.findings = findings


def stopped(code: str, zh: str, en: str) -> Stopped:
    """The refusal of a fold, with the remedy that fits all of them."""
    return Stopped(Finding(code, None, Text(zh, en), Text("改正方案或事实", "correct the programme or the facts")))


@dataclass(frozen=True, slots=True)
class Passing:
    """The terms of a stage at one key, in the arithmetic's units: a running total in, what passes it out."""

    reached: bool
    attachment: Amount
    limit: Bound
    bands: tuple[tuple[Amount, Bound, Amount], ...] = ()

    def of(self, total: Amount) -> Amount:
        """G: nothing below the franchise, what is above the attachment, up to the limit, through the bands."""
        z = total - self.attachment
        if not self.reached or z <= 0:
            return 0
        if self.limit is not None and z > self.limit:
            z = self.limit
        if not self.bands:
            return z
        return sum(slope * max(0, z - low if high is None else min(z, high) - low) for low, high, slope in self.bands)


class KeyNumbers(dict[int, int]):
    """Increment → dense number of its key in some columns, found when first asked for."""

    def __init__(self, terms: "Terms", columns: tuple[str, ...]) -> None:
        super().__init__()
        self._terms, self._columns = terms, columns
        self._numbers: dict[tuple[str, ...], int] = {}

    def __missing__(self, n: int) -> int:
        number = self._numbers.setdefault(self._terms.key(n, self._columns), len(self._numbers))
        self[n] = number
        return number


class Terms:
    """All terms of a plan over the increments of one history, each evaluated where it is first needed."""

    def __init__(self, plan: Plan, increments: Sequence[Increment], history: History, arithmetic: Arithmetic) -> None:
        self.plan, self.increments, self.scale = plan, increments, arithmetic.scale
        self.totals: dict[str, Amount] = defaultdict(int)
        for increment in increments:
            self.totals[increment.claim] += increment.amount
        self._premium = _PremiumIndex(plan, history)
        self._ids: dict[tuple[str, ...], KeyNumbers] = {}
        self._names: dict[int, tuple[Expression, tuple[str, ...], Fraction | None]] = {}
        self._values: dict[tuple[int, tuple[object, ...]], Value] = {}
        self._fixed: dict[int, bool] = {}
        self._passing: dict[tuple[int, str, int], Passing] = {}
        self._caps: dict[tuple[int, int, int], Bound] = {}

    # ------------------------------------------------------------ rows and keys

    def key(self, n: int, columns: Sequence[str]) -> tuple[str, ...]:
        """The key of an increment. A column that it lacks is a finding `missing-key`."""
        increment = self.increments[n]
        return tuple(_column(increment, column) for column in columns)

    def ids(self, columns: tuple[str, ...]) -> "KeyNumbers":
        """For an increment, the dense number of its key; asked only for increments that enter a step."""
        if columns not in self._ids:
            self._ids[columns] = KeyNumbers(self, columns)
        return self._ids[columns]

    def entering(self, step: PlanStep, rows: Sequence[int]) -> list[int] | None:
        """The places in `rows` that the step's covers and condition let in; None for all of them."""
        if step.covers is None and step.when is None:
            return None
        covers = step.covers
        return [
            place
            for place, n in enumerate(rows)
            if (covers is None or self.increments[n].cover in covers)
            and (step.when is None or self._holds(step, step.when, n))
        ]

    def _holds(self, step: PlanStep, when: Expression, n: int) -> bool:
        value = self.value(step, when, "claim", n)
        if not isinstance(value, bool):
            raise stopped("wrong-type", f"条件 {when.text} 不是是非", f"the condition {when.text} is no yes or no")
        return value

    # ------------------------------------------------------------ terms

    def passing(self, step: PlanStep, stage: Stage, key: int, rows: Iterable[int]) -> Passing:
        """The terms of a stage for the key that `rows` share; where they disagree, a finding `term-not-determined`."""
        fixed = self._constant_stage(stage)
        place = (step.index, stage.scope, -1 if fixed else key)
        known = self._passing.get(place)
        if known is None or not fixed:
            for n in rows:
                found = self._stage(step, stage, n)
                if known is not None and found != known:
                    raise _undetermined(step, stage.scope)
                known = found
                if fixed:
                    break
            assert known is not None
            self._passing[place] = known
        return known

    def _constant_stage(self, stage: Stage) -> bool:
        known = self._fixed.get(id(stage))
        if known is None:
            terms = [stage.attachment, stage.limit, *(band.slope for band in stage.bands)]
            known = stage.franchise is None and all(t is None or self._known(t)[2] is not None for t in terms)
            self._fixed[id(stage)] = known
        return known

    def _stage(self, step: PlanStep, stage: Stage, n: int) -> Passing:
        def term(expr: Expression | None) -> Bound:
            return None if expr is None else self.money(step, expr, stage.scope, n)

        franchise = term(stage.franchise)
        attachment = 0 if stage.attachment is None else term(stage.attachment)
        limited = stage.franchise is None or (
            franchise is not None and self.totals[self.increments[n].claim] >= franchise
        )
        bands = tuple(
            (
                _plain(band.low * self.scale),
                None if band.high is None else _plain(band.high * self.scale),
                self._portion(step, band.slope, stage.scope, n),
            )
            for band in stage.bands
        )
        return Passing(limited and attachment is not None, attachment or 0, term(stage.limit), bands)

    def cap(self, step: PlanStep, number: int, key: int, rows: Iterable[int]) -> Bound:
        """The amount of the step's cap of that number for the key that `rows` share."""
        place = (step.index, number, key)
        cap = step.caps[number]
        if place in self._caps and self._known(cap.amount)[2] is not None:
            return self._caps[place]
        for n in rows:
            found = self.money(step, cap.amount, cap.scope, n)
            if self._caps.setdefault(place, found) != found:
                raise _undetermined(step, cap.scope)
            if self._known(cap.amount)[2] is not None:
                break
        return self._caps[place]

    def shares(self, step: PlanStep, rows: Sequence[int]) -> list[Amount] | None:
        """The share of every row; None where the step takes the whole of all."""
        if step.share is None:
            return None
        fixed = self._known(step.share)[2]
        if fixed is not None:
            share = self._portion(step, step.share, "claim", rows[0]) if rows else 1
            return None if share == 1 else [share] * len(rows)
        return [self._portion(step, step.share, "claim", n) for n in rows]

    def money(self, step: PlanStep, expr: Expression, scope: str, n: int) -> Bound:
        """A term in money: not negative, in the arithmetic's units; inf is None."""
        value = self.value(step, expr, scope, n)
        if isinstance(value, float) and value == math.inf:
            return None
        if isinstance(value, bool) or not isinstance(value, Fraction):
            raise stopped("wrong-type", f"{expr.text} 不是金额", f"{expr.text} is no amount")
        if value < 0:
            raise stopped(
                "term-negative", f"步骤 {step.path} 的 {expr.text} 为负", f"{expr.text} in step {step.path} is negative"
            )
        return _plain(value * self.scale)

    def number(self, step: PlanStep, expr: Expression, scope: str, n: int) -> Fraction:
        """A finite number without a unit."""
        value = self.value(step, expr, scope, n)
        if isinstance(value, bool) or not isinstance(value, Fraction):
            raise stopped("wrong-type", f"{expr.text} 不是数", f"{expr.text} is no number")
        return value

    def _portion(self, step: PlanStep, expr: Expression, scope: str, n: int) -> Amount:
        share = self.number(step, expr, scope, n)
        if not 0 <= share <= 1:
            raise stopped(
                "share-out-of-range",
                f"步骤 {step.path} 的比例 {expr.text} 为 {share}，不在 0 与 1 之间",
                f"the share {expr.text} of step {step.path} is {share}, not between 0 and 1",
            )
        return _plain(share)

    # ------------------------------------------------------------ expressions

    def _known(self, expr: Expression) -> tuple[Expression, tuple[str, ...], Fraction | None]:
        """An expression with the names it reads, and its value where it is constant."""
        known = self._names.get(id(expr))
        if known is None:
            known = self._names[id(expr)] = (expr, tuple(sorted(names(expr))), constant(expr))
        return known

    def value(self, step: PlanStep, expr: Expression, scope: str, n: int) -> Value:
        """The exact value of an expression on one increment, at a scope; equal readings are evaluated once."""
        _, read, fixed = self._known(expr)
        if fixed is not None:
            return fixed
        readings = tuple(self._reading(name, scope, n, at_payment=step.at_payment) for name in read)
        try:
            place = (id(expr), readings)
            if place not in self._values:
                self._values[place] = self._evaluate(step, expr, read, readings)
            return self._values[place]
        except TypeError:
            return self._evaluate(step, expr, read, readings)

    def _evaluate(self, step: PlanStep, expr: Expression, read: Sequence[str], readings: Sequence[object]) -> Value:
        row = {name: value for name, value in zip(read, readings, strict=True) if value is not _ABSENT}
        try:
            return evaluate(expr, row)  # type: ignore[arg-type]
        except EvaluationError as error:
            raise stopped(
                "term-without-value",
                f"步骤 {step.path} 的 {expr.text} 算不出来：{error.chinese}",
                f"{expr.text} in step {step.path} has no value: {error}",
            ) from error

    def _reading(self, name: str, scope: str, n: int, *, at_payment: bool) -> object:
        increment = self.increments[n]
        if name == "amount":
            return Fraction(self.totals[increment.claim]) / self.scale
        if name == "premium" or name.startswith("premium."):
            return Fraction(self._premium.of(increment, scope, name[8:])) / self.scale
        if name in ("claim", "cover"):
            return increment.claim if name == "claim" else increment.cover
        fields = increment.paid if at_payment else increment.fields
        value: object = fields.get(name, increment.keys.get(name, _ABSENT))
        return tuple(value) if isinstance(value, list) else value


class _PremiumIndex:
    """Sums of premium rows by the columns that a scope's key fixes."""

    def __init__(self, plan: Plan, history: History) -> None:
        self.plan = plan
        self._groups: dict[frozenset[str], list[tuple[Mapping[str, str], Mapping[str, Amount]]]] = defaultdict(list)
        for premium in history.premium:
            sums = {"": premium.amount, **premium.parts}
            self._groups[frozenset(premium.keys)].append((premium.keys, sums))
        self._sums: dict[tuple[frozenset[str], tuple[str, ...], str], dict[tuple[str, ...], Amount]] = {}

    def of(self, increment: Increment, scope: str, reading: str) -> Amount:
        """All premium (or one reading of it) whose keys agree with the increment in what the scope fixes."""
        total: Amount = 0
        for present in self._groups:
            columns = self._matched(present, scope, increment)
            key = tuple(increment.keys.get(column, "") for column in columns)
            total += self._summed(present, columns, reading).get(key, 0)
        return total

    def _matched(self, present: frozenset[str], scope: str, increment: Increment) -> tuple[str, ...]:
        known = self.plan.scopes.get(scope)
        if scope == "claim" or known is None or "claim" in known.closure:
            return tuple(sorted(c for c in present if c in increment.keys))
        return tuple(sorted(present & known.closure))

    def _summed(self, present: frozenset[str], columns: tuple[str, ...], reading: str) -> dict[tuple[str, ...], Amount]:
        place = (present, columns, reading)
        if place not in self._sums:
            sums: dict[tuple[str, ...], Amount] = defaultdict(int)
            for keys, parts in self._groups[present]:
                sums[tuple(keys[column] for column in columns)] += parts.get(reading, 0)
            self._sums[place] = sums
        return self._sums[place]


class _Absent:
    """What a row does not have."""


_ABSENT = _Absent()


def _plain(value: Fraction) -> Amount:
    """Whole fractions as integers, which are faster."""
    return value.numerator if value.denominator == 1 else value


def _column(increment: Increment, column: str) -> str:
    if column == "claim":
        return increment.claim
    if column in increment.keys:
        return increment.keys[column]
    value: Given = increment.cover if column == "cover" else increment.fields.get(column)
    if value is None:
        raise stopped(
            "missing-key",
            f"赔案 {increment.claim} 没有 {column}",
            f"claim {increment.claim} has no {column}",
        )
    return str(value)


def _undetermined(step: PlanStep, scope: str) -> Stopped:
    return stopped(
        "term-not-determined",
        f"步骤 {step.path} 在范围 {scope} 的条款在同一键内取值不一",
        f"a term of step {step.path} at scope {scope} has two values for one key",
    )
