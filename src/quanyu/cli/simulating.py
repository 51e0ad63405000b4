"""Simulated years on the terminal, with a progress bar."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from quanyu.cli.amounts import full, short
from quanyu.desk.cautions import cautions_of, few_years
from quanyu.desk.kernels import kernels_are_compiled
from quanyu.desk.open import Opened, placed
from quanyu.desk.simulate import Simulated, prepare, simulate_programme
from quanyu.desk.whatif import changed_programme, compared_table, figures_table, same_claims
from quanyu.simulation import LEVELS, Plan, Stored
from quanyu.tables import unwritable, write_table
from quanyu.terms import Finding

__all__ = ["progress_bar", "say_if_compiling", "simulate_and_show"]

Written = Callable[[float], str]


def say_if_compiling(console: Console, *, zh: bool) -> None:
    """The first run on a machine compiles the kernels: say so while it happens."""
    if not kernels_are_compiled():
        words = "首次运行：编译计算内核，约十几秒" if zh else "first run: compiling the kernels, some ten seconds"
        console.print(f"[dim]{words}[/dim]")


@contextmanager
def progress_bar(years: int, language: str, what: str = "") -> Iterator[Callable[[int], None]]:
    """A bar of simulated years; it may be told of progress from any thread."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        words = what or ("模拟年" if language == "zh" else "years")
        task = bar.add_task(words, total=years)
        yield lambda done: bar.advance(task, done)


def simulate_and_show(
    programme: Opened,
    *,
    years: int,
    seed: int,
    threads: int,
    changes: Mapping[str, str],
    out: Path | None,
    language: str,
) -> list[Finding]:
    """Simulates, prints, and where terms are changed splits the same claims again under them."""
    if out is not None and (wrong := unwritable(out)):
        return wrong
    say_if_compiling(Console(), zh=language == "zh")
    changed = changed_programme(programme, changes)
    annual = prepare(programme)
    other = prepare(changed) if changes and not isinstance(changed, list) else []
    refused = [found for found in (changed, annual, other) if isinstance(found, list) and found]
    if refused or isinstance(annual, list) or isinstance(changed, list):
        return refused[0]
    plan = Plan(years, seed, threads)
    store = Stored() if changes else None
    with progress_bar(years, language) as progress:
        base = simulate_programme(annual, plan, clock=time.perf_counter, progress=progress, store=store)
    if isinstance(base, list):
        return [placed(f, programme.path) for f in base]
    show(base, programme, language)
    table = figures_table(base)
    if not isinstance(other, list):
        kept = store if same_claims(programme, changed) else None
        again = simulate_programme(other, plan, clock=time.perf_counter, replay=kept)
        if isinstance(again, list):
            return [placed(f, programme.path) for f in again]
        said = escape(", ".join(f"{k}={v}" for k, v in changes.items()))
        Console().print(f"\n[bold]{said}[/bold]  ({again.seconds * 1000:.0f} ms)")
        show(again, changed, language)
        table = compared_table(base, again, changes)
    for caution in (*cautions_of(changed), *few_years(base.years, LEVELS)):
        Console().print(Text(f"! {caution.inside(language)}", style="yellow"))
    if out is not None:
        write_table(out, table)
        Console().print(f"→ {out}", markup=False)
    return []


def show(done: Simulated, programme: Opened, language: str) -> None:
    """The accounts of the parties, the steps and the price."""
    zh = language == "zh"
    console = Console()
    for table in (_accounts, _flows, _steps):
        console.print(_fitting(console, partial(table, done, programme, zh=zh), zh=zh))
    if done.price is not None:
        p = done.price
        ratio = "—" if p.loss_ratio is None else f"{p.loss_ratio:.1%}"
        line = (
            f"技术价格 {p.technical:,.0f} ± {p.error:,.0f}，实收 {p.charged:,.0f}，期望赔付率 {ratio}"
            if zh
            else f"technical price {p.technical:,.0f} ± {p.error:,.0f}, charged {p.charged:,.0f}, "
            f"expected loss ratio {ratio}"
        )
        console.print(f"{p.party}: {line}")
    speed = f"{done.years:,} {'年' if zh else 'years'}, seed {done.seed}, {done.seconds:.2f} s"
    console.print(f"[dim]{speed}[/dim]")


