"""The verbs of the book for what stands under another policy, or under none: masters, open policies, periods."""

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
    Reference,
    To,
    Why,
    change,
    doing_of,
    done,
    fields_of,
    spoken_in,
)  # fmt: skip

__all__ = ["adjust", "declare", "leave", "master", "member", "open_", "premium"]


def master(
    programme: Programme,
    start: From,
    until: To = None,
    field: Field = None,
    holder: Holder = None,
    policy: PolicyNumber = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Open a master policy: its holder pays for all members of its schedule. 总保单。"""
    from quanyu.desk.policies import Span, open_master

    doing, span = doing_of(reason, booked, reference), Span(start, until, fields_of(field), holder, policy)
    change(lambda book: open_master(book, programme, span, doing), actor, format, lang)


def member(
    number: Number,
    start: From,
    field: Field = None,
    holder: Holder = None,
    policy: PolicyNumber = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Add a member to a master policy from a day on: a certificate to its end. 增加成员。"""
    from quanyu.desk.policies import Span, join_master

    doing, span = doing_of(reason, booked, reference), Span(start, None, fields_of(field), holder, policy)
    change(lambda book: join_master(book, number, span, doing), actor, format, lang)


def leave(
    number: Number,
    start: From,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Take a member out of its master policy from a day on, by its certificate. 减少成员。"""
    from quanyu.desk.policies import leave_master

    doing = doing_of(reason, booked, reference)
    change(lambda book: leave_master(book, number, start=start, doing=doing), actor, format, lang)


def open_(
    programme: Programme,
    start: From,
    until: To = None,
    field: Field = None,
    holder: Holder = None,
    policy: PolicyNumber = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Open a policy under which exposures are declared; its deposit is due. 预约保单。"""
    from quanyu.desk.policies import Span, open_cover

    doing, span = doing_of(reason, booked, reference), Span(start, until, fields_of(field), holder, policy)
    change(lambda book: open_cover(book, programme, span, doing), actor, format, lang)


def declare(
    number: Number,
    start: From,
    until: To = None,
    field: Field = None,
    policy: PolicyNumber = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Declare an exposure under an open policy, which gives it cover. 申报。"""
    from quanyu.desk.policies import Span, declare_risk

    doing, span = doing_of(reason, booked, reference), Span(start, until, fields_of(field), None, policy)
    change(lambda book: declare_risk(book, number, span, doing), actor, format, lang)


def adjust(
    number: Number,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Settle an ended open policy: the deposit goes back, the minimum is asked for. 预约保单结清。"""
    from quanyu.desk.policies import adjust_open

    doing = doing_of(reason, booked, reference)
    change(lambda book: adjust_open(book, number, doing), actor, format, lang)


def premium(
    programme: Programme,
    period: Annotated[int, typer.Option("--period", min=1900, max=2200, help="the year 年度")],
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    lang: Language = "auto",
) -> None:
    """Book the premium of a period for a programme without policies, once. 无保单方案的期间保费。"""
    from quanyu.cli.policies import show_money
    from quanyu.desk.policies import charge_period

    spoken, doing = spoken_in(lang), doing_of(reason, booked)
    show_money(done(lambda book: charge_period(book, programme, period, doing), spoken, actor), spoken)
