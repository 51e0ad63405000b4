"""Rows as written → the history of a flow: amounts by the covers, keys, clocks, premium and deposits."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from quanyu.cover import amount as cover_amount
from quanyu.engine.compiled import Compiled
from quanyu.engine.currency import entered
from quanyu.engine.names import with_names
from quanyu.engine.rows import CLOCKS, KEYS, RowUnreadable, read_row
from quanyu.formula import EvaluationError, Given
from quanyu.terms import Finding, Text
from quanyu.waterfall.history import Deposit, History, Instant, Premium, Row

__all__ = ["History", "Written", "history_of", "instant_of", "stated_amount"]

Written = Mapping[str, Any]
_DATES = ("attached", "issued", "known", *CLOCKS)
_FIRST = dt.date(1, 1, 1)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: 00:00:00)?")
_DAY_DIGITS = 10**7
_MOST_COPIES = 100_000


def history_of(
    compiled: Compiled,
    flow: str,
    rows: Sequence[Written],
    *,
    premium: Sequence[Written] = (),
    deposits: Sequence[Written] = (),
    scale: int = 1,
) -> History | list[Finding]:
    """What a flow is told. rows: as written in a case or an example. scale: 1 keeps exact yuan, 100 makes whole fen.

    A row states its `amount`, or the facts of its cover; what is in another currency is converted first. Findings:
    wrong-value, unknown-cover, cover-without-facts, instants-mixed, not-whole-fen, currency-without-exchange,
    exchange-form.
    """
    findings: list[Finding] = []
    made: list[Row] = []
    clock = clock_of(compiled, flow)
    for number, row in enumerate(rows, 1):
        try:
            made += _rows(compiled, row, number, clock=clock, scale=scale)
        except RowUnreadable as unreadable:
            findings.append(unreadable.finding)
    paid = [p for row in premium if (p := _collected(_premium, compiled, row, scale, findings)) is not None]
    moved = [d for row in deposits if (d := _collected(_deposit, compiled, row, scale, findings)) is not None]
    instants = [r.instant for r in made] + [d.instant for d in moved if d.instant is not None]
    findings += _mixed(instants)
    if not findings:
        first = min(instants, default=_FIRST)
        moved = [d if d.instant is not None else replace(d, instant=first) for d in moved]
    return findings or History(
        _combined(compiled, made), tuple(paid), tuple(moved), members=_members(compiled, premium, scale)
    )


def _combined(compiled: Compiled, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Of covers of one claim that `combine: max` joins, only the rows of the one with the largest amount in all.

    Of equals the one named first stays.
    """
    kept = list(rows)
    for combination in compiled.combinations:
        if combination.kind != "max":
            continue
        sums: dict[str, dict[str, int | Fraction]] = {}
        for row in kept:
            if row.cover in combination.covers:
                of_claim = sums.setdefault(row.claim, dict.fromkeys(combination.covers, 0))
                of_claim[str(row.cover)] += row.amount
        largest = {claim: max(amounts, key=lambda c: amounts[c]) for claim, amounts in sums.items()}
        kept = [r for r in kept if r.cover not in combination.covers or r.cover == largest[r.claim]]
    return tuple(kept)


def _members(compiled: Compiled, premium: Sequence[Written], scale: int) -> Mapping[str, Mapping[str, int | Fraction]]:
    """The members a call is shared over: the insured of the premium rows, with their fields in units."""
    members: dict[str, dict[str, int | Fraction]] = {}
    for row in premium:
        values = read_row(row, compiled.kinds)
        fields = {k: v for k, v in values.items() if isinstance(v, Fraction) and k != "amount"}
        if "insured" in values and fields:
            own = members.setdefault(str(values["insured"]), {})
            for name, value in fields.items():
                own[name] = own.get(name, 0) + _units(value, scale)
    return members


def clock_of(compiled: Compiled, flow: str) -> str:
    """The clock of a flow's queue: its own, or the programme's."""
    part = getattr(compiled.programme, flow)
    return str((part.queue if part is not None else None) or compiled.programme.queue.by)


