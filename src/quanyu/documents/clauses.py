"""A certificate in the order it is read: fields, tables and lists of texts, the same for paper and page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from quanyu.documents import figures
from quanyu.documents.capitals import capitals
from quanyu.documents.certified import Certificate, CertificateParty, CertificateShare
from quanyu.documents.lettering import width
from quanyu.documents.stated import Cell
from quanyu.terms import Text

__all__ = ["Fields", "Items", "Tabular", "checks", "clauses"]

_NONE = Text("无", "none")


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their texts, one or more each."""

    title: Text
    rows: tuple[tuple[Text, tuple[Text, ...]], ...]


@dataclass(frozen=True, slots=True)
class Tabular:
    """A table of texts; `right`: columns of figures; `widths`: parts of the whole width; `total`: its last row."""

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    right: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    total: tuple[Text, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """Numbered texts."""

    title: Text
    items: tuple[Text, ...]


def clauses(certificate: Certificate) -> list[Fields | Tabular | Items]:
    """The clauses in the order of the paper; what a certificate does not have is left out."""
    c = certificate
    parts: list[Fields | Tabular | Items] = [_contract(c), _parties(c), _insurers(c), _covers(c)]
    if c.premium is not None:
        parts.append(_premium(c))
    if c.special_terms:
        parts.append(Items(Text("特别约定", "Special terms"), c.special_terms))
    if c.schedule:
        parts.append(_schedule(c))
    return parts


def _contract(c: Certificate) -> Fields:
    zone = Text("北京时间" if c.zone == "Asia/Shanghai" else c.zone, c.zone)
    period = Text(
        f"自 {_day(c.first)} 00:00 起至 {_day(c.last)} 24:00 止（{zone.zh}）",
        f"from 00:00 on {c.first.isoformat()} to 24:00 on {c.last.isoformat()} ({zone.en})",
    )
    rows = [
        (Text("保险方案", "Programme"), (c.programme,)),
        (Text("方案版本", "Version"), (Text.same(c.version),)),
        (Text("保险期间", "Period of insurance"), (period,)),
    ]
    if c.policy:
        rows.insert(2, (Text("保险单号", "Policy no."), (Text.same(c.policy),)))
    return Fields(Text("保险合同", "Contract"), tuple(rows))


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _parties(c: Certificate) -> Fields:
    rows = [
        (Text("投保人", "Policyholder"), (c.policyholder,)),
        (Text("被保险人", "Insured"), c.insured),
        (Text("受益人", "Beneficiary"), c.beneficiaries),
    ]
    said = tuple((label, tuple(text for p in who for text in _named(p))) for label, who in rows if who)
    return Fields(Text("当事人", "Parties"), said)


def _named(party: CertificateParty) -> list[Text]:
    number = f"（{party.identity}）" if party.identity else ""
    plain = f" ({party.identity})" if party.identity else ""
    name = Text(party.name.zh + number, party.name.en + (number if party.name.zh == party.name.en else plain))
    return [name, party.address] if party.address else [name]


def _insurers(c: Certificate) -> Tabular:
    lead = Text("首席承保人", "leader") if len(c.insurers) > 1 else Text("保险人", "insurer")
    other = Text("共保承保人", "co-insurer") if len(c.insurers) > 1 else lead
    rows = tuple((i.name, lead if i.leader else other, _share(i.share)) for i in c.insurers)
    title = Text(f"保险人：{c.pool.zh}", f"Insurers: {c.pool.en}") if c.pool else Text("保险人", "Insurers")
    heads = (Text("名称", "Name"), Text("身份", "Role"), Text("份额", "Share"))
    total = (Text("合计", "Total"), Text.same(""), Text.same("100%")) if len(rows) > 1 else ()
    return Tabular(title, heads, rows, (2,), (6, 3, 2), total)


def _share(share: Fraction | None) -> Text:
    return Text.same("—" if share is None else f"{figures.entry(share * 100)}%")


def _amount(amount: int | Text | None) -> Text:
    if amount is None:
        return _NONE
    return amount if isinstance(amount, Text) else Text.same(figures.fen(amount))


def _covers(c: Certificate) -> Tabular:
    detailed, attached = any(v.terms for v in c.covers), any(v.attachment is not None for v in c.covers)
    heads = [Text("保险责任", "Cover"), Text("责任限额（元）", "Limit (CNY)")]
    heads += [Text("免赔额（元）", "Attachment (CNY)")] * attached + [Text("说明", "Terms")] * detailed
    rows = tuple(
        (v.name, _amount(v.limit), *[_amount(v.attachment)] * attached, *[_joined(v.terms)] * detailed)
        for v in c.covers
    )
    widths = (5, 4, *[3] * attached, *[6] * detailed)
    return Tabular(Text("保险责任与限额", "Covers and limits"), tuple(heads), rows, (1, 2)[: 1 + attached], widths)


def _joined(texts: Sequence[Text]) -> Text:
    return Text("；".join(t.zh for t in texts), "; ".join(t.en for t in texts)) if texts else Text.same("—")


def _premium(c: Certificate) -> Tabular:
    total = c.premium or 0
    payers = c.payers or (CertificateShare(name=c.policyholder.name, share=Fraction(1), amount=total),)
    rows = tuple((p.name, _share(p.share), _amount(p.amount)) for p in payers)
    note = Text(f"大写：{capitals(total)}", f"In figures: CNY {figures.fen(total)}")
    heads = (Text("缴费方", "Payer"), Text("比例", "Share"), Text("金额（元）", "Amount (CNY)"))
    sums = (Text("保险费合计", "Premium in total"), Text.same(""), Text.same(figures.fen(total)))
    return Tabular(Text("保险费", "Premium"), heads, rows, (1, 2), (6, 2, 3), sums, note)


def _schedule(c: Certificate) -> Tabular:
    grid = c.schedule
    assert grid is not None
    right = tuple(i for i in range(len(grid.columns)) if _figures([row[i] for row in grid.rows]))
    rows = tuple(tuple(_cell(cell) for cell in row) for row in grid.rows)
    widths = tuple(_width(texts) for texts in zip(grid.columns, *rows, strict=True))
    return Tabular(grid.title or Text("被保险清单", "Schedule"), grid.columns, rows, right, widths, note=grid.note)


def _width(texts: Sequence[Text]) -> int:
    """A column's part of the width, by its longest text within bounds."""
    longest = max(width(said, 1) for text in texts for said in (text.zh, text.en))
    return round(10 * min(24, max(4, longest)))


def _figures(cells: Sequence[Cell]) -> bool:
    kept = [c for c in cells if c is not None]
    return bool(kept) and not any(isinstance(c, str | Text) for c in kept)


def _cell(cell: Cell) -> Text:
    if isinstance(cell, Text):
        return cell
    return Text.same("—" if cell is None else cell if isinstance(cell, str) else figures.entry(cell))


def checks(c: Certificate) -> tuple[Text, ...]:
    """How somebody who trusts nobody checks the paper, step by step."""
    contact = c.contact or Text("承保人", "the insurer")
    return (
        Text(
            "扫描首页右上角的二维码，或照录核验码。", "Scan the code on the first page, or copy the verification code."
        ),
        Text(
            "取得公开的证据日志，在自己的计算机上运行下列命令。",
            "Get the published evidence log and run the command below on a computer of your own.",
        ),
        Text(
            "程序由日志重新推算摘要。所得记录摘要、日志根须与下列一致；所显示的各项须与本凭证逐项一致。",
            "The program derives every digest anew. The record and the root it finds must equal those below, "
            "and what it shows must equal this certificate item by item.",
        ),
        Text(
            f"任何一项不符，本凭证即系伪造或曾被更改，请告知{contact.zh}。",
            f"If anything differs, this paper is forged or was altered: please tell {contact.en}.",
        ),
    )
