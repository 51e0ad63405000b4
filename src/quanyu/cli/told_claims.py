"""Claims on the terminal: one claim, a list, what a determination did, clocks."""

import dataclasses
import datetime as dt
import json as to_json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quanyu.cli.tables import print_table
from quanyu.terms import Text

if TYPE_CHECKING:
    from quanyu.book.clocks import Clock
    from quanyu.book.determining import Determined
    from quanyu.book.dossier import Dossier, Summary

__all__ = ["show_clocks", "show_determined", "show_dossier", "show_list"]

_ZH = {
    "open": "未决", "accepted": "已核定", "declined": "拒赔", "closed": "已结案", "notified": "报案",
    "reserved": "提存准备金", "paid": "赔付", "advanced": "预付", "recovered": "追偿", "reopened": "重开",
    "settled": "随他案调整", "losses": "赔款", "recoveries": "追偿款", "reinstatement": "恢复保费", "calls": "追缴",
}  # fmt: skip


def _word(word: str, language: str) -> str:
    return _ZH.get(word, word) if language == "zh" else word


def _money(fen: int) -> str:
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def _said(amount: str) -> str:
    """An amount of an act, with thousands apart."""
    whole, point, part = amount.partition(".")
    return f"{int(whole):,}{point}{part}" if whole.lstrip("-").isdigit() else amount


def _table(language: str, headings: Iterable[tuple[str, str]], title: str = "") -> Table:
    """headings: Chinese and English; one that ends in `>` is of numbers, in `=` of days: these are never cut."""
    table = Table(title=escape(title) or None, title_justify="left")
    for zh, en in headings:
        number = en.endswith(">")
        heading = zh if language == "zh" else en.rstrip(">=")
        kept = en.endswith((">", "="))
        table.add_column(heading, justify="right" if number else "left", no_wrap=kept)
    return table


def show_dossier(dossier: "Dossier", language: str, *, json: bool, whole: bool) -> None:
    """A claim: its state and money; with its facts and acts where it is shown whole."""
    if json:
        _print({**_plain(dossier), "state": dossier.state})
        return
    console, claim = Console(highlight=False), dossier.claim
    under = f"{dossier.programme} {dossier.version}{f'  {dossier.policy}' if dossier.policy else ''}"
    head = f"{claim.number}  {_word(dossier.state, language)}  {under}  {dossier.claimant.text.inside(language)}"
    console.print(escape(f"{'赔案' if language == 'zh' else 'claim'} {head}"))
    if whole:
        print_table(_facts(dossier, language), console)
        print_table(_acts(dossier, language), console)
    if dossier.money:
        print_table(_owed(dossier, language), console)
    if dossier.cautions:
        from quanyu.cli.findings import written

        for caution in dossier.cautions:
            typer.echo(written(caution, language), err=True)


def _facts(dossier: "Dossier", language: str) -> Table:
    headings = (("获知日", "known="), ("行", "line"), ("事实", "facts"), ("报告人", "by"), ("证据", "evidence"))
    table = _table(language, headings, "事实" if language == "zh" else "facts")
    for one in dossier.facts:
        values = ", ".join(f"{name}={value}" for name, value in one.values.items())
        proofs = " ".join(digest[:12] for digest in one.evidence)
        table.add_row(str(one.known_on), escape(one.line), escape(values), escape(one.reported_by), proofs)
    return table


def _acts(dossier: "Dossier", language: str) -> Table:
    headings = (("记账日", "booked="), ("事项", "act"), ("金额", "amount>"), ("经办", "by"), ("事由", "why"))
    table = _table(language, headings, "经过" if language == "zh" else "acts")
    for one in dossier.happenings:
        amount = _said(str(one.body.get("amount", "")))
        cells = (str(one.booked_on), _word(one.kind, language), amount, one.actor, one.reason)
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _owed(dossier: "Dossier", language: str) -> Table:
    headings = (
        ("款项", "flow"), ("付款方", "payer"), ("收款方", "receiver"), ("准备金", "reserved>"), ("应付", "due>"),
        ("已付", "paid>"),
    )  # fmt: skip
    table = _table(language, headings)
    for one in dossier.money:
        names = (_word(one.flow, language), one.payer.text.inside(language), one.receiver.text.inside(language))
        table.add_row(*(escape(n) for n in names), _money(one.reserved), _money(one.due), _money(one.paid))
    return table


def show_determined(done: "Determined", language: str, *, json: bool) -> None:
    """What a determination did."""
    if json:
        _print(_plain(done))
        return
    if language == "zh":
        typer.echo(f"新立 {done.claims:,} 案，修订 {done.revised:,} 案，核定 {_money(done.amount)}")
        typer.echo(f"应付变动 {_money(done.due)}，已付 {_money(done.paid)}，另有 {done.moved:,} 案随之调整")
    else:
        typer.echo(f"new claims: {done.claims:,}, revised: {done.revised:,}, accepted {_money(done.amount)}")
        typer.echo(f"due {_money(done.due)}, paid {_money(done.paid)}; other claims moved: {done.moved:,}")


def show_list(found: "Sequence[Summary]", language: str, *, json: bool) -> None:
    """A list of claims."""
    if json:
        _print([_plain(one) for one in found])
        return
    headings = (
        ("赔案", "claim"), ("方案", "programme"), ("出险", "occurred="), ("报案", "reported="), ("状态", "state"),
        ("应付", "due>"), ("已付", "paid>"),
    )  # fmt: skip
    table = _table(language, headings)
    for one in found:
        days = (str(one.occurred), str(one.reported))
        row = (one.number, one.programme, *days, _word(one.state, language), _money(one.due), _money(one.paid))
        table.add_row(*(escape(cell) for cell in row))
    print_table(table)


def show_clocks(found: "Sequence[Clock]", language: str, *, json: bool) -> None:
    """Clocks of claims, and how many are overdue."""
    if json:
        _print([{**_plain(one), "overdue": one.overdue} for one in found])
        return
    zh = language == "zh"
    headings = (
        ("赔案", "claim"), ("报案", "reported="), ("核定天数", "days to decision>"), ("应于", "by="),
        ("支付天数", "days to payment>"), ("应于", "by="), ("", ""),
    )  # fmt: skip
    table = _table(language, headings)
    for one in found:
        late = ("逾期" if zh else "overdue") if one.overdue else ""
        late = late or (("曾逾期" if zh else "was late") if one.late_decision or one.late_payment else "")
        decided = f"{one.days_to_decision}{'' if one.decided else ' …'}"
        paid = "" if one.days_to_payment is None else f"{one.days_to_payment}{'' if one.paid else ' …'}"
        by = [str(day or "") for day in (one.decide_by, one.pay_by)]
        table.add_row(escape(one.number), str(one.reported), decided, by[0], paid, by[1], late)
    print_table(table)
    overdue = sum(one.overdue for one in found)
    typer.echo(f"{len(found)} 案，逾期 {overdue}" if zh else f"claims: {len(found)}, overdue: {overdue}")


def _print(value: Any) -> None:
    typer.echo(to_json.dumps(value, ensure_ascii=False, indent=1))


def _plain(value: Any) -> Any:
    """Values as JSON has them: days as texts, texts in both languages."""
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value
