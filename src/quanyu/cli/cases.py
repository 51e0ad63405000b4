"""Settled cases on the terminal."""

from fractions import Fraction

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quanyu.desk.settle import SettledCase
from quanyu.terms import write_number
from quanyu.waterfall import explain
from quanyu.waterfall.explain import party_name, write_amount

__all__ = ["explain_case", "show_case"]

_MOST_CLAIMS = 12


def show_case(done: SettledCase, language: str) -> None:
    """What came out beside what is expected, party by party."""
    zh = language == "zh"
    case = done.opened.case
    table = Table(title=escape(case.case.inside(language)), title_justify="left")
    table.add_column("项目" if zh else "item")
    for heading in ("应为", "得到") if zh else ("expected", "got"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in done.comparisons:
        mark = "[green]✓[/green]" if one.holds else "[red]✗[/red]"
        table.add_row(escape(one.name), _money(one.expected), _money(one.got), mark)
    console = Console()
    console.print(table)
    kind = ("实录" if zh else "recorded") if case.recorded else ("推演" if zh else "worked")
    count = f"{len(done.settled.outcome.totals())} {'案' if zh else 'claim(s)'}"
    console.print(f"  {kind} · {escape(str(done.opened.path))} · {count}")
    for note in done.notes:
        console.print(f"  [yellow]{escape(note.inside(language))}[/yellow]", highlight=False)
    console.print()


def _money(amount: Fraction) -> str:
    """To the fen; what is no whole number of fen in full, so that it does not look like one."""
    fen = amount * 100
    if fen.denominator != 1:
        return write_number(amount)
    whole, part = divmod(abs(fen.numerator), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}.{part:02d}"


def explain_case(done: SettledCase, language: str) -> None:
    """Every claim's way through the steps, in sentences."""
    console = Console(highlight=False)
    outcome = done.settled.asked
    console.print(f"[bold]{escape(done.opened.case.case.inside(language))}[/bold]")
    for one in done.settled.conversions:
        stated, rate, made = (write_number(value) for value in (one.amount, one.rate, one.converted))
        console.print(
            f"  {one.claim}: {stated} {one.currency} × {rate} = {made} ({one.source}, {one.date})", markup=False
        )
    claims = list(dict.fromkeys(p.claim for p in outcome.passages))
    totals = outcome.totals()
    for claim in claims[:_MOST_CLAIMS]:
        console.print(f"\n[bold]{escape(claim)}[/bold]  {write_amount(totals[claim], outcome.scale).inside(language)}")
        for line in explain(outcome, claim):
            console.print("  " + line.inside(language), markup=False)
    if len(claims) > _MOST_CLAIMS or len(totals) > len(claims):
        rest = len(totals) - min(len(claims), _MOST_CLAIMS)
        console.print(f"\n… {rest} {'案从略' if language == 'zh' else 'more claims'}")
    console.print()
    for party, amount in outcome.by_party().items():
        name = party_name(outcome.plan, party).inside(language)
        console.print(f"  {name}: {write_amount(amount, outcome.scale).inside(language)}", markup=False)
