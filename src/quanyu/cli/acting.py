"""What the verbs of the book share: options, the act that they book, the end of a command with findings."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from quanyu.book.standing import Policy
    from quanyu.desk.booking import Book
    from quanyu.desk.policies import Doing
    from quanyu.terms import Finding

__all__ = [
    "Actor", "Booked", "Field", "Format", "From", "Holder", "Language", "Number", "PolicyNumber", "Programme",
    "QuoteNumber", "Reference", "To", "Why", "change", "day", "doing_of", "done", "fields_of",
    "moment_of", "spoken_in",
]  # fmt: skip

Given = TypeVar("Given")


def day(text: str | dt.date) -> dt.date:
    """A day as written."""
    try:
        return text if isinstance(text, dt.date) else dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write 2026-01-31 日期写作 2026-01-31") from None


def moment_of(text: str | dt.datetime) -> dt.datetime:
    """A moment as written, in Shanghai where no zone is said."""
    from zoneinfo import ZoneInfo

    try:
        moment = text if isinstance(text, dt.datetime) else dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write 2026-01-31T18:00 时刻写作 2026-01-31T18:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


Programme = Annotated[str, typer.Argument(help="the programme's name 方案名称，如 ningbo.public-catastrophe")]
Number = Annotated[str, typer.Argument(help="the policy's number 保单号")]
QuoteNumber = Annotated[str, typer.Argument(help="the quote's number 报价号")]
From = Annotated[dt.date, typer.Option("--from", parser=day, metavar="DAY", help="from this day on 自此日起")]
To = Annotated[dt.date | None, typer.Option("--to", parser=day, metavar="DAY", help="the last day 至此日止（含）")]
Field = Annotated[list[str] | None, typer.Option("--field", help="a field of the risk: sum=1000万 风险的字段")]
Holder = Annotated[str | None, typer.Option("--holder", help="who holds it: name or code=name 投保人（成员）")]
PolicyNumber = Annotated[str | None, typer.Option("--number", help="its number; made where none is given 保单号")]
Actor = Annotated[str | None, typer.Option("--actor", help="who does it, else the login name 经办人")]
Why = Annotated[str, typer.Option("--reason", help="why 事由")]
Booked = Annotated[
    dt.date | None, typer.Option("--booked", parser=day, metavar="DAY", help="the day of the books 记账日")
]
Reference = Annotated[str | None, typer.Option("--reference", help="a name under which it is done once 只办一次的编号")]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text for people, json for programs")]
Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]


def spoken_in(lang: str) -> str:
    """`zh` or `en`."""
    from quanyu.cli.app import language

    return language(lang)


def fields_of(field: list[str] | None) -> dict[str, str]:
    """The fields of `--field` options."""
    from quanyu.cli.app import pairs

    return pairs(field or ())


def doing_of(reason: str, booked: dt.date | None, reference: str | None = None) -> "Doing":
    """How the act is booked."""
    from quanyu.desk.policies import Doing

    return Doing(reason, booked, reference)


def done(work: "Callable[[Book], Given | list[Finding]]", spoken: str, actor: str | None) -> Given:
    """What a verb of the desk gives; the end of the command with its findings."""
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.terms import Finding

    with opened_book(spoken, actor) as book:
        given = work(book)
    if isinstance(given, list) and given and isinstance(given[0], Finding):
        stop(given, spoken)
    return given  # type: ignore[return-value]


def change(work: "Callable[[Book], Policy | list[Finding]]", actor: str | None, form: str, lang: str) -> None:
    """A verb that gives a policy."""
    from quanyu.cli.policies import show_policy

    spoken = spoken_in(lang)
    show_policy(done(work, spoken, actor), spoken, json=form == "json")
