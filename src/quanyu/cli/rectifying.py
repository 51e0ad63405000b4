"""The verb `rectify`: a supervisor's change to many programmes, on the terminal."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["rectify"]

Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]


def rectify(
    change: Annotated[Path, typer.Argument(help="the supervisor's change 整改文件")],
    programmes: Annotated[list[Path], typer.Argument(help="programme files or folders 方案文件或文件夹")],
    by: Annotated[str, typer.Option("--by", help="the first day of the new versions 施行日")],
    out: Annotated[Path, typer.Option("--out", help="a folder for the report and the new versions 写入的文件夹")],
    reason: Annotated[str, typer.Option("--reason", help="why 事由")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="publish all of them, or none 一并发布，否则全不")] = False,
    actor: Annotated[str | None, typer.Option("--actor", help="who does it, else the login name 经办人")] = None,
    lang: Language = "auto",
) -> None:
    """Apply a supervisor's change to many programmes as new versions, with a report. 批量整改。"""
    from quanyu.cli.acting import day
    from quanyu.cli.app import language, stop
    from quanyu.cli.opening import opened_book
    from quanyu.desk.rectify import Order
    from quanyu.desk.rectify import rectify as apply
    from quanyu.documents.rectification import STATUS_WORDS

    spoken = language(lang)
    first: dt.date = day(by)
    with opened_book(spoken, actor) as book:
        done = apply(book, change, programmes, Order(first, out, reason, publish))
    if isinstance(done, list):
        stop(done, spoken)
    if done.skipped:
        names = ", ".join(path.name for path in done.skipped[:3]) + (" …" if len(done.skipped) > 3 else "")
        count = len(done.skipped)
        typer.echo(
            f"{count} 个文件不是方案，略过：{names}" if spoken == "zh" else f"no programmes, skipped: {count} ({names})"
        )
    for line in done.report.lines:
        why = "; ".join(one.inside(spoken) for one in line.reasons)
        told = f"{line.programme} {line.version}: {STATUS_WORDS[line.status].inside(spoken)}"
        typer.echo(f"{told}  {why}" if why else told)
    for refused in done.report.refused:
        typer.echo(refused.inside(spoken), err=True)
    if done.report.published:
        typer.echo("已发布" if spoken == "zh" else "published")
    for path in done.files:
        typer.echo(f"→ {path}")
    raise typer.Exit(int(done.failed))