def _collected(read: Any, compiled: Compiled, row: Written, scale: int, findings: list[Finding]) -> Any:
    try:
        return read(compiled, row, scale)
    except RowUnreadable as unreadable:
        findings.append(unreadable.finding)
        return None


def _rows(compiled: Compiled, row: Written, number: int, *, clock: str, scale: int) -> Iterable[Row]:
    """One written row: itself, or `count` claims like it."""
    values = entered(compiled, row)
    count = values.pop("count", None)
    values.setdefault("claim", f"c{number - 1}")
    values.setdefault("insured", "i1")
    values.setdefault("event", "e1")
    values.setdefault("policy", values["insured"])
    whole = with_names(compiled.names, _dated(values, row))
    whole.setdefault("period", _period(whole))
    amount = in_units(stated_amount(compiled, whole, row), scale, row)
    for copy in range(1 if count is None else _copies(count, row)):
        yield _row(whole, amount, clock, f".{copy + 1}" if count is not None else "")


def _copies(count: Given, row: Written) -> int:
    if isinstance(count, Fraction) and count.denominator == 1 and 0 <= count <= _MOST_COPIES:
        return count.numerator
    reason = Text(
        f"count 为 {count}，应为 0 至 {_MOST_COPIES} 的整数",
        f"`count` is {count}, not a whole number from 0 to {_MOST_COPIES}",
    )
    raise unreadable(row, "wrong-value", reason, "count")


def _row(values: Mapping[str, Given], amount: int | Fraction, clock: str, suffix: str) -> Row:
    keys = {k: str(v) for k, v in values.items() if k in KEYS or isinstance(v, str)}
    for name in ("claim", "insured", "policy"):
        keys[name] = str(values[name]) + suffix
    cover = values.get("cover")
    return Row(
        claim=keys["claim"],
        cover=None if cover is None else str(cover),
        instant=instant_of(values, clock),
        amount=amount,
        keys=keys,
        fields=values,
    )


def _dated(values: Mapping[str, Given], row: Written) -> dict[str, Given]:
    """`at` and `t` set every clock that the row does not state."""
    out = dict(values)
    for name in ("at", "t", *_DATES):
        if name in out:
            out[name] = _instant(out[name], name, row)
    at = out.pop("at", out.pop("t", None))
    if at is not None:
        for clock in CLOCKS:
            out.setdefault(clock, at)
    return out


def _instant(value: Any, name: str, row: Written) -> Any:
    """A date, or a plain number for the order of things; a number of eight digits is a date badly written."""
    if isinstance(value, dt.date) or (isinstance(value, Fraction) and abs(value) < _DAY_DIGITS):
        return value
    if isinstance(value, str) and (day := _DAY.fullmatch(value)) is not None:
        try:
            return dt.date.fromisoformat(day[1])
        except ValueError:
            pass
    reason = Text(f"{name} 为“{value}”，不是日期", f"`{name}` is `{value}`, which is not a date")
    remedy = Text(
        "写 2021-07-25 这样的日期，或都写序号 1、2、3", "write a date such as 2021-07-25, or 1, 2, 3 everywhere"
    )
    raise RowUnreadable(Finding("wrong-value", getattr(row.get(name), "place", None), reason, remedy))


def _period(values: Mapping[str, Given]) -> Given:
    occurred: Any = values.get("occurred")
    return str(occurred.year) if isinstance(occurred, dt.date) else "1"


def instant_of(values: Mapping[str, Given], clock: str) -> Instant:
    """The instant of a row on a clock; a clock that it lacks is read from the one before it."""
    for name in (clock, *reversed(CLOCKS[: CLOCKS.index(clock)])):
        if values.get(name) is not None:
            return values[name]
    return Fraction(1)


