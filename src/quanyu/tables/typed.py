"""Cells → columns of the declared types, or a finding for every cell that is not."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from quanyu.formula import Column, TextColumn
from quanyu.language.scalars import FieldType
from quanyu.tables.read import Rows
from quanyu.terms import Finding, Text, read_number

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TRUE", "typed_columns"]

_MOST_FINDINGS = 100
_WORDS = {
    "number": Text("数", "a number"),
    "money": Text("金额", "an amount"),
    "share": Text("比例", "a share"),
    "int": Text("整数", "a whole number"),
    "bool": Text("true 或 false（是/否）", "true or false"),
    "text": Text("文字", "a text"),
    "key": Text("文字", "a text"),
    "date": Text("日期 2021-01-01", "a date 2021-01-01"),
}
TRUE, _FALSE = ("true", "1", "yes", "是", "y", "t"), ("false", "0", "no", "否", "n", "f")


def typed_columns(
    rows: Rows, types: Mapping[str, FieldType], *, names: Mapping[str, str] | None = None, most: int = _MOST_FINDINGS
) -> tuple[dict[str, Column], list[Finding]]:
    """Columns by field. names: field → heading where they differ. Every missing column and bad cell is a finding.

    Where there is any finding no column is returned; beyond `most` of them the rest is one.
    """
    headings = {field: (names or {}).get(field, field) for field in types}
    findings = [
        Finding(
            "missing-column",
            rows.place(-1, ""),
            Text(f"缺少列“{h}”", f"there is no column `{h}`"),
            Text(f"加上列“{h}”，或给出对应的列名", f"add a column `{h}`, or map another one to it"),
        )
        for h in headings.values()
        if h not in rows.frame.columns
    ]
    columns: dict[str, Column] = {}
    for field, kind in types.items():
        if headings[field] in rows.frame.columns:
            column, bad = _column(rows.frame[headings[field]], kind)
            findings += [_bad_cell(rows, r, headings[field], kind) for r in bad[: most + 1]]
            columns[field] = column
    if len(findings) > most:
        findings = [*findings[:most], _many(rows, len(findings), most)]
    return ({}, findings) if findings else (columns, [])


def _many(rows: Rows, count: int, most: int) -> Finding:
    return Finding(
        "more-bad-cells",
        rows.place(0, ""),
        Text(
            f"还有更多（已列 {most} 处，至少 {count} 处）",
            f"there are more ({most} shown, at least {count} found)",
        ),
        Text("先改好列出的", "mend these first"),
    )


def _bad_cell(rows: Rows, row: int, heading: str, kind: FieldType) -> Finding:
    value = rows.frame[heading][row]
    wanted = Text.same("、".join(kind.values)) if kind.values else _WORDS.get(kind.kind, _WORDS["text"])
    if kind.low is not None and kind.high is not None:
        wanted = Text(f"{kind.low} 至 {kind.high} 的整数", f"a whole number from {kind.low} to {kind.high}")
    said = Text("空", "empty") if value is None else Text.same(str(value))
    return Finding(
        "bad-cell",
        rows.place(row, heading),
        Text(f"“{heading}”的值是“{said.zh}”", f"`{heading}` is {said.en!r}"),
        Text(f"应为{wanted.zh}", f"it should be {wanted.en}"),
        excerpt=" | ".join(str(v) for v in rows.frame.row(row)[:8]),
    )


def _column(series: "pl.Series", kind: FieldType) -> tuple[Column, list[int]]:
    match kind.kind:
        case "number" | "money" | "share" | "int":
            return _numbers(series, kind)
        case "bool":
            return _truths(series)
        case "date":
            return _texts(_days(series), kind)
        case _:
            return _texts(series, kind)


def _numbers(series: "pl.Series", kind: FieldType) -> tuple[Column, list[int]]:
    import polars as pl

    numbers = series.cast(pl.Float64, strict=False) if series.dtype != pl.String else _from_text(series)
    values = numbers.to_numpy().astype(np.float64)
    bad = ~np.isfinite(values)
    if kind.kind == "int":
        bad |= values != np.round(values)
    if kind.low is not None and kind.high is not None:
        bad |= ~((values >= kind.low) & (values <= kind.high))
    return values, np.flatnonzero(bad).tolist()


def _from_text(series: "pl.Series") -> "pl.Series":
    """Plain decimals at once; `300万`, `20%` one by one. What parsers take for numbers (`nan`, `1e9`) is none."""
    import polars as pl

    stripped = series.str.strip_chars()
    plain = stripped.str.contains(r"^-?[0-9]+(\.[0-9]+)?$").fill_null(False)
    out = pl.select(pl.when(plain).then(stripped).otherwise(None).cast(pl.Float64)).to_series().to_list()
    for place in plain.not_().arg_true().to_list():
        cell = stripped[place]
        number = read_number(cell) if cell else None
        out[place] = float(number) if number is not None else None
    return pl.Series(out, dtype=pl.Float64)


def _truths(series: "pl.Series") -> tuple[Column, list[int]]:
    import polars as pl

    if series.dtype == pl.Boolean:
        return series.fill_null(False).to_numpy(), series.is_null().arg_true().to_list()
    words = series.cast(pl.String).str.to_lowercase().str.strip_chars()
    true, false = words.is_in(TRUE).fill_null(False), words.is_in(_FALSE).fill_null(False)
    return true.to_numpy(), (~(true | false)).arg_true().to_list()


def _days(series: "pl.Series") -> "pl.Series":
    """Dates as 2021-01-01, also those that a spreadsheet keeps as an instant at midnight; what is none is left out."""
    import polars as pl

    if series.dtype == pl.Datetime:
        series = pl.select(pl.when(series.dt.time() == pl.time(0)).then(series.dt.date())).to_series()
    texts = series.cast(pl.String).str.strip_chars()
    return texts.str.to_date("%Y-%m-%d", strict=False, exact=True).cast(pl.String)


def _texts(series: "pl.Series", kind: FieldType) -> tuple[Column, list[int]]:
    import polars as pl

    words = series.cast(pl.String)
    known = tuple(kind.values) or tuple(sorted(words.drop_nulls().unique().to_list()))
    places = {word: code for code, word in enumerate(known)}
    codes = words.replace_strict(places, default=-1, return_dtype=pl.Int32) if places else pl.Series([-1] * len(words))
    return TextColumn(codes.fill_null(-1).to_numpy(), known), (codes.fill_null(-1) < 0).arg_true().to_list()
