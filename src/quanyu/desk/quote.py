"""The verb `price`: one premium with its sheet, or a table of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quanyu.desk.open import Opened
from quanyu.engine.gates import gate_names, unmet, unmet_rows
from quanyu.engine.names import with_names_columns
from quanyu.engine.premium import quote
from quanyu.engine.rows import RowUnreadable, read_row
from quanyu.formula import EvaluationError
from quanyu.language.scalars import FieldType, Source
from quanyu.rating import Quotes, Sheet, quote_columns
from quanyu.rating.frame import quote_frame
from quanyu.tables import read_rows, typed_columns, write_table
from quanyu.terms import Finding, Text

__all__ = ["PricedTable", "price_table", "quote_fields"]


def quote_fields(opened: Opened, fields: Mapping[str, str]) -> Sheet | list[Finding]:
    """The premium sheet of one risk, its fields as written; a risk that breaks a `must` of the programme is refused."""
    written = {name: Source(text) for name, text in fields.items()}
    try:
        broken = unmet(opened.compiled, read_row(written, opened.compiled.kinds))
        if broken:
            return broken
        sheet = quote(opened.compiled, written)
    except RowUnreadable as unreadable:
        return [unreadable.finding]
    except EvaluationError as error:
        return [_no_premium(str(error), f"算不出保费：{error}")]
    return sheet if sheet is not None else [_no_premium("the programme has no premium", "方案没有保费")]


def _no_premium(en: str, zh: str) -> Finding:
    return Finding(
        "no-premium", None, Text(zh, en), Text("给出费率所需的字段", "give the fields that the rating reads")
    )


@dataclass(frozen=True)
class PricedTable:
    """A table that was priced: how many risks, their premium in fen, where it was written."""

    rows: int
    quotes: Quotes
    written: Path | None

    @property
    def total_fen(self) -> int:
        """The premium of all risks, exactly."""
        return int(np.sum(self.quotes.fen, dtype=np.int64))


def price_table(opened: Opened, exposure: Path, out: Path | None = None) -> PricedTable | list[Finding]:
    """Prices every row of a table; any bad cell refuses the table, and any risk that breaks a `must`: all are named."""
    rating, names = opened.compiled.rating, opened.compiled.names
    if rating is None:
        return [_no_premium("the programme has no premium", "方案没有保费")]
    quotes = quote_frame(rating, exposure) if not names.values and not names.plans else _with_names(opened, exposure)
    if isinstance(quotes, list):
        return quotes
    if opened.programme.must and (broken := _broken(opened, exposure)):
        return broken
    if out is not None:
        rows = read_rows(exposure)
        if isinstance(rows, list):
            return rows
        table = {name: rows.frame[name].to_list() for name in rows.frame.columns}
        write_table(out, {**table, "premium": (quotes.fen / 100).tolist()})
    return PricedTable(len(quotes.fen), quotes, out)


def _broken(opened: Opened, exposure: Path) -> list[Finding]:
    """The rows that break a condition of the programme."""
    rows = read_rows(exposure)
    if isinstance(rows, list):
        return rows
    read = gate_names(opened.compiled)
    kinds = {name: k for name, k in opened.compiled.kinds.items() if name in read and name in rows.frame.columns}
    columns, findings = typed_columns(rows, kinds)
    return findings or unmet_rows(opened.compiled, columns, rows.frame.height, place=rows.place)


def _with_names(opened: Opened, exposure: Path) -> Quotes | list[Finding]:
    """The same where the rating reads quantities that the programme names: they are computed from the columns first."""
    rows = read_rows(exposure)
    if isinstance(rows, list):
        return rows
    here = {name: kind for name, kind in opened.compiled.kinds.items() if name in rows.frame.columns}
    if opened.compiled.names.plans and "plan" in rows.frame.columns:
        here.setdefault("plan", FieldType("text", tuple(opened.compiled.names.plans)))
    columns, findings = typed_columns(rows, here)
    if findings:
        return findings
    assert opened.compiled.rating is not None
    named = with_names_columns(opened.compiled.names, columns, rows.frame.height)
    return quote_columns(opened.compiled.rating, named, rows.frame.height, place=rows.place)