def _fitting(console: Console, made: Callable[[Written], Table], *, zh: bool) -> Table:
    """The table with its amounts in full, or where they would be cut off at the edge, in three or four figures."""
    table = made(full)
    for column in table.columns:
        if column.justify == "right":
            column.no_wrap = True
            column.min_width = max((cell_len(str(cell)) for cell in column.cells), default=0)
    unbounded = console.options.update(width=10_000)
    if console.measure(table, options=unbounded).minimum <= console.width:
        return table
    return made(lambda amount: short(amount, zh=zh))


def _accounts(done: Simulated, programme: Opened, written: Written, *, zh: bool) -> Table:
    table = Table(
        title=f"{escape(programme.programme.name.inside('zh' if zh else 'en'))} · {programme.programme.counted_in}",
        title_justify="left",
    )
    table.add_column("参与方" if zh else "party")
    table.add_column("账" if zh else "account")
    for heading in (
        ("均值", "标准差", "VaR 99%", "VaR 99.5%", "TVaR 99.5%")
        if zh
        else ("mean", "sd", "VaR 99%", "VaR 99.5%", "TVaR 99.5%")
    ):
        table.add_column(heading, justify="right")
    kinds = (
        {"losses": "承担损失", "deficit": "净支出"} if zh else {"losses": "bears losses", "deficit": "paid − received"}
    )
    for entry, figures in zip(done.entries, done.figures, strict=True):
        if entry.kind not in kinds or (not entry.terms and entry.kind == "losses"):
            continue
        f = figures.scaled(1.0, entry.fixed)
        tails = {t.level: t for t in f.tails}
        table.add_row(
            entry.party, kinds[entry.kind], f"{written(f.mean)} ± {written(f.mean_error)}",
            f"{written(f.sd)} ± {written(f.sd_error)}",
            f"{written(tails[0.99].var)} ± {written(tails[0.99].var_error)}",
            f"{written(tails[0.995].var)} ± {written(tails[0.995].var_error)}",
            f"{written(tails[0.995].tvar)} ± {written(tails[0.995].tvar_error)}",
        )  # fmt: skip
    return table


_FLOWS = {
    "premium": "保费", "losses": "损失", "recoveries": "追偿", "reinstatement": "恢复保费", "calls": "追缴",
    "services": "服务", "surplus": "结余",
}  # fmt: skip


def _flows(done: Simulated, _: Opened, written: Written, *, zh: bool) -> Table:
    table = Table()
    table.add_column("参与方" if zh else "party")
    table.add_column("资金流" if zh else "flow")
    for heading in ("年均", "标准差", "VaR 99.5%") if zh else ("mean a year", "sd", "VaR 99.5%"):
        table.add_column(heading, justify="right")
    for entry, figures in zip(done.flows, done.flow_figures, strict=True):
        f = figures.scaled(1.0, entry.fixed)
        verb = {"from": "付", "to": "收"}[entry.side] if zh else {"from": "pays", "to": "receives"}[entry.side]
        tail = next(t for t in f.tails if t.level == 0.995)
        table.add_row(
            entry.party, f"{_FLOWS[entry.flow] if zh else entry.flow} {verb}",
            f"{written(f.mean)} ± {written(f.mean_error)}", f"{written(f.sd)} ± {written(f.sd_error)}",
            f"{written(tail.var)} ± {written(tail.var_error)}",
        )  # fmt: skip
    return table


def _steps(done: Simulated, _: Opened, written: Written, *, zh: bool) -> Table:
    table = Table()
    for heading in ("步骤", "取") if zh else ("step", "takes"):
        table.add_column(heading)
    for heading in ("年均", "触发概率", "用尽概率") if zh else ("mean a year", "attaches", "exhausted"):
        table.add_column(heading, justify="right")
    for n, step in enumerate(done.steps):
        gone = done.exhausted[n]
        table.add_row(
            step.path, step.party, f"{written(done.step_take[n].mean)} ± {written(done.step_take[n].mean_error)}",
            f"{done.attached[n]:.2%}", "—" if gone is None else f"{gone:.2%}",
        )  # fmt: skip
    return table
