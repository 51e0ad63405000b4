"""The verbs of one claim: notify, fact, reserve, decide, pay, recover, close, reopen."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    spoken_in,
)  # fmt: skip

if TYPE_CHECKING:
    from quanyu.book.dossier import Dossier
    from quanyu.desk.booking import Book
    from quanyu.desk.policies import Doing
    from quanyu.terms import Finding

__all__ = ["ClaimNumber", "close", "decide", "fact", "notify", "pay", "recover", "reopen", "reserve"]

ClaimNumber = Annotated[str, typer.Argument(help="the claim's number 赔案号")]
Line = Annotated[str | None, typer.Option("--line", help="which line of the claim, else its cover's 赔案的哪一行")]
Said = Annotated[list[str] | None, typer.Option("--field", help="a value by name: water_depth=75 名称=值")]


def _act(
    work: "Callable[[Book, Doing], Dossier | list[Finding]]",
    act: tuple[str | None, str, dt.date | None, str | None],
    form: str,
    lang: str,
) -> None:
    """A verb that gives a claim. act: actor, reason, day of the books, reference."""
    from quanyu.cli.told_claims import show_dossier

    spoken, (actor, reason, booked, reference) = spoken_in(lang), act
    doing = doing_of(reason, booked, reference)
    show_dossier(done(lambda book: work(book, doing), spoken, actor), spoken, json=form == "json", whole=False)


def notify(
    programme: Programme,
    occurred: Annotated[dt.date, typer.Option("--occurred", parser=day, metavar="DAY", help="when 出险日")],
    reported: Annotated[
        dt.date | None, typer.Option("--reported", parser=day, metavar="DAY", help="when it was told 报案日")
    ] = None,
    cover: Annotated[str | None, typer.Option("--cover", help="under which cover 保险责任")] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="under which policy 保单号")] = None,
    claimant: Annotated[str | None, typer.Option("--claimant", help="who claims: name or code=name 索赔人")] = None,
    occurrence: Annotated[str | None, typer.Option("--occurrence", help="its occurrence's code 事件编号")] = None,
    named: Annotated[str | None, typer.Option("--named", help="the name of a new occurrence 新事件的名称")] = None,
    place: Annotated[str, typer.Option("--place", help="where that was 地点")] = "",
    field: Said = None,
    number: Annotated[str | None, typer.Option("--number", help="its number; made where none is given 赔案号")] = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Record a loss that is reported. 报案。"""
    from quanyu.book.claims import Notice
    from quanyu.book.occurrences import Happened
    from quanyu.desk.claims import notify_claim
    from quanyu.desk.policies import person

    if named is not None and occurrence is None:
        raise typer.BadParameter("--named goes with --occurrence")
    keys = {**({"cover": cover} if cover else {}), **fields_of(field)}
    notice = Notice(
        programme, occurred, reported or booked or occurred, person(claimant), policy, occurrence, keys, number=number
    )
    happened = Happened(str(occurrence), named, occurred, place=place) if named is not None else None
    act = (actor, reason, booked, reference)
    _act(lambda book, doing: notify_claim(book, notice, happened, doing), act, format, lang)


def fact(
    number: ClaimNumber,
    field: Said = None,
    by: Annotated[str, typer.Option("--by", help="who says so 由谁报告")] = "",
    known: Annotated[
        dt.date | None, typer.Option("--known", parser=day, metavar="DAY", help="known since 获知日")
    ] = None,
    evidence: Annotated[
        list[Path] | None, typer.Option("--evidence", help="a file; its SHA-256 is kept 证据文件，记其摘要")
    ] = None,
    line: Line = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """State what is known of a claim; what was stated before is kept. 登记事实。"""
    from quanyu.desk.claims import Told, state_of_claim

    values = fields_of(field)
    act = (actor, reason, booked, reference)

    def work(book: "Book", doing: "Doing") -> "Dossier | list[Finding]":
        since = known or booked or book.now().date()
        return state_of_claim(book, number, Told(values, by or book.actor, since, line, evidence or ()), doing)

    _act(work, act, format, lang)


def reserve(
    number: ClaimNumber,
    amount: Annotated[str, typer.Argument(help="the loss that is expected; 0 takes it back 估损金额")],
    line: Line = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Reserve what a claim is expected to cost each bearer. 提存未决赔款准备金。"""
    from quanyu.desk.claims import reserve_for

    act = (actor, reason, booked, reference)
    _act(lambda book, doing: reserve_for(book, number, amount, line, doing), act, format, lang)


def decide(
    number: ClaimNumber,
    amount: Annotated[
        list[str] | None, typer.Option("--amount", help="assessed: 12万 or LINE=12万; else by the cover 核定金额")
    ] = None,
    decline: Annotated[bool, typer.Option("--decline", help="for the reason stated 拒赔，须写明理由")] = False,
    determined: Annotated[
        dt.date | None, typer.Option("--determined", parser=day, metavar="DAY", help="its place in the queue 认定日")
    ] = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Accept a claim at what its cover pays or as assessed, or decline it. 核定。"""
    from quanyu.book.deciding import Decision
    from quanyu.desk.claims import decide_claim, show_claim

    act = (actor, reason, booked, reference)

    def work(book: "Book", doing: "Doing") -> "Dossier | list[Finding]":
        known = show_claim(book, number)
        if isinstance(known, list):
            return known
        cover = str(known.claim.keys.get("cover", ""))
        pairs = {}
        for one in amount or ():
            line, sign, stated = one.rpartition("=")
            pairs[line if sign else cover] = stated
        return decide_claim(book, number, Decision(not decline, pairs, determined), doing)

    _act(work, act, format, lang)


def pay(
    number: ClaimNumber,
    amount: Annotated[str | None, typer.Option("--amount", help="a part; else all that is due 部分金额")] = None,
    payer: Annotated[str | None, typer.Option("--payer", help="only this party pays 付款方")] = None,
    receiver: Annotated[str | None, typer.Option("--receiver", help="only this party is paid 收款方")] = None,
    advance: Annotated[bool, typer.Option("--advance", help="before the decision, offset later 预付")] = False,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Pay what is due of a claim, never more; or an advance. 赔付。"""
    from quanyu.desk.claims import Paid, pay_claim

    paid, act = Paid(amount, payer, receiver, advance), (actor, reason, booked, reference)
    _act(lambda book, doing: pay_claim(book, number, paid, doing), act, format, lang)


def recover(
    number: ClaimNumber,
    amount: Annotated[str, typer.Argument(help="what came back 追回金额")],
    at: Annotated[dt.date, typer.Option("--at", parser=day, metavar="DAY", help="when 日期")],
    payer: Annotated[str | None, typer.Option("--payer", help="from whom: name or code=name 付款人")] = None,
    field: Said = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Share what comes back by the recovery waterfall. 追偿。"""
    from quanyu.book.recovering import Return
    from quanyu.desk.claims import recover_claim
    from quanyu.desk.policies import person

    back, act = Return(amount, at, person(payer), fields_of(field)), (actor, reason, booked, reference)
    _act(lambda book, doing: recover_claim(book, number, back, doing), act, format, lang)


def close(
    number: ClaimNumber,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Close a claim on which nothing is owed any more. 结案。"""
    from quanyu.desk.claims import close_claim

    _act(lambda book, doing: close_claim(book, number, doing), (actor, reason, booked, reference), format, lang)


def reopen(
    number: ClaimNumber,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Open a closed claim again, for a reason. 重开赔案。"""
    from quanyu.desk.claims import reopen_claim

    _act(lambda book, doing: reopen_claim(book, number, doing), (actor, reason, booked, reference), format, lang)
