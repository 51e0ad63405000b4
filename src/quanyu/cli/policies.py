"""Policies on the terminal: quotes, decisions, policies, their lives."""

import dataclasses
import datetime as dt
import json as to_json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quanyu.cli.tables import print_table
from quanyu.terms import Text

if TYPE_CHECKING:
    from quanyu.book import Money
    from quanyu.book.quotes import Quote
    from quanyu.book.showing import Life
    from quanyu.book.standing import Policy
    from quanyu.book.underwriting import Decision
    from quanyu.desk.publishing import Published

__all__ = ["show_decision", "show_life", "show_money", "show_policy", "show_published", "show_quote"]

_DAY = dt.timedelta(days=1)
_NO_TITLES: Mapping[str, Text] = MappingProxyType({})
_EN = {"master": "master policy", "open": "open policy"}
_ZH = {
    "policy": "保单", "master": "总保单", "open": "预约保单", "certificate": "凭证", "declaration": "申报",
    "in force": "有效", "suspended": "中止", "cancelled": "终止", "issue": "出单", "endorse": "批改",
    "suspend": "中止（不退费）", "suspend-refund": "中止", "cancel": "退保", "cancel-short-period": "退保（短期费率）",
    "cancel-kept": "终止（不退费）", "reinstate": "复效", "extend": "展期", "true-up": "按实际调整", "adjust": "结清",
    "accepted": "承保", "declined": "拒保", "referred": "转另一人决定", "proposed": "待复核", "approved": "复核同意",
    "rejected": "复核不同意", "base": "基准", "factor": "系数", "plus": "另加", "loading": "附加", "minimum": "最低",
    "maximum": "最高", "time": "期间", "rounding": "取整",
}  # fmt: skip


def _word(word: str, language: str) -> str:
    return (_ZH if language == "zh" else _EN).get(word, word)


def _money(fen: int) -> str:
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def _table(language: str, headings: Iterable[tuple[str, str]], title: str = "") -> Table:
    """headings: Chinese and English; one that ends in `>` is of numbers, in `=` of days: these are never cut."""
    table = Table(title=escape(title) or None, title_justify="left")
    for zh, en in headings:
        number, kept = en.endswith(">"), en.endswith((">", "="))
        heading = (zh if language == "zh" else en).rstrip(">=")
        table.add_column(heading, justify="right" if number else "left", no_wrap=kept)
    return table


def show_published(versions: "Sequence[Published]", language: str) -> None:
    """What is in the book now."""
    zh = language == "zh"
    for one in versions:
        new = ("已发布" if zh else "published") if one.new else ("早已发布" if zh else "published before")
        opening = f"{'，账户期初' if zh else ', accounts open with'} {_money(one.opened)}" if one.opened else ""
        typer.echo(f"{one.programme} {one.version}: {new}{opening}")
        for note in one.notes:
            typer.echo(f"  {note.code}: {note.reason.inside(language)}")


def show_quote(quote: "Quote", language: str, *, json: bool) -> None:
    """A quote with its premium sheet."""
    if json:
        _print(quote)
        return
    zh = language == "zh"
    days = f"{quote.valid_from} – {quote.valid_to - _DAY}"
    title = f"{'报价' if zh else 'quote'} {quote.number}  {days}"
    headings = (("", ""), ("项目", "part"), ("所据", "from"), ("值", "value>"), ("累计", "running>"))
    table = _table(language, headings, title)
    for line in quote.sheet:
        entered = f"{line['key']} → {line['row']}" if line["row"] else line["source"]
        running = f"{float(Fraction(line['running'])):,.4f}"
        table.add_row(
            _word(line["kind"], language), escape(line["name"]), escape(entered), _number(line["held"]), running
        )
    table.add_section()
    table.add_row("", "保费" if zh else "premium", "", "", f"{_money(quote.premium)}")
    console = Console()
    print_table(table, console)
    until = f"，有效至 {quote.expires_on}" if zh else f", stands until {quote.expires_on}"
    console.print(f"{_money(quote.premium)} {quote.currency}{until}", highlight=False)
    if quote.warnings:
        from quanyu.cli.findings import written

        for warning in quote.warnings:
            typer.echo(written(warning, language), err=True)


def _number(text: str) -> str:
    """A value with all its figures: amounts of billions are not rounded."""
    return f"{float(Fraction(text)):,.6f}".rstrip("0").rstrip(".")


def show_decision(number: str, decision: "Decision", language: str) -> None:
    """What was decided on a quote, with reasons."""
    typer.echo(f"{number}: {_word(decision.kind, language)}")
    for reason in decision.reasons:
        typer.echo(f"  {reason.inside(language)}")


