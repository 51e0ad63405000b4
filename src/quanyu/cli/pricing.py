"""Premiums on the terminal."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quanyu.desk.open import Opened
from quanyu.desk.quote import PricedTable
from quanyu.engine.exposure import build_exposure
from quanyu.rating import Sheet, quote_row
from quanyu.terms import Finding, Text

__all__ = ["show_sheet", "show_table", "show_technical"]

_KINDS = {
    "base": "基准", "factor": "系数", "plus": "另加", "loading": "附加", "minimum": "最低", "maximum": "最高",
    "time": "期间", "rounding": "取整",
}  # fmt: skip


def show_sheet(sheet: Sheet, language: str, title: str = "") -> None:
    """One premium, line by line."""
    zh = language == "zh"
    table = Table(title=escape(title) or None, title_justify="left")
    for heading, side in (
        ("", "left"),
        ("项目" if zh else "part", "left"),
        ("所据" if zh else "from", "left"),
        ("值" if zh else "value", "right"),
        ("累计" if zh else "running", "right"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left")
    for line in sheet.lines:
        held = _number(line.held) + (f" ({_number(line.raw)})" if line.bounded else "")
        source = f"{line.key} → {line.row}" if line.row else line.source
        kind = _KINDS.get(line.kind, line.kind) if zh else line.kind
        table.add_row(kind, escape(line.name), escape(source), held, _amount(line.running, 4))
    table.add_section()
    table.add_row(
        "", "[bold]保费[/bold]" if zh else "[bold]premium[/bold]", "", "", f"[bold]{_amount(sheet.premium, 2)}[/bold]"
    )
    Console().print(table)


def show_table(priced: PricedTable, programme: Opened, language: str) -> None:
    """The sum of a priced table, and where it was written."""
    currency = programme.programme.counted_in
    total = f"{priced.total_fen / 100:,.2f} {currency}"
    zh = f"{priced.rows:,} 个风险，保费合计 {total}"
    en = f"{priced.rows:,} risks, premium {total} in all"
    console = Console()
    console.print(zh if language == "zh" else en)
    if priced.written is not None:
        console.print(f"→ {priced.written}", markup=False)


def show_technical(programme: Opened, language: str) -> list[Finding]:
    """The premium of each model point of the assumptions; a finding where there is none to show."""
    rating = programme.compiled.rating
    if rating is None or programme.programme.assumptions is None:
        return [_nothing_to_price(rated=rating is not None)]
    exposure = build_exposure(programme.compiled)
    if isinstance(exposure, list):
        return exposure
    for count, row in zip(exposure.counts, exposure.rows, strict=True):
        fields = ", ".join(f"{k}={_number(v) if hasattr(v, 'numerator') else v}" for k, v in row.items())
        show_sheet(quote_row(rating, row), language, f"{int(count)} × {fields}" if fields else "")
    total = f"{float(exposure.total_premium):,.2f} {programme.programme.counted_in}"
    Console().print(f"{'每期保费合计' if language == 'zh' else 'premium of a period'}: {total}")
    return []


def _nothing_to_price(*, rated: bool) -> Finding:
    if not rated:
        reason = Text("方案没有费率", "the programme has no rating")
        return Finding("no-premium", None, reason, Text("写 premium: {base: …}", "write premium: {base: …}"))
    reason = Text("方案没有 assumptions，不知道给谁报价", "the programme has no assumptions: there is no risk to price")
    remedy = Text(
        "写 --field sum=100万，或 --exposure 风险清单", "give --field sum=1000000, or --exposure with a table of risks"
    )
    return Finding("no-premium", None, reason, remedy)


def _number(value: Any) -> str:
    """Six figures; a number beyond what a float holds is said to be so."""
    try:
        return f"{float(value):,.6g}"
    except OverflowError:
        return "> 10^308"


def _amount(value: Any, digits: int) -> str:
    try:
        return f"{float(value):,.{digits}f}"
    except OverflowError:
        return "> 10^308"
