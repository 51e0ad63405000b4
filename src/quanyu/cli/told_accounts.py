"""Accounts on the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quanyu.book.statements import SECTIONS
from quanyu.book.subsidies import LEVELS
from quanyu.cli.tables import print_table
from quanyu.desk.papers import PEOPLE
from quanyu.documents.palette import KINDS

if TYPE_CHECKING:
    from quanyu.book.balances import TrialBalance
    from quanyu.book.bordereaux import Ceded, Written
    from quanyu.book.statements import Section, Statement
    from quanyu.book.subsidies import Subsidised
    from quanyu.desk.accounts import Bordereau, FundPeriod

__all__ = [
    "show_balance",
    "show_bordereau",
    "show_funds",
    "show_parties",
    "show_statement",
    "show_subsidies",
    "show_surpluses",
]

_MOST = 20
_STAGES = {"due": ("应付", "due"), "paid": ("实付", "paid"), "reserved": ("估损", "reserved")}


def show_statement(one: "Statement", language: str) -> None:
    """A statement: sections with what was owed and paid, then every counterparty, for each currency."""
    zh = language == "zh"
    for currency in one.currencies:
        title = f"{one.party.text.inside(language)}  {one.first} – {one.last}  {currency}"
        table = _table(title, ("项目", "阶段", "收", "付") if zh else ("section", "stage", "received", "given"), 2)
        totals = one.totals(currency)
        table.add_row("期初余额" if zh else "opening balance", "", _yuan(one.opening(currency)), "", style="bold")
        for name, text in SECTIONS.items():
            for stage, words in _STAGES.items():
                if (name, stage) in totals:
                    received, given = totals[name, stage]
                    table.add_row(text.inside(language), words[0 if zh else 1], _yuan(received), _yuan(given))
        table.add_row("期末余额" if zh else "closing balance", "", _yuan(one.closing(currency)), "", style="bold")
        print_table(table)
        _show_counterparties(one, currency, language)
        before, after = one.reserves(currency)
        if before or after:
            said = f"准备金 {_yuan(before)} → {_yuan(after)}" if zh else f"reserves {_yuan(before)} → {_yuan(after)}"
            Console(highlight=False).print(f"  {said}")


def _show_counterparties(one: "Statement", currency: str, language: str) -> None:
    """By counterparty and programme, what was owed and paid in all, and how many transfers that was."""
    zh = language == "zh"
    sums: dict[tuple[int | None, int | None], list[int]] = {}
    for line in one.lines:
        if line.currency == currency and line.stage != "reserved":
            side = sums.setdefault((line.counterparty, line.version), [0, 0, 0])
            side[0 if line.stage == "due" else 1] += line.received - line.given
            side[2] += line.entries
    chinese = ("对方", "方案", "应收净额", "实收净额", "笔数")
    english = ("counterparty", "programme", "net due", "net paid", "transfers")
    table = _table("", chinese if zh else english, 2)
    for (party, version), (due, paid, count) in sums.items():
        name = (PEOPLE if party is None else one.names[party].text).inside(language)
        programme = "—" if version is None else one.programmes[version].inside(language)
        table.add_row(escape(name), escape(programme), _yuan(due), _yuan(paid), f"{count:,}")
    if sums:
        print_table(table)


def show_bordereau(one: "Bordereau", language: str) -> None:
    """The first policies and claims, and what all come to, for each currency."""
    for currency in one.currencies:
        premiums = [p for p in one.premiums if p.currency == currency]
        losses = [c for c in one.losses if c.currency == currency]
        _show_premiums(premiums, f"{one.party.text.inside(language)} · ", currency, language)
        _show_losses(losses, currency, language)


def _show_premiums(premiums: "Sequence[Written]", party: str, currency: str, language: str) -> None:
    zh = language == "zh"
    head = ("保单号", "被保险人", "保费", "份额", "我方", "手续费") if zh else (
        "policy", "insured", "premium", "share", "own", "commission"
    )  # fmt: skip
    table = _table(f"{party}{'保费明细' if zh else 'premiums'}  {currency}", head, 2)
    for p in premiums[:_MOST]:
        table.add_row(
            escape(p.policy), escape(p.insured.inside(language)), _yuan(p.premium), f"{float(p.share):.4%}",
            _yuan(p.own), _yuan(p.commission),
        )  # fmt: skip
    sums = [sum(values) for values in zip(*((p.premium, p.own, p.commission) for p in premiums), strict=True)]
    if sums:
        table.add_row(_all(len(premiums), zh), "", _yuan(sums[0]), "", _yuan(sums[1]), _yuan(sums[2]), style="bold")
    print_table(table)


def _show_losses(losses: "Sequence[Ceded]", currency: str, language: str) -> None:
    zh = language == "zh"
    chinese = ("赔案号", "保单号", "损失", "份额", "应付", "已付", "未决")
    english = ("claim", "policy", "loss", "share", "due", "paid", "outstanding")
    table = _table(f"{'赔款明细' if zh else 'losses'}  {currency}", chinese if zh else english, 2)
    for c in losses[:_MOST]:
        table.add_row(
            escape(c.claim), escape(c.policy), _yuan(c.loss), f"{float(c.share):.4%}", _yuan(c.due), _yuan(c.paid),
            _yuan(c.outstanding),
        )  # fmt: skip
    sums = [sum(v) for v in zip(*((c.loss, c.due, c.paid, c.outstanding) for c in losses), strict=True)]
    if sums:
        table.add_row(_all(len(losses), zh), "", _yuan(sums[0]), "", *map(_yuan, sums[1:]), style="bold")
    print_table(table)


def show_subsidies(lines: "Sequence[Subsidised]", language: str) -> None:
    """Programmes and districts with what each level of government owes and has paid, a row a level; then in all."""
    zh = language == "zh"
    chinese = ("方案", "区县", "保单", "保费", "自缴", "级次", "应补", "已拨")
    english = ("programme", "district", "policies", "premium", "own", "level", "due", "paid")
    for currency in dict.fromkeys(one.currency for one in lines):
        mine = [one for one in lines if one.currency == currency]
        table = _table(f"{'财政补贴' if zh else 'subsidies'}  {currency}", chinese if zh else english, 2)
        table.columns[5].justify = "left"
        for one in mine:
            head = (escape(one.programme.inside(language)), escape(one.district or "—"), f"{one.policies:,}")
            _add_levels(table, (*head, _yuan(one.premium), _yuan(one.own)), one.due, one.paid, language)
        if len(mine) > 1:
            table.add_section()
            sums = [sum(amounts) for amounts in zip(*((o.policies, o.premium, o.own) for o in mine), strict=True)]
            due, paid = ({k: sum(side.get(k, 0) for side in sides) for k in LEVELS}
                         for sides in ([o.due for o in mine], [o.paid for o in mine]))  # fmt: skip
            head = ("合计" if zh else "in all", "", f"{sums[0]:,}")
            _add_levels(table, (*head, _yuan(sums[1]), _yuan(sums[2])), due, paid, language)
        print_table(table)


def _add_levels(
    table: Table, head: Sequence[str], due: "Mapping[str, int]", paid: "Mapping[str, int]", language: str
) -> None:
    """A line with its first level, then a line for every other level that owes or has paid."""
    for level in LEVELS:
        if due.get(level) or paid.get(level):
            name = LEVELS[level].inside(language)
            table.add_row(*head, name, _yuan(due.get(level, 0)), _yuan(paid.get(level, 0)))
            head = ("",) * len(head)
    if any(head):
        table.add_row(*head, "", "", "")


def show_funds(found: "Iterable[FundPeriod]", language: str) -> None:
    """Each account: opening, what came and went, closing, in the period and since the year began."""
    zh = language == "zh"
    for one in found:
        period, year = (part.movements(part.statement.first) for part in (one.period, one.year))
        title = f"{one.period.statement.party.text.inside(language)} {one.period.currency}"
        table = _table(title, ("项目", "本期", "本年累计") if zh else ("item", "period", "year to date"), 1)
        table.add_row("期初" if zh else "opening", _yuan(one.period.opening), _yuan(one.year.opening), style="bold")
        for section, label in dict.fromkeys([*year, *period]):
            nets = [received - given for received, given in (p.get((section, label), (0, 0)) for p in (period, year))]
            colon, of = "：" if zh else ": ", _of_label(one, section, label, language)
            table.add_row(escape(f"{SECTIONS[section].inside(language)}{colon}{of}"), *map(_yuan, nets))
        table.add_row("期末" if zh else "closing", _yuan(one.period.closing), _yuan(one.year.closing), style="bold")
        print_table(table)


def _of_label(one: "FundPeriod", section: "Section", label: str, language: str) -> str:
    """Who is on the other side of a line; the step's label where nobody has a name."""
    if label == "opening":
        return "期初资金" if language == "zh" else "opening"
    names = (name.text.inside(language) for name in one.year.other_side(section, label))
    sides = "、".join(names) if language == "zh" else ", ".join(names)
    return sides or label


