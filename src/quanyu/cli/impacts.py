"""The verb `impact`: what a new version does to the portfolio, on the terminal."""

import datetime as dt
import json as to_json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from quanyu.desk.impact import Impact, Segment

__all__ = ["impact", "show_impact"]

Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]


def impact(
    old: Annotated[str, typer.Argument(help="the published version: name, name@date or file 已发布的版本")],
    new: Annotated[str, typer.Argument(help="the new one: file, name or name@date 新版")],
    by: Annotated[str, typer.Option("--by", help="fields to break down by: village,age 分段字段，逗号分隔")] = "",
    day: Annotated[str | None, typer.Option("--day", help="in force on this day, else the new version's first")] = None,
    years: Annotated[int, typer.Option("--years", min=0, help="simulated for expected losses; 0: none")] = 2000,
    out: Annotated[Path | None, typer.Option("--out", help="segments as .xlsx, or everything as .json")] = None,
    json: Annotated[bool, typer.Option("--json", help="for programs 供程序读取")] = False,
    lang: Language = "auto",
) -> None:
    """Rate the live portfolio again under a new version, before anyone approves it. 新版影响测算。"""
    from quanyu.cli.acting import day as read_day
    from quanyu.cli.app import language, stop
    from quanyu.cli.opening import opened_book
    from quanyu.desk.impact import impact as find_impact
    from quanyu.desk.impact_told import impact_record, write_impact

    spoken = language(lang)
    if out is not None and out.suffix not in (".xlsx", ".json"):
        raise typer.BadParameter("--out goes to .xlsx or .json")
    on: dt.date | None = None if day is None else read_day(day)
    fields = [name.strip() for name in by.split(",") if name.strip()]
    with opened_book(spoken) as book:
        found = find_impact(book, old, new, by=fields, day=on, years=years)
        made = book.now()
    if isinstance(found, list):
        stop(found, spoken)
    text = to_json.dumps(impact_record(found), ensure_ascii=False, indent=1)
    if json:
        typer.echo(text)
    else:
        show_impact(found, spoken)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".json":
            out.write_text(text + "\n", "utf-8")
        else:
            write_impact(found, out, made=made)
        typer.echo(f"→ {out}", err=json)
    raise typer.Exit(int(bool(found.refused)))


def show_impact(found: "Impact", spoken: str) -> None:
    """Changes with their ranks, segments, who wins and loses, who would be declined."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    zh, console = spoken == "zh", Console()
    for change in found.changes:
        words = f"{change.before or '∅'} → {change.after or '∅'}"
        console.print(escape(f"{change.rank:<15}  {change.path}: {words}  ({change.reason.inside(spoken)})"))
    for finding in found.refused:
        console.print(escape(f"{finding.code}: {finding.reason.inside(spoken)}"))
    heads = ("分段", "保单", "旧版保费", "新版保费", "变动", "减费", "增费", "拒保", "期望损失") if zh else (
        "segment", "policies", "old premium", "new premium", "change", "less", "more", "declined", "expected loss"
    )  # fmt: skip
    table = Table(title=f"{found.new.code} {found.old.version} → {found.new.version} ({found.day})")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left")
    for one in found.segments:
        table.add_row(*(escape(cell) for cell in _cells(one, spoken)))
    console.print(table)
    for mover in (*found.losers[:3], *found.winners[:3]):
        console.print(escape(f"  {mover.policy}  {_yuan(mover.before)} → {_yuan(mover.after)}"))
    for reason, count in found.reasons.most_common():
        declined = f"拒保 {count}：{reason.zh}" if zh else f"{count} declined: {reason.en}"
        console.print(escape(declined))
    if found.unsaid is not None:
        console.print(escape(found.unsaid.inside(spoken)))


def _cells(one: "Segment", spoken: str) -> tuple[str, ...]:
    from quanyu.desk.impact_told import title_of

    part = f" ({one.change / one.before:+.1%})" if one.before else ""
    expected = ""
    if one.expected is not None:
        e = one.expected
        expected = f"{e.before:,.0f} ± {e.before_error:,.0f} → {e.after:,.0f} ± {e.after_error:,.0f}"
    return (
        title_of(one.key).inside(spoken), f"{one.policies:,}", _yuan(one.before), _yuan(one.after),
        f"{one.change / 100:+,.2f}{part}", f"{one.winners:,}", f"{one.losers:,}", f"{one.declined:,}", expected,
    )  # fmt: skip


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"
