"""The whole chain on the terminal: progress, a table at the end, the path of the report."""

import time
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from quanyu.cli.amounts import short
from quanyu.cli.findings import written
from quanyu.cli.simulating import say_if_compiling
from quanyu.desk.report import Chain, run_chain, write_chain
from quanyu.tables import unwritable

__all__ = ["report_and_show"]


def report_and_show(paths: Sequence[Path], *, years: int, seed: int, threads: int, out: Path, language: str) -> int:
    """Runs every programme through the chain, writes the report; the exit status is 1 where anything failed."""
    zh = language == "zh"
    console = Console()
    if wrong := unwritable(out, ()):
        for finding in wrong:
            typer.echo(written(finding, language), err=True)
        return 1
    say_if_compiling(console, zh=zh)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    begun = time.perf_counter()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("…", total=None)

        def tell(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        chain = run_chain(paths, years=years, seed=seed, threads=threads, clock=time.perf_counter, tell=tell)
    path = write_chain(chain, out, made=time.strftime("%Y-%m-%d"))
    console.print(_table(chain, zh=zh))
    for finding in chain.refusals:
        console.print(written(finding, language), markup=False, highlight=False)
    console.print(
        f"{path.resolve()}  ({path.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - begun:.0f} s)",
        soft_wrap=True,
        markup=False,
    )
    return int(chain.failed)


def _table(chain: Chain, *, zh: bool) -> Table:
    words = (
        "实收保费、期望损失、赔付率：计价一方一个期间的" if zh
        else "charged premium, expected loss, ratio: a period of the party that prices"
    )  # fmt: skip
    table = Table(caption=words, caption_justify="left")
    headings = (
        ("方案", "算例", "案例", "实收保费", "期望损失", "赔付率") if zh
        else ("programme", "examples", "cases", "charged", "expected loss", "loss ratio")
    )  # fmt: skip
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=place > 0, min_width=0 if place else 18)
    for link in chain.links:
        premium = "" if link.premium is None else short(link.premium, zh=zh)
        loss = (
            ""
            if link.expected_loss is None
            else f"{short(link.expected_loss, zh=zh)} ± {short(link.loss_error, zh=zh)}"
        )
        ratio = "" if link.loss_ratio is None else f"{link.loss_ratio:.0%}"
        name = f"{escape(link.name.inside('zh' if zh else 'en'))} [dim]{link.version}[/dim]"
        table.add_row(name, _mark(*link.examples), _mark(*link.cases), premium, loss, ratio)
    return table


def _mark(held: int, run: int) -> str:
    colour = "green" if held == run else "red"
    return f"[{colour}]{held}/{run}[/{colour}]"