def show_balance(one: "TrialBalance", language: str) -> None:
    """What every party received and gave, and that the whole is nothing."""
    zh = language == "zh"
    head = (
        ("阶段", "币种", "参与方", "收", "付", "净额")
        if zh
        else ("stage", "currency", "party", "received", "given", "net")
    )
    table = _table("试算平衡表" if zh else "trial balance", head, 3)
    for b in one.balances:
        name = (PEOPLE if b.party is None else b.party.text).inside(language)
        stage = _STAGES[b.stage][0 if zh else 1]
        table.add_row(stage, b.currency, escape(name), _yuan(b.received), _yuan(b.given), _yuan(b.received - b.given))
    console = Console(highlight=False)
    print_table(table, console)
    console.print(f"  {'差额' if zh else 'difference'}: {_yuan(one.difference)}")


def show_parties(one: "TrialBalance", language: str) -> None:
    """Every party by its code, and what it is owed: what is due to it less what was paid."""
    zh = language == "zh"
    owed: dict[tuple[str, str, str, str], int] = {}
    for b in one.balances:
        if b.stage != "reserved":
            code, kind = ("", "") if b.party is None else (b.party.code, _kind(b.party.kind, language))
            key = (code, (PEOPLE if b.party is None else b.party.text).inside(language), kind, b.currency)
            owed[key] = owed.get(key, 0) + (b.received - b.given) * (1 if b.stage == "due" else -1)
    head = ("代码", "名称", "类别", "币种", "余额") if zh else ("code", "name", "kind", "currency", "balance")
    table = _table("参与方" if zh else "parties", head, 4)
    for key, amount in sorted(owed.items()):
        table.add_row(*map(escape, key), _yuan(amount))
    print_table(table)


def _kind(kind: str, language: str) -> str:
    return KINDS[kind].inside(language) if kind in KINDS else kind


def show_surpluses(amounts: "Mapping[str, int]", language: str) -> None:
    """The surplus of every period."""
    head = ("期间", "结余") if language == "zh" else ("period", "surplus")
    table = _table("", head, 1)
    for period, amount in amounts.items():
        table.add_row(escape(period), _yuan(amount))
    print_table(table)


def _table(title: str, head: Sequence[str], texts: int) -> Table:
    """A table whose first columns are texts, the others numbers."""
    table = Table(title=escape(title) or None, title_justify="left")
    for number, name in enumerate(head):
        text = number < texts
        table.add_column(name, justify="left" if text else "right", no_wrap=not text)
    return table


def _all(count: int, zh: bool) -> str:
    return f"合计 {count:,}" if zh else f"all {count:,}"


def _yuan(fen: int) -> str:
    """Yuan to the fen, with thousands apart."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"
