"""Workbooks of a pool's member, a city and a fund. Names and amounts are illustrative."""

from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

from quanyu.documents import (
    AccountMovements,
    Bordereau,
    BordereauLoss,
    BordereauPremium,
    Column,
    Heading,
    Listing,
    MovementLine,
    Statement,
    StatementLine,
    StatementSection,
    SubsidyLine,
    SubsidyStatement,
)
from quanyu.terms import Text

__all__ = [
    "FORMULA",
    "sample_bordereau",
    "sample_heading",
    "sample_listing",
    "sample_movements",
    "sample_statement",
    "sample_subsidies",
]

FORMULA = '=HYPERLINK("http://example.org","点我")'
HOME = Text("甲财产保险股份有限公司上海分公司", "Insurer A, Shanghai branch")


def sample_heading(zh: str = "共保业务账单", en: str = "Statement of co-insurance account") -> Heading:
    return Heading(
        title=Text(zh, en),
        party=HOME,
        programme=Text("上海市科技保险共保体方案", "Shanghai technology insurance pool programme"),
        first=date(2026, 1, 1),
        last=date(2026, 3, 31),
        made=datetime(2026, 4, 5, 10, 20, 30, tzinfo=timezone(timedelta(hours=8), "UTC+08:00")),
        number="ZD-2026-Q1-0007",
        evidence="401261 · 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        illustrative=True,
    )


def _lines(count: int, side: str, start: int, step: int) -> tuple[StatementLine, ...]:
    return tuple(
        StatementLine(
            day=date(2026, 1 + i % 3, 1 + i % 28),
            document=f"JZ-2026-{start + i:06d}",
            counterparty=HOME,
            text=Text.same(FORMULA) if i == 1 else Text(f"第 {i + 1} 笔", f"entry {i + 1}"),
            debit=start + i * step if side == "debit" else 0,
            credit=start + i * step if side == "credit" else 0,
        )
        for i in range(count)
    )


def sample_statement(count: int = 6) -> Statement:
    sections = (
        StatementSection(
            title=Text("应收保费", "Premium receivable"), lines=_lines(count, "credit", 1_000_007, 33_333)
        ),
        StatementSection(title=Text("已付赔款", "Losses paid"), lines=_lines(count, "debit", 400_003, 7)),
        StatementSection(title=Text("手续费", "Commission"), lines=_lines(count, "debit", 10_001, 11)),
        StatementSection(title=Text("财政补贴", "Subsidy"), lines=()),
        StatementSection(title=Text("准备金变动", "Change of reserves"), lines=_lines(2, "debit", 77, 1), memo=True),
    )
    movement = sum(line.credit - line.debit for s in sections if not s.memo for line in s.lines)
    return Statement(heading=sample_heading(), opening=-123_456, sections=sections, closing=movement - 123_456)


def sample_bordereau(count: int = 40) -> Bordereau:
    premiums = [
        BordereauPremium(
            policy=f"QYKJ2026{i:010d}",
            insured=Text.same(f"@某企业{'（集团）股份有限公司' * (i % 3)}{i}"),
            first=date(2026, 1, 1),
            last=date(2026, 12, 31),
            sum_insured=500_000_000 + i,
            premium=1_234_567 + 3 * i,
            share=Fraction(2, 5) if i % 2 else Fraction(1, 6),
            own=493_827 + i,
            commission=24_691 + i % 7,
        )
        for i in range(count)
    ]
    losses = [
        BordereauLoss(
            claim=f"PA{i:06d}",
            policy=f"QYKJ2026{i:010d}",
            day=date(2026, 2, 3),
            loss=9_999_999 + i,
            share=Fraction(2, 5),
            own=4_000_000 + i,
            paid=1_500_000,
            outstanding=2_500_000 + i,
        )
        for i in range(min(count, 9))
    ]
    return Bordereau(heading=sample_heading("共保业务明细表", "Bordereau"), premiums=premiums, losses=losses)


def sample_subsidies() -> SubsidyStatement:
    lines = tuple(
        SubsidyLine(
            district=Text(zh, en),
            programme=Text("水稻种植保险", "Rice insurance"),
            policies=120 + i,
            sum_insured=98_765_432_100,
            premium=1_000_001 + i,
            own=200_000,
            due=(400_000, 300_001, 100_000 + i),
            paid=(400_000, 150_000, 0),
        )
        for i, (zh, en) in enumerate((("浦东新区", "Pudong"), ("崇明区", "Chongming"), ("金山区", "Jinshan")))
    )
    levels = (Text("中央", "Central"), Text("市级", "City"), Text("区级", "District"))
    return SubsidyStatement(
        heading=sample_heading("财政保费补贴结算表", "Settlement of premium subsidies"), levels=levels, lines=lines
    )


def sample_movements() -> AccountMovements:
    def item(zh: str, en: str, period: int, year: int) -> MovementLine:
        return MovementLine(text=Text(zh, en), period=period, year=year)

    income = (item("保费注入", "premium paid in", 5_000_001, 15_000_003), item("利息", "interest", 12_345, 33_333))
    outgo = (item("赔款垫付", "losses advanced", 1_000_000, 1_000_000), item("管理费", "fees", 777, 2_331))
    return AccountMovements(
        heading=sample_heading("巨灾基金收支表", "Income and outgo of the catastrophe fund"),
        opening=(100_000_000, 90_000_000),
        income=income,
        outgo=outgo,
        closing=(104_011_569, 104_031_005),
    )


def sample_listing(count: int = 30) -> Listing:
    columns = (
        Column(title=Text("证件号", "Identity")),
        Column(title=Text("名称", "Name")),
        Column(title=Text("保费", "Premium"), kind="money", total=True),
        Column(title=Text("数量", "Quantity"), kind="number", total=True),
        Column(title=Text("份额", "Share"), kind="share"),
        Column(title=Text("签发", "Issued"), kind="time"),
    )
    made = sample_heading().made
    rows = (
        (
            "31010119900101123X",
            f"王\U00020bb7{i}",
            7 + i,
            i,
            Fraction(1, 3),
            made,
        )
        for i in range(count)
    )
    return Listing(heading=sample_heading("保单清单", "List of policies"), columns=columns, rows=rows)
