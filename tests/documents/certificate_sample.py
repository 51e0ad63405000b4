"""A certificate of a city's pool, with everything a certificate can have. Names and amounts are illustrative."""

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

from quanyu.documents import (
    Certificate,
    CertificateCover,
    CertificateParty,
    CertificateShare,
    Grid,
    Verification,
)
from quanyu.terms import Text

__all__ = ["LONG", "sample_certificate", "small_certificate"]

SHANGHAI = timezone(timedelta(hours=8), "UTC+08:00")
LONG = "全域精密仪器（上海）股份有限公司浦东新区张江高科技园区第一研发与中试生产基地" * 3

COVERS = (
    CertificateCover(
        name=Text("研发费用损失", "Loss of research costs"),
        limit=500_000_000,
        attachment=5_000_000,
        terms=(
            Text("每次事故限额 200 万元", "2,000,000 each occurrence"),
            Text("赔付比例 80%", "80% of the loss"),
        ),
    ),
    CertificateCover(
        name=Text("专利被侵权维权费用", "Costs of enforcing patents"),
        limit=100_000_000,
        terms=(Text("等待期 30 天", "30 days of waiting"),),
    ),
    CertificateCover(
        name=Text("关键研发设备", "Key equipment"),
        limit=Text("按重置价值", "replacement value"),
        attachment=Text("损失的 10%", "10% of the loss"),
    ),
)
PAYERS = (
    CertificateShare(name=Text("投保人自缴", "Policyholder"), share=Fraction(1, 2), amount=7_047_517),
    CertificateShare(name=Text("上海市财政补贴", "Subsidy of the city"), share=Fraction(3, 10), amount=4_228_510),
    CertificateShare(name=Text("浦东新区财政补贴", "Subsidy of the district"), share=Fraction(1, 5), amount=2_819_006),
)
INSURERS = (
    CertificateShare(
        name=Text("甲财产保险股份有限公司上海分公司", "Insurer A, Shanghai branch"),
        share=Fraction(2, 5),
        leader=True,
    ),
    CertificateShare(
        name=Text("乙财产保险股份有限公司上海分公司", "Insurer B, Shanghai branch"), share=Fraction(3, 10)
    ),
    CertificateShare(name=Text("丙财产保险股份有限公司", "Insurer C"), share=Fraction(1, 6)),
    CertificateShare(name=Text("丁财产保险股份有限公司", "Insurer D"), share=Fraction(2, 15)),
)


def _verification() -> Verification:
    return Verification(
        code="QY7K-2M4P-9XTD-H3WA",
        content="https://example.org/verify#QY7K2M4P9XTDH3WA",
        command="quanyu verify evidence.log --code QY7K-2M4P-9XTD-H3WA",
        record="3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b",
        index=401_260,
        size=401_261,
        root="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        signer="Ed25519 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    )


def sample_certificate(*, rows: int = 60) -> Certificate:
    """A technology programme with a pool of four, three payers, a long name and a schedule of `rows`."""
    grid = Grid(
        title=Text("被保险科研项目清单", "Schedule of insured projects"),
        columns=(
            Text("序号", "No."),
            Text("项目", "Project"),
            Text("负责人", "Lead"),
            Text("保险金额（元）", "Sum insured (CNY)"),
        ),
        rows=tuple(
            (i, f"传感器中试项目第 {i} 号", "王\U00020bb7" if i == 3 else "李䶮", 500_000 + i)
            for i in range(1, rows + 1)
        ),
    )
    return Certificate(
        number="PZ-310115-2026-000401261",
        programme=Text(
            "上海市科技保险共保体方案（示意）", "Shanghai technology insurance pool programme (illustrative)"
        ),
        version="2026.1",
        policy="QYKJ20260000401261",
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        pool=Text("科技保险共保体", "technology insurance pool"),
        insurers=INSURERS,
        policyholder=CertificateParty(
            name=Text.same(LONG),
            identity="统一社会信用代码 9131****MA1K****0X",
            address=Text("上海市浦东新区示例路 1 号", "1 Shili Road, Pudong, Shanghai"),
        ),
        insured=(
            CertificateParty(name=Text("同投保人", "the policyholder")),
            CertificateParty(name=Text.same("王\U00020bb7\u202e（项目经理）")),
        ),
        beneficiaries=(CertificateParty(name=Text("被保险人", "the insured")),),
        covers=COVERS,
        premium=14_095_033,
        payers=PAYERS,
        special_terms=(
            Text(
                "被保险人变更研发地点的，应当在 10 日内通知承保人。",
                "The insured tells the insurers within 10 days where research moves elsewhere.",
            ),
            Text(
                "财政补贴退回时，本凭证所列各方按缴费比例退还。",
                "Premium refunded goes back to the payers in proportion to what each paid.",
            ),
        ),
        schedule=grid if rows else None,
        contact=Text("甲财产保险股份有限公司客户服务部", "customer service of Insurer A"),
        verification=_verification(),
        issued=datetime(2025, 12, 20, 9, 30, tzinfo=SHANGHAI),
        illustrative=True,
    )


def small_certificate() -> Certificate:
    """The least a certificate can have: one insurer, a population as insured, no premium of theirs."""
    return Certificate(
        number="1",
        programme=Text("巨灾保险（示意）", "Catastrophe cover (illustrative)"),
        version="1",
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        insurers=(CertificateShare(name=Text("甲保险公司", "Insurer A"), share=Fraction(1)),),
        policyholder=CertificateParty(name=Text("某市应急管理局", "Emergency management of a city")),
        insured=(
            CertificateParty(name=Text("灾害发生时处于本市的所有人", "everybody within the city when it strikes")),
        ),
        covers=(CertificateCover(name=Text("人身伤亡", "Death and injury"), limit=10_000_000),),
        verification=_verification(),
        issued=datetime(2025, 12, 31, 16, 0, tzinfo=UTC),
    )