def stated_amount(compiled: Compiled, values: Mapping[str, Given], row: Written) -> Fraction:
    """The amount that a row states, or that its cover pays on its facts, rounded as the cover says."""
    stated = values.get("amount")
    name = None if values.get("cover") is None else str(values["cover"])
    cover = compiled.covers.get(str(name))
    if cover is None and name is not None:
        raise unreadable(row, "unknown-cover", Text(f"没有责任“{name}”", f"there is no cover `{name}`"), "cover")
    if isinstance(stated, Fraction):
        return stated
    if cover is None:
        raise unreadable(
            row, "unknown-cover", Text("没有 amount，也没有 cover", "there is neither an amount nor a cover")
        )
    try:
        paid = cover_amount(cover, values)
    except EvaluationError as error:
        raise unreadable(
            row,
            "cover-without-facts",
            Text(f"责任“{name}”算不出：{error.chinese}", f"cover `{name}` has no amount: {error}"),
        ) from None
    return rounded(paid, compiled.programme.covers[str(name)].round)


def rounded(value: Fraction, to: str) -> Fraction:
    """Half-up to whole fen or whole yuan."""
    unit = Fraction(1, 100) if to == "fen" else Fraction(1)
    return (value / unit + Fraction(1, 2)).__floor__() * unit


def in_units(value: Fraction, scale: int, row: Written) -> int | Fraction:
    """The amount in fen (scale 100), which it has to be a whole number of; or as it is (scale 1)."""
    if scale == 1:
        return value
    units = value * scale
    if units.denominator != 1:
        raise unreadable(
            row, "not-whole-fen", Text(f"{float(value)} 不是整分", f"{float(value)} is not a whole number of fen")
        )
    return units.numerator


def unreadable(row: Written, code: str, reason: Text, name: str = "") -> RowUnreadable:
    """A finding about a row, at the value of `name`, or at its first value."""
    values = (row.get(name), *row.values())
    place = next((v.place for v in values if getattr(v, "place", None) is not None), None)
    return RowUnreadable(Finding(code, place, reason, Text("改正这一行", "correct this row")))


def _premium(compiled: Compiled, row: Written, scale: int) -> Premium:
    values = entered(compiled, row)
    keys = {k: str(v) for k, v in values.items() if k in KEYS or isinstance(v, str)}
    if "insured" in keys:
        keys.setdefault("policy", keys["insured"])
    parts = {k.split(".", 1)[1]: _units(v, scale) for k, v in values.items() if k.startswith("premium.")}
    return Premium(_amount(values, scale, row), keys, parts)


def _deposit(compiled: Compiled, row: Written, scale: int) -> Deposit:
    """Money into an account. One without a time stands before all claims; its instant is filled in with them."""
    values = entered(compiled, row)
    dated = _dated(values, row)
    timed = any(values.get(name) is not None for name in ("at", "t", *CLOCKS))
    instant = instant_of(dated, clock_of(compiled, "losses")) if timed else None
    return Deposit(str(values.get("account")), instant, _amount(values, scale, row))


def _amount(values: Mapping[str, Given], scale: int, row: Written) -> int | Fraction:
    if not isinstance(values.get("amount"), Fraction):
        raise unreadable(row, "wrong-value", Text("缺少金额 amount", "its `amount` is missing"))
    return _units(values["amount"], scale)


def _units(value: Given, scale: int) -> int | Fraction:
    assert isinstance(value, Fraction)
    units = value * scale
    return units if scale == 1 else (units + Fraction(1, 2)).__floor__()


def _mixed(instants: Sequence[Instant]) -> list[Finding]:
    kinds = {
        "date" if isinstance(i, dt.date) else "number" if isinstance(i, Fraction | int) else "text" for i in instants
    }
    if len(kinds) <= 1:
        return []
    return [
        Finding(
            "instants-mixed",
            None,
            Text("时间有的写日期，有的写数字", "some times are dates, others are numbers"),
            Text("都写日期，或都写数字", "write dates everywhere, or numbers everywhere"),
        )
    ]
