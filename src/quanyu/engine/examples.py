"""The worked examples of a file, run as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quanyu.cover import amount as cover_amount
from quanyu.engine.claims import history_of
from quanyu.engine.compiled import Compiled, Side
from quanyu.engine.names import with_names
from quanyu.engine.rows import RowUnreadable, read_row, read_value
from quanyu.formula import EvaluationError
from quanyu.language.programme import Example
from quanyu.language.scalars import FieldType
from quanyu.rating import quote_row
from quanyu.terms import Finding, Text, write_number
from quanyu.waterfall.fen import Exact
from quanyu.waterfall.fold import fold

__all__ = ["Ran", "run_example", "side_named"]

_NUMBER = FieldType("number")


@dataclass(frozen=True, slots=True)
class Ran:
    """An example that was run: what it expects and what came out, by name; findings where it could not be run."""

    example: Example
    expected: Mapping[str, Fraction]
    got: Mapping[str, Fraction]
    findings: tuple[Finding, ...] = ()
    about: Fraction = Fraction(0)

    @property
    def holds(self) -> bool:
        """Whether everything came out as expected; what is not named is expected to be zero."""
        names = set(self.expected) | set(self.got)
        return not self.findings and all(
            abs(self.expected.get(n, Fraction(0)) - self.got.get(n, Fraction(0))) <= self.about for n in names
        )

    def differences(self) -> str:
        """What differs, for a reader."""
        names = sorted(set(self.expected) | set(self.got))
        wrong = [
            f"{n}: {write_number(self.got.get(n, Fraction(0)))} ≠ {write_number(self.expected.get(n, Fraction(0)))}"
            for n in names
            if abs(self.expected.get(n, Fraction(0)) - self.got.get(n, Fraction(0))) > self.about
        ]
        return "; ".join(wrong)


def run_example(compiled: Compiled, example: Example) -> Ran:
    """Runs one example exactly: no rounding, no compilation."""
    try:
        about = _number(example.about) if example.about is not None else Fraction(0)
        if example.cover is not None:
            return Ran(example, {"amount": _number(example.expect)}, {"amount": _cover(compiled, example)}, about=about)
        if example.rate is not None:
            return Ran(
                example, {"premium": _number(example.expect)}, {"premium": _rate(compiled, example)}, about=about
            )
        return _flow(compiled, example, about)
    except RowUnreadable as unreadable:
        return Ran(example, {}, {}, (unreadable.finding,))
    except EvaluationError as error:
        return Ran(example, {}, {}, (_cannot(str(error), str(error)),))


def _number(value: Any) -> Fraction:
    number = read_value(value, "expect", _NUMBER)
    if not isinstance(number, Fraction):
        raise RowUnreadable(_cannot("expect 不是数", "`expect` is not a number"))
    return number


def _cover(compiled: Compiled, example: Example) -> Fraction:
    cover = compiled.covers.get(str(example.cover))
    if cover is None:
        raise RowUnreadable(_cannot(f"没有责任 {example.cover}", f"there is no cover `{example.cover}`"))
    return cover_amount(cover, with_names(compiled.names, read_row(example.env, compiled.kinds)))


def _rate(compiled: Compiled, example: Example) -> Fraction:
    if compiled.rating is None:
        raise RowUnreadable(_cannot("方案没有保费", "the programme has no premium"))
    row = with_names(compiled.names, read_row(example.rate or {}, compiled.kinds))
    return quote_row(compiled.rating, row).premium


def side_named(name: str) -> tuple[str, Side]:
    """`losses`, `losses.from`, `premium.to` …: the flow and its side; a bare name is what it comes from."""
    flow, _, side = name.partition(".")
    return flow, "to" if side == "to" or (flow == "recoveries" and side != "from") else "from"


def _flow(compiled: Compiled, example: Example, about: Fraction) -> Ran:
    flow, side = side_named(str(example.flow))
    plan = compiled.plans.get((flow, side))
    if plan is None:
        raise RowUnreadable(_cannot(f"方案没有 {example.flow}", f"the programme has no {example.flow}"))
    history = history_of(compiled, flow, example.rows, premium=example.premium, deposits=example.deposits)
    if isinstance(history, list):
        return Ran(example, {}, {}, tuple(history))
    outcome = fold(plan, history, Exact())
    if isinstance(outcome, tuple):
        return Ran(example, {}, {}, outcome)
    if example.expect is not None and not isinstance(example.expect, Mapping):
        raise RowUnreadable(
            _cannot("资金流的算例按参与方写 expect: {picc: 100}", "an example of a flow expects by party: {picc: 100}")
        )
    expected = {str(k): _number(v) for k, v in (example.expect or {}).items()}
    got = {k: Fraction(v) for k, v in outcome.by_party().items()} if example.expect else {}
    for name, value in example.caused.items():
        expected[f"caused {name}"] = _number(value)
        got[f"caused {name}"] = Fraction(outcome.caused().get(name, 0))
    return Ran(example, expected, got, about=about)


def _cannot(zh: str, en: str) -> Finding:
    return Finding("example-cannot-run", None, Text(zh, en), Text("改正这个算例", "correct this example"))
