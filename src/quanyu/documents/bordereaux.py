"""Bordereaux and lists as workbooks: row by row, with totals that are formulas, split over sheets where Excel ends."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from quanyu.documents.accounted import Bordereau, BordereauLoss, BordereauPremium
from quanyu.documents.listed import Column, Entry, Listing
from quanyu.documents.tabulate import Table
from quanyu.documents.workbook import MOST_ROWS, Language, Workbook
from quanyu.terms import Text

__all__ = ["write_bordereau", "write_list"]

_PREMIUMS = (
    Column(title=Text("保单号", "Policy no.")),
    Column(title=Text("被保险人", "Insured")),
    Column(title=Text("起期", "From"), kind="date"),
    Column(title=Text("止期", "To"), kind="date"),
    Column(title=Text("保险金额", "Sum insured"), kind="money", total=True),
    Column(title=Text("保费（100%）", "Premium (100 %)"), kind="money", total=True),
    Column(title=Text("份额", "Share"), kind="share"),
    Column(title=Text("我方保费", "Our premium"), kind="money", total=True),
    Column(title=Text("手续费", "Commission"), kind="money", total=True),
    Column(title=Text("净保费", "Net premium"), kind="money", total=True),
)
_LOSSES = (
    Column(title=Text("赔案号", "Claim no.")),
    Column(title=Text("保单号", "Policy no.")),
    Column(title=Text("出险日期", "Date of loss"), kind="date"),
    Column(title=Text("损失（100%）", "Loss (100 %)"), kind="money", total=True),
    Column(title=Text("份额", "Share"), kind="share"),
    Column(title=Text("我方损失", "Our share"), kind="money", total=True),
    Column(title=Text("已付赔款", "Paid"), kind="money", total=True),
    Column(title=Text("未决赔款", "Outstanding"), kind="money", total=True),
)


def write_bordereau(bordereau: Bordereau, path: Path, *, language: Language = "both", rows: int = MOST_ROWS) -> Path:
    """Write premiums and losses, a sheet each, as Excel; gives `path` back. `rows`: the most a sheet may have.

    Raises ValueError where a party's share of a loss is not what is paid and outstanding.
    """
    with Workbook(path, bordereau.heading, language=language, rows=rows) as book:
        if bordereau.premiums is not None:
            table = _table(book, Text("保费明细", "Premiums"), _PREMIUMS, _premiums(bordereau.premiums))
            sums = table.close()
            own, commission, net = (sums.cells[at][0] for at in (8, 9, 10))
            label = Text(
                "核对：我方保费 − 手续费 − 净保费（应为 0）", "Check: our premium − commission − net (must be 0)"
            )
            table.check(label, f"{own}-{commission}-{net}", sums.fen(8) - sums.fen(9) - sums.fen(10))
            table.sign()
        if bordereau.losses is not None:
            table = _table(book, Text("赔款明细", "Losses"), _LOSSES, _losses(bordereau.losses))
            sums = table.close()
            own, paid, outstanding = (sums.cells[at][0] for at in (6, 7, 8))
            label = Text("核对：我方损失 − 已付 − 未决（应为 0）", "Check: our share − paid − outstanding (must be 0)")
            table.check(label, f"{own}-{paid}-{outstanding}", sums.fen(6) - sums.fen(7) - sums.fen(8))
            table.sign()
    return path


def write_list(listing: Listing, path: Path, *, language: Language = "both", rows: int = MOST_ROWS) -> Path:
    """Write any list as Excel in constant memory; gives `path` back. `rows`: the most a sheet may have."""
    with Workbook(path, listing.heading, language=language, rows=rows) as book:
        table = Table(book, listing.heading.title, listing.heading.title, listing.columns)
        table.group(None, listing.rows)
        table.close()
    return path


def _table(book: Workbook, name: Text, columns: tuple[Column, ...], rows: Iterable[tuple[Entry, ...]]) -> Table:
    title = Text(f"{book.heading.title.zh}——{name.zh}", f"{book.heading.title.en}: {name.en.lower()}")
    table = Table(book, name, title, columns)
    table.group(None, rows)
    return table


def _premiums(lines: Iterable[BordereauPremium]) -> Iterator[tuple[Entry, ...]]:
    for p in lines:
        net = p.own - p.commission
        yield p.policy, p.insured, p.first, p.last, p.sum_insured, p.premium, p.share, p.own, p.commission, net


def _losses(lines: Iterable[BordereauLoss]) -> Iterator[tuple[Entry, ...]]:
    for c in lines:
        if c.own != c.paid + c.outstanding:
            raise ValueError(f"claim {c.claim}: {c.own} fen are not {c.paid} paid and {c.outstanding} outstanding")
        yield c.claim, c.policy, c.day, c.loss, c.share, c.own, c.paid, c.outstanding
