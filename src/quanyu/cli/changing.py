"""The verbs of the book that change a policy: endorse, suspend, cancel, reinstate, extend, true-up."""

import datetime as dt
from typing import Annotated, Literal

import typer

from quanyu.cli.acting import (
    Actor,
    Booked,
    Field,
    Format,
    From,
    Language,
    Number,
    Reference,
    To,
    Why,
    change,
    day,
    doing_of,
    fields_of,
)  # fmt: skip

__all__ = ["cancel", "endorse", "extend", "reinstate", "suspend", "true_up"]


def endorse(
    number: Number,
    start: From,
    field: Field = None,
    proposed: Annotated[
        str | None, typer.Option("--proposed-by", help="who asked, where a second person decides 提出人（须双人时）")
    ] = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Change fields of a policy from a day on, pro rata both ways. 批改。"""
    from quanyu.desk.policies import endorse_policy

    doing, fields = doing_of(reason, booked, reference), fields_of(field)
    change(
        lambda book: endorse_policy(book, number, start=start, fields=fields, proposed_by=proposed, doing=doing),
        actor,
        format,
        lang,
    )


def suspend(
    number: Number,
    start: From,
    until: To = None,
    keep: Annotated[bool, typer.Option("--keep", help="the premium of these days is kept 不退保费")] = False,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Suspend cover for some days, or until it is reinstated. 中止。"""
    from quanyu.desk.policies import Span, suspend_policy

    doing, span = doing_of(reason, booked, reference), Span(start, until)
    change(lambda book: suspend_policy(book, number, span, refund=not keep, doing=doing), actor, format, lang)


def cancel(
    number: Number,
    start: From,
    refund: Annotated[
        Literal["pro-rata", "short-period", "none"] | None,
        typer.Option("--refund", help="how premium goes back; by the version's table where it has one 退费方式"),
    ] = None,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Cancel a policy from a day on; each payer has its part back. 退保（注销）。"""
    from quanyu.desk.policies import cancel_policy

    doing = doing_of(reason, booked, reference)
    change(lambda book: cancel_policy(book, number, start=start, refund=refund, doing=doing), actor, format, lang)


def reinstate(
    number: Number,
    start: From,
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Give a suspended or cancelled policy cover again from a day on. 复效。"""
    from quanyu.desk.policies import reinstate_policy

    doing = doing_of(reason, booked, reference)
    change(lambda book: reinstate_policy(book, number, start=start, doing=doing), actor, format, lang)


def extend(
    number: Number,
    until: Annotated[dt.date, typer.Option("--to", parser=day, metavar="DAY", help="the last day 至此日止（含）")],
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Extend cover that is priced by time to a later day. 展期。"""
    from quanyu.desk.policies import extend_policy

    doing = doing_of(reason, booked, reference)
    change(lambda book: extend_policy(book, number, until=until, doing=doing), actor, format, lang)


def true_up(
    number: Number,
    actual: Annotated[str, typer.Option("--actual", help="what the field of true_up really was 实际值")],
    actor: Actor = None,
    reason: Why = "",
    booked: Booked = None,
    reference: Reference = None,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Language = "auto",
) -> None:
    """Settle an adjustable premium on what really happened. 保费按实际调整。"""
    from quanyu.desk.policies import true_up_policy

    doing = doing_of(reason, booked, reference)
    change(lambda book: true_up_policy(book, number, actual=actual, doing=doing), actor, format, lang)
