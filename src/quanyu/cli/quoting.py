"""The verbs of the book that lead to a policy and show it: publish, quote, underwrite, approve, issue, renew."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from quanyu.cli.acting import (
    Actor,
    Booked,
    Field,
    Format,
    From,
    Holder,
    Language,
    Number,
    PolicyNumber,
    Programme,
    QuoteNumber,
    Reference,
    To,
    Why,
    change,
    day,
    doing_of,
    done,
    fields_of,
    moment_of,
    spoken_in,
)  # fmt: skip

__all__ = ["approve", "collect", "issue", "publish", "quote", "renew", "show", "underwrite"]


def publish(
    files: Annotated[list[Path], typer.Argument(help="programme files or folders 方案文件或文件夹")],
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    lang: Language = "auto",
) -> None:
    """Check programmes and publish them: a version never changes afterwards. 发布方案。"""
    from quanyu.cli.policies import show_published
    from quanyu.desk.publishing import publish_files

    spoken = spoken_in(lang)
    made = done(lambda book: publish_files(book, files, doing_of(reason, booked, reference)), spoken, actor)
    show_published(made, spoken)


def quote(
    programme: Programme,
    start: From,
    until: To = None,
    field: Field = None,
    holder: Holder = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Quote a risk: kept with its premium sheet until it expires. 报价。"""
    from quanyu.cli.policies import show_quote
    from quanyu.desk.policies import Span, quote_risk

    spoken, span = spoken_in(lang), Span(start, until, fields_of(field), holder)
    made = done(lambda book: quote_risk(book, programme, span, doing_of(reason, booked, reference)), spoken, actor)
    show_quote(made, spoken, json=format == "json")


def underwrite(
    number: QuoteNumber, actor: Actor = None, reason: Why = "", booked: Booked = None, lang: Language = "auto"
) -> None:
    """Accept, refer or decline a quote by the programme's rules, with reasons. 核保。"""
    from quanyu.cli.policies import show_decision
    from quanyu.desk.policies import underwrite_quote

    spoken = spoken_in(lang)
    decision = done(lambda book: underwrite_quote(book, number, doing_of(reason, booked)), spoken, actor)
    show_decision(number, decision, spoken)
    raise typer.Exit(int(decision.kind == "declined"))


def approve(
    number: QuoteNumber,
    reject: Annotated[bool, typer.Option("--reject", help="reject it 不同意")] = False,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    lang: Language = "auto",
) -> None:
    """Approve, as a second person, what was referred or has to be checked. 复核。"""
    from quanyu.cli.policies import show_decision
    from quanyu.desk.policies import approve_quote

    spoken, doing = spoken_in(lang), doing_of(reason, booked)
    decision = done(lambda book: approve_quote(book, number, accept=not reject, doing=doing), spoken, actor)
    show_decision(number, decision, spoken)


def issue(
    number: QuoteNumber,
    holder: Holder = None,
    policy: PolicyNumber = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Issue the policy of an accepted quote; its premium is due from each payer. 出单。"""
    from quanyu.desk.policies import issue_policy

    doing = doing_of(reason, booked, reference)
    change(lambda book: issue_policy(book, number, holder=holder, policy=policy, doing=doing), actor, format, lang)


def renew(
    number: Number,
    start: Annotated[
        dt.date | None, typer.Option("--from", parser=day, metavar="DAY", help="else the day after its last 起期")
    ] = None,
    until: To = None,
    field: Field = None,
    policy: PolicyNumber = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    lang: Language = "auto",
) -> None:
    """Renew a policy under the version then in force, at the level its claims moved it to. 续保。"""
    from quanyu.book.renewing import Renewal
    from quanyu.cli.policies import show_decision, show_policy
    from quanyu.desk.policies import renew_policy

    spoken, how = spoken_in(lang), Renewal(start, until, fields_of(field), policy)
    made = done(lambda book: renew_policy(book, number, how, doing_of(reason, booked, reference)), spoken, actor)
    show_decision(made.quote.number, made.decision, spoken)
    if made.policy is not None:
        show_policy(made.policy, spoken, json=False)


def collect(
    number: Number,
    payer: Annotated[str | None, typer.Option("--payer", help="who pays: its name in the book 付款方")] = None,
    receiver: Annotated[
        str | None, typer.Option("--receiver", help="who is paid: for a refund, the holder 收款方，退费时写投保人")
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", help="how much, all it owes where not said 金额")] = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    lang: Language = "auto",
) -> None:
    """Book what a party pays for the premium of a policy, never more than it owes; or a refund. 收费、退费。"""
    from quanyu.cli.policies import show_money
    from quanyu.desk.policies import collect_premium

    if payer is None and receiver is None:
        raise typer.BadParameter("name who pays or who is paid: --payer, --receiver 写明付款方或收款方")
    spoken, doing = spoken_in(lang), doing_of(reason, booked, reference)
    paid = done(
        lambda book: collect_premium(book, number, payer=payer, receiver=receiver, amount=amount, doing=doing),
        spoken,
        actor,
    )
    show_money(paid, spoken)


def show(
    number: Number,
    as_at: Annotated[
        dt.date | None, typer.Option("--as-at", parser=day, metavar="DAY", help="the book as at this day 账簿截至此日")
    ] = None,
    known: Annotated[
        dt.datetime | None, typer.Option("--known", parser=moment_of, metavar="TIME", help="as known then 当时所知")
    ] = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Show a policy's life: acts, days, premium due and paid, what stands under it. 查看保单。"""
    from quanyu.book.standing import AsKnown
    from quanyu.cli.policies import show_life
    from quanyu.desk.policies import show_policy

    spoken = spoken_in(lang)
    life = done(lambda book: show_policy(book, number, AsKnown(as_at, known)), spoken, None)
    show_life(life, spoken, json=format == "json")
