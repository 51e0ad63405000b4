"""The verb `import`: tables of policies, exposures, claims, bills, facts, declarations and payments."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from quanyu.cli.acting import Actor, Booked, Language, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quanyu.desk.intake.bring import Brought
    from quanyu.desk.intake.mapping import ColumnMapping
    from quanyu.terms import Finding

__all__ = ["import_"]

_SHOWN = 100
KindOf = Annotated[
    Literal["policies", "exposures", "claims", "bills", "facts", "declarations", "payments"],
    typer.Argument(help="what the rows are 表中各行是什么"),
]
Table = Annotated[Path, typer.Argument(help="a table: .xlsx .csv .parquet 表格")]
Mapped = Annotated[list[str] | None, typer.Option("--map", help="field=heading, where they differ 字段=列名")]
Constant = Annotated[list[str] | None, typer.Option("--constant", help="field=value of all rows 各行相同的字段")]
Dates = Annotated[str | None, typer.Option("--dates", help="how days are written, e.g. %Y/%m/%d 日期写法")]
Mapping = Annotated[Path | None, typer.Option("--mapping", help="all that in a YAML file 对应文件")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="of a workbook; the first if not said 工作表")]
Dry = Annotated[bool, typer.Option("--dry-run", help="do all of it and take it back 试运行，不写入")]
Out = Annotated[
    Path | None, typer.Option("--out", help="a refused table with the reasons beside its rows 写出附原因的表")
]


def import_(
    kind: KindOf,
    table: Table,
    map: Mapped = None,  # noqa: A002 - the option's name
    mapping: Mapping = None,
    constant: Constant = None,
    dates: Dates = None,
    sheet: Sheet = None,
    dry_run: Dry = False,
    out: Out = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    lang: Language = "auto",
) -> None:
    """Bring a table into the book, whole and once, or say everything that is wrong with it. 导入表格。"""
    from quanyu.cli.app import language, pairs, stop
    from quanyu.cli.evidence import seal_after
    from quanyu.cli.opening import opened_book
    from quanyu.desk.intake.bring import bring_in
    from quanyu.desk.intake.how import Before, How
    from quanyu.desk.intake.opened import Source

    spoken = language(lang)
    said = _mapping(mapping, pairs(map or ()), pairs(constant or ()), dates, spoken)
    source = Source(table, said, sheet)
    if out is not None:
        _writable(out, spoken)
    with opened_book(spoken, actor) as book, _progress(spoken) as told:
        done = bring_in(book, kind, source, how=How(reason, booked, dry_run), progress=told)
        if not dry_run and not isinstance(done, list | Before):
            seal_after(book, spoken)
    if isinstance(done, list):
        _refused(done, source.path, sheet, out, spoken)
        stop([], spoken)
    if isinstance(done, Before):
        zh, en = (
            f"已导入过，见第 {done.txn} 笔；没有写入",
            f"brought in before, in transaction {done.txn}; nothing is written",
        )
        typer.echo(zh if spoken == "zh" else en)
        return
    _show(done, spoken, dry=dry_run)


def _mapping(
    path: Path | None, columns: dict[str, str], constants: dict[str, str], dates: str | None, spoken: str
) -> "ColumnMapping":
    from quanyu.cli.app import stop
    from quanyu.desk.intake.mapping import ColumnMapping, merged, read_mapping

    base = ColumnMapping() if path is None else read_mapping(path)
    said = base if isinstance(base, list) else merged(base, columns=columns, constants=constants, dates=dates)
    if isinstance(said, list):
        stop(said, spoken)
    return said


def _writable(out: Path, spoken: str) -> None:
    from quanyu.cli.app import stop
    from quanyu.tables import unwritable

    if wrong := unwritable(out):
        stop(wrong, spoken)


@contextmanager
def _progress(spoken: str) -> "Iterator[Callable[[int, int], None]]":
    """A bar on the error stream, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("导入" if spoken == "zh" else "importing", total=None)

        def told(done: int, rows: int) -> None:
            bar.update(task, completed=done, total=rows)

        yield told


def _refused(found: "Sequence[Finding]", table: Path, sheet: str | None, out: Path | None, spoken: str) -> None:
    """Everything that is wrong, a hundred of it at most, and how many more."""
    from quanyu.cli.app import say
    from quanyu.desk.intake.rejected import write_rejected

    say(found[:_SHOWN], spoken)
    zh = spoken == "zh"
    if (more := len(found) - _SHOWN) > 0:
        typer.echo(f"还有 {more:,} 处" if zh else f"and {more:,} more", err=True)
    lines = {one.place.line for one in found if one.place is not None}
    words = (
        f"{len(found):,} 处错误，在 {len(lines):,} 行；没有写入",
        f"{len(found):,} findings in {len(lines):,} rows; nothing is written",
    )
    typer.echo(words[0] if zh else words[1], err=True)
    if out is not None:
        write_rejected(out, table, found, sheet=sheet, language=spoken)
        typer.echo(f"→ {out}", err=True)


def _show(done: "Brought", spoken: str, *, dry: bool) -> None:
    """The summary: what came of the rows."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Drawn

    zh = spoken == "zh"
    title = f"{done.rows:,} 行" if zh else f"{done.rows:,} rows"
    if dry:
        title += "（试运行，没有写入）" if zh else " (dry run, nothing is written)"
    drawn = Drawn(title=title, title_justify="left")
    drawn.add_column("")
    drawn.add_column("件数" if zh else "count", justify="right")
    drawn.add_column("金额" if zh else "amount", justify="right")
    drawn.add_column("")
    for line in done.lines:
        count = "" if line.count is None else f"{line.count:,}"
        amount = "" if line.amount is None else f"{line.amount / 100:,.2f}"
        drawn.add_row(escape(line.what.inside(spoken)), count, amount, line.currency)
    Console().print(drawn)
