"""What a case states in names and forms that its programme does not know."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from quanyu.checks import row_names
from quanyu.engine.rows import RowUnreadable, read_value
from quanyu.language.programme import Case, Programme
from quanyu.language.scalars import FieldType, Source
from quanyu.terms import Finding, Place, Text

__all__ = ["misstated"]

_NESTED = ("amounts", "caused", "balance", "surplus")
_NUMBER = FieldType("number")
Written = Mapping[str, Any]


def misstated(programme: Programme, case: Case, table: Sequence[Written] = ()) -> list[Finding]:
    """Rows that name what the programme has not, deposits into no account, expectations in no form.

    A table of rows may have further columns, but none whose heading is a slip of a known one. Findings:
    unknown-column, unknown-account, wrong-value.
    """
    found = [*_columns(programme, case, table), *_deposits(programme, case), *_expected(case)]
    return list(dict.fromkeys(found))


def _columns(programme: Programme, case: Case, table: Sequence[Written]) -> Iterator[Finding]:
    known = row_names(programme) | {"exchange"}
    rows = [case.defaults, case.rate or {}, *case.rows, *case.premium, *case.deposits, *case.recovered]
    for row in rows:
        for name in row.keys() - known:
            if not name.startswith("premium."):
                yield _unknown(name, row[name], _near(name, known))
    headings = {name: row[name] for row in reversed(table) for name in row}
    for name in headings.keys() - known:
        if near := _near(name, known):
            yield _unknown(name, headings[name], near)


def _near(name: str, known: set[str]) -> str | None:
    near = get_close_matches(name, known, 1, 0.75)
    return near[0] if near else None


def _unknown(name: str, value: Any, near: str | None) -> Finding:
    remedy = Text(
        "删去它，或在方案的 fields 或 facts 中声明", "delete it, or declare it under the programme's fields or facts"
    )
    if near:
        remedy = Text(f"是不是“{near}”？", f"did you mean `{near}`?")
    return Finding(
        "unknown-column",
        _place(value),
        Text(f"方案没有名为“{name}”的字段或事实", f"the programme has no field or fact `{name}`"),
        remedy,
    )


def _deposits(programme: Programme, case: Case) -> Iterator[Finding]:
    for row in case.deposits:
        account = row.get("account")
        if str(account) not in programme.accounts:
            yield Finding(
                "unknown-account",
                _place(account) or _place(row),
                Text(f"没有名为“{account or ''}”的账户", f"there is no account `{account or ''}`"),
                Text("写 accounts 中的一个", "write one of `accounts`"),
            )


def _expected(case: Case) -> Iterator[Finding]:
    for name, value in case.expect.items():
        if name == "claims":
            yield from _mapping(name, value)
            for claim, parts in value.items() if isinstance(value, dict) else ():
                yield from _mapping(f"claims.{claim}", parts)
        elif name in _NESTED:
            yield from _mapping(name, value)
        elif name == "premium":
            yield from _amount(name, value)
            if case.rate is None:
                reason = Text("案例没有写 rate，算不出保费", "a premium is expected, but the case has no `rate`")
                yield _wrong(value, reason, Text("写 rate: {字段}", "write rate: {fields of the risk}"))
        else:
            yield from _amount(name, value)


def _mapping(name: str, value: Any) -> Iterator[Finding]:
    """Amounts by name."""
    if not isinstance(value, dict):
        reason = Text(f"{name} 应按名称写金额", f"`{name}` gives amounts by name")
        yield _wrong(value, reason, Text(f"写 {name}: {{a: 100}}", f"write {name}: {{a: 100}}"))
        return
    for key, inner in value.items():
        if name != "claims":
            yield from _amount(str(key), inner)


def _amount(name: str, value: Any) -> Iterator[Finding]:
    if isinstance(value, tuple | dict):
        reason = Text(f"{name} 应为一个金额", f"`{name}` is expected to be one amount")
        yield _wrong(value, reason, Text(f"写 {name}: 100", f"write {name}: 100"))
        return
    try:
        read_value(value, name, _NUMBER)
    except RowUnreadable as unreadable:
        yield unreadable.finding


def _wrong(value: Any, reason: Text, remedy: Text) -> Finding:
    return Finding("wrong-value", _place(value), reason, remedy)


def _place(value: Any) -> Place | None:
    """The place of a value, or of the first inside it."""
    if isinstance(value, Source):
        return value.place
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return next((place for one in inner if (place := _place(one)) is not None), None)
