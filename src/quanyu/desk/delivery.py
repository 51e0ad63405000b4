"""Accounts into files: as papers in Excel, as tables in CSV, Parquet or JSON; the suffix of the path says how."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from quanyu.book.balances import TrialBalance
from quanyu.book.registers import Field
from quanyu.book.statements import SECTIONS, Statement
from quanyu.book.subsidies import LEVELS, Subsidised
from quanyu.desk.accounts import Asked, Bordereau, FundPeriod
from quanyu.desk.booking import Book
from quanyu.desk.exports import STATEMENT, Listed, statement_rows, write_listed
from quanyu.desk.papers import PEOPLE, bordereau_paper, fund_paper, heading_of, statement_paper, subsidy_paper
from quanyu.terms import Text

__all__ = [
    "deliver_balance", "deliver_bordereau", "deliver_funds", "deliver_statement", "deliver_subsidies",
]  # fmt: skip

_PREMIUMS = (
    Field("policy", Text("保单号", "Policy")),
    Field("insured", Text("被保险人", "Insured")),
    Field("first", Text("起期", "From"), "date"),
    Field("last", Text("止期", "To"), "date"),
    Field("currency", Text("币种", "Currency")),
    Field("sum_insured", Text("保险金额", "Sum insured"), "money"),
    Field("premium", Text("保费（100%）", "Premium (100 %)"), "money", total=True),
    Field("share", Text("份额", "Share")),
    Field("own", Text("我方保费", "Own premium"), "money", total=True),
    Field("commission", Text("手续费", "Commission"), "money", total=True),
    Field("net", Text("净保费", "Net premium"), "money", total=True),
)
_LOSSES = (
    Field("claim", Text("赔案号", "Claim")),
    Field("policy", Text("保单号", "Policy")),
    Field("occurred", Text("出险日", "Date of loss"), "date"),
    Field("currency", Text("币种", "Currency")),
    Field("loss", Text("损失（100%）", "Loss (100 %)"), "money", total=True),
    Field("share", Text("份额", "Share")),
    Field("due", Text("我方应付", "Own share due"), "money", total=True),
    Field("paid", Text("我方已付", "Paid"), "money", total=True),
    Field("reserved", Text("我方估损", "Reserved"), "money", total=True),
    Field("outstanding", Text("我方未决", "Outstanding"), "money", total=True),
)
_MOVEMENTS = (
    Field("account", Text("账户", "Account")),
    Field("currency", Text("币种", "Currency")),
    Field("item", Text("项目", "Item")),
    Field("label", Text("步骤", "Step")),
    Field("period", Text("本期", "Period"), "money"),
    Field("year", Text("本年累计", "Year to date"), "money"),
)
_BALANCES = (
    Field("stage", Text("阶段", "Stage")),
    Field("currency", Text("币种", "Currency")),
    Field("party", Text("代码", "Code")),
    Field("name", Text("参与方", "Party")),
    Field("received", Text("收", "Received"), "money", total=True),
    Field("given", Text("付", "Given"), "money", total=True),
    Field("net", Text("净额", "Net"), "money", total=True),
)


def deliver_statement(book: Book, one: Statement, asked: Asked, out: Path, language: str) -> list[Path]:
    """A statement of account; in Excel one file for each currency, those after the first with its name."""
    if _paper(out):
        from quanyu.documents import write_statement

        paper, paths = heading_of(book), _by_currency(out, one.currencies)
        for currency, path in paths.items():
            write_statement(statement_paper(one, paper, currency), path, language=_spoken(language))
        return list(paths.values())
    title = Text("账单", "Statement of account")
    write_listed(book, out, Listed(title, one.party.text, STATEMENT, statement_rows(one, language)), asked, language)
    return [out]


def deliver_bordereau(book: Book, one: Bordereau, asked: Asked, out: Path, language: str) -> list[Path]:
    """A bordereau, in Excel one file for each currency; as tables the premiums and the losses apart."""
    if _paper(out):
        from quanyu.documents import write_bordereau

        paper, files = heading_of(book), _by_currency(out, one.currencies)
        for currency, path in files.items():
            write_bordereau(bordereau_paper(one, asked, paper, currency), path, language=_spoken(language))
        return list(files.values())
    premiums = (
        (w.policy, w.insured.zh, w.first, w.last, w.currency, w.sum_insured, w.premium, f"{float(w.share):.6f}", w.own,
         w.commission, w.own - w.commission)
        for w in one.premiums
    )  # fmt: skip
    losses = (
        (c.claim, c.policy, c.occurred, c.currency, c.loss, f"{float(c.share):.6f}", c.due, c.paid, c.reserved,
         c.outstanding)
        for c in one.losses
    )  # fmt: skip
    paths = [_beside(out, "premiums"), _beside(out, "losses")]
    parts = (Text("保费明细", "Premiums"), _PREMIUMS, premiums), (Text("赔款明细", "Losses"), _LOSSES, losses)
    for path, (title, fields, rows) in zip(paths, parts, strict=True):
        write_listed(book, path, Listed(title, one.party.text, fields, rows), asked, language)
    return paths


def deliver_subsidies(book: Book, lines: Iterable[Subsidised], asked: Asked, out: Path, language: str) -> list[Path]:
    """A settlement of subsidies by level of government; in Excel one file for each currency, as of statements."""
    every = list(lines)
    if _paper(out):
        from quanyu.documents import write_subsidy_statement

        made, paths = heading_of(book), _by_currency(out, {one.currency for one in every})
        for currency, path in paths.items():
            paper = subsidy_paper([one for one in every if one.currency == currency], asked, made, currency)
            write_subsidy_statement(paper, path, language=_spoken(language))
        return list(paths.values())
    levels = {level: text for level, text in LEVELS.items() if any(level in (*one.due, *one.paid) for one in every)}
    fields = [
        Field("programme", Text("方案", "Programme")), Field("district", Text("区县", "District")),
        Field("currency", Text("币种", "Currency")),
        Field("policies", Text("保单数", "Policies")), Field("sum_insured", Text("保险金额", "Sum insured"), "money"),
        Field("premium", Text("保费", "Premium"), "money"), Field("own", Text("自缴", "Own"), "money"),
    ]  # fmt: skip
    for level, text in levels.items():
        fields.append(Field(f"{level}_due", Text(f"{text.zh}应补", f"{text.en} due"), "money"))
        fields.append(Field(f"{level}_paid", Text(f"{text.zh}已拨", f"{text.en} paid"), "money"))
    rows = (
        (one.programme.zh, one.district, one.currency, one.policies, one.sum_insured, one.premium, one.own,
         *(side.get(level, 0) for level in levels for side in (one.due, one.paid)))
        for one in every
    )  # fmt: skip
    title = Text("财政保费补贴结算表", "Settlement of premium subsidies")
    write_listed(book, out, Listed(title, Text("全部", "All"), fields, rows), asked, language)
    return [out]


def deliver_funds(book: Book, found: Iterable[FundPeriod], asked: Asked, out: Path, language: str) -> list[Path]:
    """Accounts; in Excel a file for each, with its code where there are several."""
    every = list(found)
    if _paper(out):
        from quanyu.documents import write_account_movements

        paper, paths = heading_of(book), list[Path]()
        for one in every:
            name = one.period.statement.party.code.replace("/", "-")
            if any(other is not one and other.period.currency != one.period.currency for other in every):
                name = f"{name}-{one.period.currency}"
            path = out if len(every) == 1 else _beside(out, name)
            paths.append(write_account_movements(fund_paper(one, asked, paper), path, language=_spoken(language)))
        return paths
    rows = (row for one in every for row in _movements(one, language))
    title = Text("基金收支表", "Income and outgo of accounts")
    write_listed(book, out, Listed(title, Text("全部", "All"), _MOVEMENTS, rows), asked, language)
    return [out]


def _movements(one: FundPeriod, language: str) -> Iterator[tuple[Any, ...]]:
    code, currency = one.period.statement.party.code, one.period.currency
    period, year = (part.movements(part.statement.first) for part in (one.period, one.year))
    yield code, currency, "opening", "", one.period.opening, one.year.opening
    for section, label in dict.fromkeys([*year, *period]):
        a, b = period.get((section, label), (0, 0)), year.get((section, label), (0, 0))
        yield code, currency, SECTIONS[section].inside(language), label, a[0] - a[1], b[0] - b[1]
    yield code, currency, "closing", "", one.period.closing, one.year.closing


def deliver_balance(book: Book, one: TrialBalance, asked: Asked, out: Path, language: str) -> list[Path]:
    """The trial balance; its totals of what was received and given are the same."""
    rows = (
        (b.stage, b.currency, "" if b.party is None else b.party.code,
         (PEOPLE if b.party is None else b.party.text).inside(language), b.received, b.given, b.received - b.given)
        for b in one.balances
    )  # fmt: skip
    title = Text("试算平衡表", "Trial balance")
    write_listed(book, out, Listed(title, Text("全部", "All"), _BALANCES, rows), asked, language)
    return [out]


def _paper(out: Path) -> bool:
    return out.suffix.lower() == ".xlsx"


def _by_currency(out: Path, currencies: Iterable[str]) -> dict[str, Path]:
    """The file of each currency, yuan first; those after the first have its code in their names."""
    ordered = sorted(set(currencies) or {"CNY"}, key=lambda code: (code != "CNY", code))
    return {code: _beside(out, code) if number else out for number, code in enumerate(ordered)}


def _beside(out: Path, name: str) -> Path:
    return out.with_name(f"{out.stem}-{name}{out.suffix}")


def _spoken(language: str) -> Any:
    return language if language in ("zh", "en") else "both"
