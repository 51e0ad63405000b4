"""The verbs of accounts and of lists: `quanyu accounts …`, `quanyu export …`."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from quanyu.cli.verbs import Verbs

if TYPE_CHECKING:
    from quanyu.desk.accounts import Asked
    from quanyu.desk.booking import Book

__all__ = ["accounts", "export"]

accounts = typer.Typer(
    cls=Verbs, help="Accounts of every party, as at any day. 各方账户，可查任何一天。", no_args_is_help=True
)

Kind = Literal[
    "policies", "claims", "transfers", "quotes", "parties", "occurrences", "facts", "determinations", "versions"
]
Party = Annotated[str, typer.Argument(help="its code or its name 代码或名称")]
Since = Annotated[str | None, typer.Option("--from", help="first day, else that of the year 起始日，默认当年首日")]
To = Annotated[str | None, typer.Option("--to", help="last day, else today 截止日，默认今天")]
AsAt = Annotated[str | None, typer.Option("--as-at", help="nothing that was booked later 只计至该日已入账的")]
Known = Annotated[
    str | None, typer.Option("--known", help="nothing that was recorded after this day or time 只计至该时已录入的")
]
Programme = Annotated[str | None, typer.Option("--programme", help="of one programme alone 只限一个方案")]
Out = Annotated[Path | None, typer.Option("--out", help="a file: .xlsx .csv .parquet .json 写出文件")]
Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]


@accounts.command()
def statement(
    party: Party,
    since: Since = None,
    to: To = None,
    as_at: AsAt = None,
    known: Known = None,
    out: Out = None,
    lang: Language = "auto",
) -> None:
    """A party's statement of account. 一方的账单。"""
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_statement
    from quanyu.desk.accounts import statement as read
    from quanyu.desk.delivery import deliver_statement

    spoken = _begun(lang, out)
    with opened_book(spoken) as book:
        asked = _asked(book, since, to, as_at, known)
        done = read(book, party, asked)
        if isinstance(done, list):
            stop(done, spoken)
        if out is None:
            show_statement(done, spoken)
        else:
            _written(deliver_statement(book, done, asked, out, _paper(lang)))


@accounts.command()
def bordereau(
    party: Party,
    since: Since = None,
    to: To = None,
    programme: Programme = None,
    out: Out = None,
    lang: Language = "auto",
) -> None:
    """The policies and claims of which a party has a share. 一方的业务明细表。"""
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_bordereau
    from quanyu.desk.accounts import bordereau as read
    from quanyu.desk.delivery import deliver_bordereau

    spoken = _begun(lang, out)
    with opened_book(spoken) as book:
        asked = _asked(book, since, to, programme=programme)
        done = read(book, party, asked)
        if isinstance(done, list):
            stop(done, spoken)
        if out is None:
            show_bordereau(done, spoken)
        else:
            _written(deliver_bordereau(book, done, asked, out, _paper(lang)))


@accounts.command()
def subsidy(
    since: Since = None, to: To = None, programme: Programme = None, out: Out = None, lang: Language = "auto"
) -> None:
    """Premium that governments pay, by programme, district and level. 各级财政补贴结算。"""
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_subsidies
    from quanyu.desk.accounts import subsidies as read
    from quanyu.desk.delivery import deliver_subsidies

    spoken = _begun(lang, out)
    with opened_book(spoken) as book:
        asked = _asked(book, since, to, programme=programme)
        done = read(book, asked)
        if out is None:
            show_subsidies(done, spoken)
        else:
            _written(deliver_subsidies(book, done, asked, out, _paper(lang)))


@accounts.command()
def fund(
    account: Annotated[str | None, typer.Argument(help="its code or its name; all where not said 代码或名称")] = None,
    since: Since = None,
    to: To = None,
    as_at: AsAt = None,
    known: Known = None,
    programme: Programme = None,
    out: Out = None,
    lang: Language = "auto",
) -> None:
    """What accounts such as funds held, took in, gave out and hold. 基金收支。"""
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_funds
    from quanyu.desk.accounts import FundPeriod, funds
    from quanyu.desk.delivery import deliver_funds

    spoken = _begun(lang, out)
    with opened_book(spoken) as book:
        asked = _asked(book, since, to, as_at, known, programme=programme)
        done = funds(book, asked, account)
        found = [one for one in done if isinstance(one, FundPeriod)]
        if len(found) != len(done):
            stop([one for one in done if not isinstance(one, FundPeriod)], spoken)
        if out is None:
            show_funds(found, spoken)
        else:
            _written(deliver_funds(book, found, asked, out, _paper(lang)))


@accounts.command()
def balance(as_at: AsAt = None, known: Known = None, out: Out = None, lang: Language = "auto") -> None:
    """The trial balance: what every party received and gave. 试算平衡表。"""
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_balance
    from quanyu.desk.accounts import trial
    from quanyu.desk.delivery import deliver_balance

    spoken = _begun(lang, out)
    with opened_book(spoken) as book:
        asked = _asked(book, None, as_at, as_at, known)
        done = trial(book, asked)
        if out is None:
            show_balance(done, spoken)
        else:
            _written(deliver_balance(book, done, asked, out, _paper(lang)))
    raise typer.Exit(int(done.difference != 0))


