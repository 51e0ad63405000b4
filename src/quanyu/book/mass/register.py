"""A table of policies as written → its rows by version, with who and when; or what is wrong with it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl
from sqlalchemy import Connection

from quanyu.book.versions import Library, Version, versions_of
from quanyu.tables import Rows, as_texts
from quanyu.terms import Finding, Text

__all__ = ["MOST", "RESERVED", "Published", "by_version", "published", "registered"]

RESERVED = ("programme", "policy", "holder", "holder_id", "start", "end", "issued")
"""Columns of a table of policies that are no fields of the risk. `end` is the last day of cover."""

_NEEDED = ("programme", "holder", "start", "end")
_DATES = ("start", "end", "issued")
MOST = 10_000
"""Findings of one kind in one block: more would only fill memory."""


Published = Mapping[str, Sequence[Version]]
"""The versions of programmes by their codes, the latest first."""


def published(connection: Connection, library: Library, codes: Iterable[str]) -> Published:
    """The published versions of programmes; none for a code that is no programme's."""
    return {
        code: [library.version(connection, one) for one in reversed(versions_of(connection, code))] for code in codes
    }


def registered(rows: Rows, *, issued: dt.date) -> tuple[Rows, list[Finding]]:
    """The sound rows of a block with its reserved columns typed, and what is wrong with the others.

    issued: the day of issue where the table does not say.
    """
    absent = [name for name in _NEEDED if name not in rows.frame.columns]
    if absent:
        return rows.chosen(rows.frame.clear(), ()), [_absent(rows, name) for name in absent]
    texts = [_text(name, rows.frame) for name in ("programme", "policy", "holder", "holder_id")]
    dates = [_date(name, rows.frame) for name in _DATES]
    frame = rows.frame.with_columns(*texts, *dates)
    findings = list(_unfilled(rows, frame))
    late = (frame["end"] < frame["start"]).fill_null(False)
    findings += [_backwards(rows, row) for row in late.arg_true()[:MOST].to_list()]
    typed = frame.with_columns(pl.col("issued").fill_null(pl.lit(issued)))
    whole = replace(rows, frame=typed)
    return (whole.sound(findings) if findings else whole), findings[: MOST + 1]


def _text(name: str, frame: pl.DataFrame) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)
    return as_texts(frame[name])


def _date(name: str, frame: pl.DataFrame) -> pl.Series:
    """Days; what is none, or an instant within a day, is left out."""
    return _text(name, frame).str.to_date("%Y-%m-%d", strict=False, exact=True)


def _unfilled(rows: Rows, frame: pl.DataFrame) -> Iterator[Finding]:
    """Needed cells that are empty, and dates that are none."""
    for name in (*_NEEDED, "issued"):
        missing = frame[name].is_null()
        if name == "issued":
            missing &= rows.frame[name].is_not_null() if name in rows.frame.columns else pl.Series([False])
        for row in missing.arg_true()[:MOST].to_list():
            yield _bad(rows, row, name)


def by_version(rows: Rows, known: Published) -> tuple[list[tuple[Version, Rows]], list[Finding]]:
    """The rows of every version that is in force on their first day: the latest of several binds. The rest is found."""
    found: list[tuple[Version, Rows]] = []
    findings: list[Finding] = []
    frame = rows.frame.with_row_index("place")
    if not frame.height:
        return [], []
    for (code,), part in frame.group_by("programme", maintain_order=True):
        left = part
        for version in known.get(str(code), ()):
            from_day, to_day = version.valid_from, version.valid_to
            inside = pl.col("start") >= from_day
            inside &= pl.lit(True) if to_day is None else pl.col("start") < to_day
            mine, left = left.filter(inside), left.filter(~inside)
            if mine.height:
                found.append((version, rows.chosen(mine.drop("place"), mine["place"].to_list())))
        findings += [_unpublished(rows, row, str(code)) for row in left["place"][:MOST].to_list()]
    return found, findings[:MOST]


def _absent(rows: Rows, name: str) -> Finding:
    return Finding(
        "missing-column",
        rows.place(-1, ""),
        Text(f"缺少列“{name}”", f"there is no column `{name}`"),
        Text(f"加上列“{name}”，或给出对应的列名", f"add a column `{name}`, or map another one to it"),
    )


def _bad(rows: Rows, row: int, name: str) -> Finding:
    value = rows.frame[name][row]
    said = Text("空", "empty") if value is None else Text.same(str(value))
    wanted = Text("日期 2021-01-01", "a date 2021-01-01") if name in _DATES else Text("文字", "a text")
    return Finding(
        "bad-cell",
        rows.place(row, name),
        Text(f"“{name}”的值是“{said.zh}”", f"`{name}` is {said.en!r}"),
        Text(f"应为{wanted.zh}", f"it should be {wanted.en}"),
        excerpt=" | ".join(str(v) for v in rows.frame.row(row)[:8]),
    )


def _backwards(rows: Rows, row: int) -> Finding:
    start, end = (str(rows.frame[name][row]) for name in ("start", "end"))
    return Finding(
        "period-backwards",
        rows.place(row, "end"),
        Text(f"止日 {end} 早于起日 {start}", f"the last day {end} is before the first {start}"),
        Text("止日是保险的最后一天", "`end` is the last day of cover"),
    )


def _unpublished(rows: Rows, row: int, code: str) -> Finding:
    start = rows.frame["start"][row]
    return Finding(
        "no-version-published",
        rows.place(row, "programme"),
        Text(f"{code} 在 {start} 没有已发布的版本", f"no published version of {code} is in force on {start}"),
        Text("先发布方案，或核对编号与起日", "publish the programme, or look at its name and at `start`"),
    )
