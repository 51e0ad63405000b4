"""Premiums on the terminal."""

from rich.console import Console
from rich.table import Table

from quanyu.desk.open import Opened
from quanyu.desk.quote import PricedTable
from quanyu.engine.exposure import build_exposure
from quanyu.rating import Sheet, quote_row

__all__ = ["show_sheet", "show_table", "show_technical"]

_KINDS = {
    "base": "基准", "factor": "系数", "plus": "另加", "loading": "附加", "minimum": "最低", "maximum": "最高",
    "time": "期间", "rounding": "取整",
}  # fmt: skip


def show_sheet(sheet: Sheet, language: str, title: str = "") -> None:
    """One premium, line by line."""
    zh = language == "zh"
    table = Table(title=title or None, title_justify="left")
    for heading, side in (
        ("", "left"),
        ("项目" if zh else "part", "left"),
        ("所据" if zh else "from", "left"),
        ("值" if zh else "value", "right"),
        ("累计" if zh else "running", "right"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left")
    for line in sheet.lines:
        held = f"{float(line.held):,.6g}" + (f" ({float(line.raw):,.6g})" if line.bounded else "")
        source = f"{line.key} → {line.row}" if line.row else line.source
        kind = _KINDS.get(line.kind, line.kind) if zh else line.kind
        table.add_row(kind, line.name, source, held, f"{float(line.running):,.4f}")
    table.add_section()
    table.add_row(
        "", "[bold]保费[/bold]" if zh else "[bold]premium[/bold]", "", "", f"[bold]{float(sheet.premium):,.2f}[/bold]"
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
        console.print(f"→ {priced.written}")


def show_technical(programme: Opened, language: str) -> None:
    """The premium of each model point of the assumptions."""
    exposure = build_exposure(programme.compiled)
    console = Console()
    if isinstance(exposure, list) or programme.compiled.rating is None:
        for finding in exposure if isinstance(exposure, list) else []:
            console.print(finding.reason.inside(language))
        return
    for count, row in zip(exposure.counts, exposure.rows, strict=True):
        fields = ", ".join(f"{k}={v if not hasattr(v, 'numerator') else f'{float(v):,.6g}'}" for k, v in row.items())  # type: ignore[arg-type]
        show_sheet(quote_row(programme.compiled.rating, row), language, f"{int(count)} × {fields}" if fields else "")
    total = float(exposure.total_premium)
    words = "每期保费合计" if language == "zh" else "premium of a period"
    console.print(f"{words}: {total:,.2f} {programme.programme.counted_in}")
