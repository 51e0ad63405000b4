"""The book of a demonstration on the terminal: what was issued, settled and paid, and what every party is owed."""

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from quanyu.cli.findings import written
from quanyu.cli.told_accounts import show_parties
from quanyu.desk.business import Business, run_business
from quanyu.desk.demonstration import demonstration_book, demonstration_folder
from quanyu.store import StoreError

__all__ = ["business_and_show"]


def business_and_show(programmes: Path, out: Path, *, language: str) -> int:
    """Runs a year of business with the programmes of a folder; the exit status is 1 where it was refused.

    out: where statements and certificates are written.
    """
    console, begun, zh = Console(), time.perf_counter(), language == "zh"
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("PostgreSQL", total=None)
            with demonstration_book(actor="demo", now=partial(datetime.now, UTC)) as book:
                tell = partial(bar.update, task)
                done = run_business(book, programmes, out, language=language, tell=lambda what: tell(description=what))
    except StoreError as error:
        typer.echo(f"{error.reason.inside(language)}\n  → {error.remedy.inside(language)}", err=True)
        return 1
    if isinstance(done, list):
        for finding in done:
            console.print(written(finding, language), markup=False, highlight=False)
        return 1
    console.print(_cases(done, zh=zh))
    show_parties(done.trial, language)
    console.print(_last(done, out, time.perf_counter() - begun, zh=zh), soft_wrap=True, markup=False, highlight=False)
    return int(done.trial.difference != 0)


def _cases(done: Business, *, zh: bool) -> Table:
    versions, issued = done.versions, done.issued
    words = f"账簿：发布 {versions} 个方案版本，出单 {issued} 份；实录案例作为赔案核定并支付"
    if not zh:
        words = f"The book: {versions} versions published, {issued} policies issued; recorded cases decided and paid"
    table = Table(title=words, title_justify="left")
    headings = ("案例", "方案", "核定", "已付") if zh else ("case", "programme", "decided", "paid")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place > 1 else "left")
    for name, case in done.cases:
        table.add_row(escape(name), escape(case.programme), f"{case.decided / 100:,.2f}", f"{case.paid / 100:,.2f}")
    return table


def _last(done: Business, out: Path, seconds: float, *, zh: bool) -> str:
    kept = f"QUANYU_DATA={demonstration_folder()} quanyu accounts list"
    papers, difference = len(done.papers), done.trial.difference
    said = f"账单与凭证 {papers} 份（{seconds:.0f} s）；各方收付合计差额 {difference} 分"
    if not zh:
        said = f"{papers} statements and certificates ({seconds:.0f} s); all parties together come to {difference} fen"
    return f"{out.resolve()}: {said}\n{'接着看' if zh else 'Look around'}: {kept}"
