"""The verbs of many claims: determine, show, list, clocks."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from quanyu.cli.acting import (
    Actor,
    Booked,
    Format,
    Language,
    Programme,
    Reference,
    Why,
    day,
    doing_of,
    done,
    fields_of,
    moment_of,
    spoken_in,
)  # fmt: skip
from quanyu.cli.claiming import ClaimNumber, Said

__all__ = ["clocks", "determine", "list_", "show"]

AsAt = Annotated[
    dt.date | None, typer.Option("--as-at", parser=day, metavar="DAY", help="as booked by this day 截至此日")
]
Known = Annotated[
    dt.datetime | None, typer.Option("--known", parser=moment_of, metavar="TIME", help="as known then 当时所知")
]
OfProgramme = Annotated[str | None, typer.Option("--programme", help="only of this programme 只看这一方案")]


def determine(
    programme: Programme,
    code: Annotated[str, typer.Argument(help="what the determination is known by 判定编号，如台站与事件")],
    occurred: Annotated[dt.date, typer.Option("--occurred", parser=day, metavar="DAY", help="when 出险日")],
    known: Annotated[dt.date, typer.Option("--known", parser=day, metavar="DAY", help="known since 获知日")],
    by: Annotated[str, typer.Option("--by", help="who says so 由谁判定")],
    cover: Annotated[str | None, typer.Option("--cover", help="which cover it settles 保险责任")] = None,
    units: Annotated[
        Path | None, typer.Option("--units", help="table with a column `insured`; else the policies in force 单位表")
    ] = None,
    readings: Annotated[Path | None, typer.Option("--readings", help="table of readings by place 读数表")] = None,
    reading: Annotated[
        list[str] | None, typer.Option("--reading", help="one reading for all: wind=35.2 统一读数")
    ] = None,
    occurrence: Annotated[str | None, typer.Option("--occurrence", help="its occurrence's code 事件编号")] = None,
    determined: Annotated[
        dt.date | None, typer.Option("--determined", parser=day, metavar="DAY", help="place in the queue 认定日")
    ] = None,
    version: Annotated[
        dt.date | None, typer.Option("--version", parser=day, metavar="DAY", help="which version, if said 版本")
    ] = None,
    field: Said = None,
    pay: Annotated[bool, typer.Option("--pay", help="pay at once what becomes due 即时赔付")] = False,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Settle all units that a reading is about, or revise them; the same table once. 按判定理赔。"""
    from quanyu.book.determining import Determination
    from quanyu.cli.told_claims import show_determined
    from quanyu.desk.claims import determine_units

    if readings is not None and reading:
        raise typer.BadParameter("--readings or --reading, not both")
    said = [fields_of(reading)] if reading else []
    what = Determination(
        programme, code, occurred, known, by, said, cover, occurrence, determined, fields_of(field), version, pay=pay
    )
    spoken, doing = spoken_in(lang), doing_of(reason, booked, reference)
    made = done(lambda book: determine_units(book, what, units, readings, doing), spoken, actor)
    show_determined(made, spoken, json=format == "json")


def show(
    number: ClaimNumber,
    as_at: AsAt = None,
    known: Known = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Show a claim: facts, acts, money. 查看赔案。"""
    from quanyu.book.standing import AsKnown
    from quanyu.cli.told_claims import show_dossier
    from quanyu.desk.claims import show_claim

    spoken = spoken_in(lang)
    made = done(lambda book: show_claim(book, number, AsKnown(as_at, known)), spoken, None)
    show_dossier(made, spoken, json=format == "json", whole=True)


def list_(
    programme: OfProgramme = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many, the newest first 条数")] = 50,
    as_at: AsAt = None,
    known: Known = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """List the newest claims. 赔案清单。"""
    from quanyu.book.standing import AsKnown
    from quanyu.cli.told_claims import show_list
    from quanyu.desk.claims import list_claims

    spoken, seen = spoken_in(lang), AsKnown(as_at, known)
    found = done(lambda book: list_claims(book, programme, limit, seen), spoken, None)
    show_list(found, spoken, json=format == "json")


def clocks(
    programme: OfProgramme = None,
    on: Annotated[dt.date | None, typer.Option("--on", parser=day, metavar="DAY", help="as on this day 截至日")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="only what is overdue 只看逾期")] = False,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Days from notice to decision and payment, against what the programme promises. 理赔时效。"""
    from quanyu.cli.told_claims import show_clocks
    from quanyu.desk.claims import clocks_of

    spoken = spoken_in(lang)
    found = done(lambda book: clocks_of(book, programme, on, overdue=overdue), spoken, None)
    show_clocks(found, spoken, json=format == "json")
