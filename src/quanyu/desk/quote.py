"""The verb `price`: one premium with its sheet, or a table of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from quanyu.desk.open import Opened
from quanyu.engine.gates import gate_names, unmet, unmet_rows
from quanyu.engine.names import with_names, with_names_columns
from quanyu.engine.rows import KEYS, RowUnreadable, read_row
from quanyu.formula import EvaluationError, Given
from quanyu.language.scalars import FieldType, Source
from quanyu.rating import Quotes, Sheet, levels, quote_columns, quote_row
from quanyu.rating.below_zero import premium_below_zero, premiums_below_zero
from quanyu.rating.frame import quote_frame, undeclared
from quanyu.tables import read_rows, typed_columns, write_table
from quanyu.terms import Finding, Text

__all__ = ["PricedTable", "price_table", "quote_fields"]


def quote_fields(
    opened: Opened, fields: Mapping[str, str], claims: Sequence[int] | None = None
) -> Sheet | list[Finding]:
    """The premium sheet of one risk, its fields as written; a risk that breaks a `must` of the programme is refused.

    claims: how many it had in each period so far, the first one first; they move the states from their start, or from
    the level that a field gives.
    """
    strange = _strange(opened, fields)
    if strange:
        return strange
    written = {name: Source(text) for name, text in fields.items()}
    try:
        row = read_row(written, opened.compiled.kinds)
        broken = unmet(opened.compiled, row)
        if broken:
            return broken
        moved = _after(opened, row, claims) if claims is not None else {}
        if isinstance(moved, list):
            return moved
        rating = opened.compiled.rating
        sheet = None if rating is None else quote_row(rating, with_names(opened.compiled.names, {**row, **moved}))
    except RowUnreadable as unreadable:
        return [unreadable.finding]
    except EvaluationError as error:
        return [_no_premium(str(error), f"算不出保费：{error.chinese}")]
    if sheet is None:
        return [_no_premium("the programme has no premium", "方案没有保费")]
    return premium_below_zero(sheet) or sheet


def _strange(opened: Opened, fields: Mapping[str, str]) -> list[Finding]:
    """Names that nothing in the programme reads: left alone, a slip in a level would give the premium of a new risk."""
    compiled, programme = opened.compiled, opened.programme
    rating = compiled.rating
    known = {*KEYS, *compiled.kinds, *programme.states, *programme.values, *gate_names(compiled), "start", "end"}
    known |= {"period_start", "period_end", *(rating.reads if rating else ())}
    known |= {term for plan in programme.plans.values() for term in plan}
    found = []
    for name in fields:
        if name not in known:
            near = get_close_matches(name, known, 1, 0.6)
            remedy = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?") if near else Text(
                "看 insured.fields", "look at insured.fields"
            )  # fmt: skip
            said = Text(f"方案里没有“{name}”", f"the programme has no `{name}`")
            found.append(Finding("unknown-field", None, said, remedy))
    return found


def _after(opened: Opened, row: Mapping[str, Given], claims: Sequence[int]) -> dict[str, Given] | list[Finding]:
    """The level of every state after these numbers of claims. Raises EvaluationError."""
    states = opened.compiled.rating.states if opened.compiled.rating is not None else {}
    if not states or min(claims, default=0) < 0:
        said = Text("方案没有随赔案变动的状态", "the programme has no state that claims would move")
        if states:
            said = Text("赔案次数不能为负", "a number of claims is not below zero")
        return [Finding("wrong-value", None, said, Text("检查赔案次数", "look at the numbers of claims"))]
    known = with_names(opened.compiled.names, row)
    return {name: levels(state, known, claims)[-1] for name, state in states.items()}


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
    """Prices every row of a table; refused by any bad cell, any risk that breaks a `must`, any premium below zero."""
    rating, names = opened.compiled.rating, opened.compiled.names
    if rating is None:
        return [_no_premium("the programme has no premium", "方案没有保费")]
    quotes = quote_frame(rating, exposure) if not names.values and not names.plans else _with_names(opened, exposure)
    if isinstance(quotes, list):
        return quotes
    if opened.programme.must and (broken := _broken(opened, exposure)):
        return broken
    if (quotes.fen < 0).any():
        return _below_zero(quotes, exposure)
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


def _below_zero(quotes: Quotes, exposure: Path) -> list[Finding]:
    """The rows whose premium is below zero."""
    rows = read_rows(exposure)
    return rows if isinstance(rows, list) else premiums_below_zero(quotes.fen, rows.place)


def _with_names(opened: Opened, exposure: Path) -> Quotes | list[Finding]:
    """The same where the rating reads quantities that the programme names: they are computed from the columns first."""
    rows = read_rows(exposure)
    if isinstance(rows, list):
        return rows
    rating, shown = opened.compiled.rating, rows.frame.columns
    assert rating is not None
    here = {name: kind for name, kind in opened.compiled.kinds.items() if name in shown}
    here |= undeclared(rating, shown)
    if opened.compiled.names.plans and "plan" in rows.frame.columns:
        here.setdefault("plan", FieldType("text", tuple(opened.compiled.names.plans)))
    columns, findings = typed_columns(rows, here)
    if findings:
        return findings
    named = with_names_columns(opened.compiled.names, columns, rows.frame.height)
    return quote_columns(rating, named, rows.frame.height, place=rows.place)