def show_policy(policy: "Policy", language: str, *, json: bool) -> None:
    """A policy as an act left it: one line and what stands on its days."""
    if json:
        _print(policy)
        return
    from quanyu.book.standing import painted

    zh = language == "zh"
    pieces = painted(policy.segments)
    days = f"{pieces[0].valid_from} – {pieces[-1].valid_to - _DAY}"
    premium = f"{'保费' if zh else 'premium'} {_money(policy.premium)}"
    typer.echo(f"{_word(policy.kind, language)} {policy.number}  {days}  {premium}")
    if len(pieces) > 1 or not pieces[0].in_force:
        for piece in pieces:
            state = _word(piece.segment.state, language)
            typer.echo(f"  {piece.valid_from} – {piece.valid_to - _DAY}  {state}  {_fields(piece.segment.fields)}")


def show_money(money: "Sequence[Money]", language: str) -> None:
    """Transfers that an act booked."""
    total: dict[str, int] = {}
    for one in money:
        total[one.label] = total.get(one.label, 0) + one.amount
    for label, amount in total.items():
        typer.echo(f"  {label}  {_money(amount)}")
    whole = sum(total.values())
    typer.echo(f"{'合计' if language == 'zh' else 'in all'} {_money(whole)}")


def show_life(life: "Life", language: str, *, json: bool) -> None:
    """All of a policy."""
    if json:
        _print(life)
        return
    zh = language == "zh"
    console = Console(highlight=False)
    policy = life.policy
    head = f"{_word(policy.kind, language)} {policy.number}  {life.programme} {life.version}  "
    head += (
        f"{life.holder.name.inside(language)}  {'保费' if zh else 'premium'} {_money(policy.premium)} {life.currency}"
    )
    console.print(f"[bold]{escape(head)}[/bold]")
    headings = (("日期", "days="), ("状态", "state"), ("风险", "risk"))
    standing = _table(language, headings, "保障" if zh else "cover")
    for piece in life.pieces:
        days = f"{piece.valid_from} – {piece.valid_to - _DAY}"
        standing.add_row(
            days, _word(piece.segment.state, language), escape(_fields(piece.segment.fields, life.titles, language))
        )
    print_table(standing, console)
    print_table(_acts(life, language), console)
    if life.money:
        print_table(_dues(life, language), console)
    if life.under:
        print_table(_below(life, language), console)


def _acts(life: "Life", language: str) -> Table:
    headings = (
        ("记账日", "booked="),
        ("事项", "act"),
        ("起", "from="),
        ("止", "to="),
        ("保费", "premium>"),
        ("经办", "by"),
        ("事由", "why"),
    )
    table = _table(language, headings, "经过" if language == "zh" else "acts")
    for one in life.deeds:
        days = (str(one.valid_from), str(one.valid_to - _DAY))
        row = (str(one.booked_on), _word(one.kind, language), *days, _money(one.premium), one.actor, one.reason)
        table.add_row(*(escape(cell) for cell in row))
    return table


def _dues(life: "Life", language: str) -> Table:
    headings = (("付款方", "payer"), ("收款方", "receiver"), ("步骤", "step"), ("应付", "due>"), ("已付", "paid>"))
    table = _table(language, headings, "保费" if language == "zh" else "premium")
    for one in life.money:
        names = (one.payer.name.inside(language), one.receiver.name.inside(language), one.label)
        table.add_row(*(escape(name) for name in names), _money(one.due), _money(one.paid))
    return table


def _below(life: "Life", language: str) -> Table:
    headings = (("保单", "policy"), ("起", "from="), ("止", "to="), ("保费", "premium>"))
    table = _table(language, headings, "明细" if language == "zh" else "schedule")
    for one in life.under:
        start, end = min(s.valid_from for s in one.segments), max(s.valid_to for s in one.segments)
        table.add_row(escape(one.number), str(start), str(end - _DAY), _money(one.premium))
    table.add_section()
    table.add_row("合计" if language == "zh" else "in all", "", "", _money(sum(one.premium for one in life.under)))
    return table


def _fields(fields: Any, titles: Mapping[str, Text] = _NO_TITLES, language: str = "en") -> str:
    named = {name: titles[name].inside(language) if name in titles else name for name in fields}
    return ", ".join(f"{named[name]}={value}" for name, value in fields.items())


def _print(value: Any) -> None:
    typer.echo(to_json.dumps(_plain(value), ensure_ascii=False, indent=1))


def _plain(value: Any) -> Any:
    """Values as JSON has them: days and times as texts, texts in both languages."""
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value