@accounts.command("list")
def list_(as_at: AsAt = None, known: Known = None, lang: Language = "auto") -> None:
    """Every party that a programme names, with what it is owed. 各方及其余额。"""
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_parties
    from quanyu.desk.accounts import trial

    spoken = _begun(lang, None)
    with opened_book(spoken) as book:
        asked = _asked(book, None, as_at, as_at, known)
        show_parties(trial(book, asked), spoken)


@accounts.command()
def close(
    through: Annotated[str, typer.Argument(help="the last day that is closed 关至该日")],
    booked: Annotated[str | None, typer.Option("--booked", help="the day of the books 记账日")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="who does it 经办人")] = None,
    reason: Annotated[str, typer.Option("--reason", help="why 原因")] = "",
    lang: Language = "auto",
) -> None:
    """Close the books: nothing more is booked up to that day. 关账。"""
    from quanyu.cli.app import stop
    from quanyu.cli.evidence import seal_after
    from quanyu.cli.opening import opened_book
    from quanyu.desk.accounts import close as close_books

    spoken, last = _begun(lang, None), _day(through)
    with opened_book(spoken, actor) as book:
        done = close_books(book, last, reason=reason, booked=None if booked is None else _day(booked))
        if not isinstance(done, list):
            seal_after(book, spoken)
    if isinstance(done, list):
        stop(done, spoken)
    typer.echo(f"账簿已关至 {done}" if spoken == "zh" else f"the books are closed to {done}")


@accounts.command()
def surplus(
    programme: Annotated[str, typer.Argument(help="a programme of the book 方案")],
    through: Annotated[str | None, typer.Option("--through", help="periods over by then, else today 截至日")] = None,
    booked: Annotated[str | None, typer.Option("--booked", help="the day of the books 记账日")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="who does it 经办人")] = None,
    reason: Annotated[str, typer.Option("--reason", help="why 原因")] = "",
    lang: Language = "auto",
) -> None:
    """Hand on the result of periods that are over, as the programme says. 结转已结束期间的结余。"""
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.cli.told_accounts import show_surpluses
    from quanyu.desk.accounts import share_surplus, today

    spoken = _begun(lang, None)
    with opened_book(spoken, actor) as book:
        day = today(book) if through is None else _day(through)
        done = share_surplus(book, programme, day, reason=reason, booked=None if booked is None else _day(booked))
    if isinstance(done, list):
        stop(done, spoken)
    show_surpluses(done, spoken)


def export(
    kind: Annotated[Kind, typer.Argument(help="which list 哪张清单")],
    out: Annotated[Path, typer.Option("--out", help="a file: .xlsx .csv .parquet .json 写出文件")],
    as_at: AsAt = None,
    known: Known = None,
    party: Annotated[
        str | None, typer.Option("--party", help="only what this party sees as its own 只限该方自己的")
    ] = None,
    programme: Programme = None,
    lang: Language = "auto",
) -> None:
    """Write a list of the book into a file, as at any day. 导出清单。"""
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.desk.exports import export_register

    spoken = _begun(lang, out)
    with opened_book(spoken) as book:
        asked = _asked(book, None, as_at, as_at, known, programme=programme)
        done = export_register(book, kind, out, asked=asked, party=party, language=_paper(lang))
    if isinstance(done, list):
        stop(done, spoken)
    typer.echo(f"{out}: {done} {'行' if spoken == 'zh' else 'row(s)'}")


def _begun(lang: str, out: Path | None) -> str:
    """The language; the end of the command where the file cannot be written."""
    from quanyu.cli.app import language, stop

    spoken = language(lang)
    if out is not None:
        from quanyu.desk.exports import SUFFIXES
        from quanyu.tables import unwritable

        if wrong := unwritable(out, SUFFIXES):
            stop(wrong, spoken)
    return spoken


def _paper(lang: str) -> str:
    """Papers speak both languages unless one is asked for."""
    return "both" if lang == "auto" else lang


def _asked(
    book: "Book",
    since: str | None = None,
    to: str | None = None,
    as_at: str | None = None,
    known: str | None = None,
    *,
    programme: str | None = None,
) -> "Asked":
    from quanyu.desk.accounts import Asked, today

    asked = Asked(
        last=today(book) if to is None else _day(to),
        first=None if since is None else _day(since),
        as_at=None if as_at is None else _day(as_at),
        known=None if known is None else _moment(known),
        programme=programme,
    )
    if asked.since > asked.until:
        raise typer.BadParameter(f"{asked.since} comes after {asked.until} 起始日晚于截止日")
    return asked


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write a day as 2026-06-30 日期写作 2026-06-30") from None


def _moment(text: str) -> dt.datetime:
    """A time, in Shanghai where it says no zone; a day with all of its hours."""
    from zoneinfo import ZoneInfo

    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write 2026-06-30 or 2026-06-30T18:00 写作日期或时间") from None
    if len(text) == len("2026-06-30"):
        found += dt.timedelta(days=1, microseconds=-1)
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def _written(paths: list[Path]) -> None:
    for path in paths:
        typer.echo(str(path))
