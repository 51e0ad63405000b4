"""A rich report of made-up programmes, for tests and for looking at."""

import math
from fractions import Fraction

from documents.documents_case import sample_case
from quanyu.documents import (
    Account,
    AccountResult,
    Allotment,
    Band,
    Bin,
    Bound,
    Cover,
    Curve,
    CurvePoint,
    Estimate,
    ExactAnswer,
    Example,
    Fact,
    Flow,
    Grid,
    GrossCededNet,
    InsuredField,
    InsuredUnit,
    Party,
    Pool,
    PoolShares,
    PremiumSheet,
    PriceLine,
    ProgrammePage,
    Report,
    ResultChange,
    Role,
    RunFacts,
    SheetLine,
    Source,
    Step,
    StepChance,
    Tail,
    TechnicalPrice,
    TermChange,
    VersionComparison,
)
from quanyu.terms import Finding, Place, Severity, Text

__all__ = ["HOSTILE", "sample_report"]

HOSTILE = '<script>alert("x")</script>&\'"'
YEAR = Text("每年", "each year")
EVENT = Text("每次事故", "each event")
CLAIM = Text("每个赔案", "each claim")

PARTIES = (
    Party(id="city", name=Text("某市人民政府", "The city government"), kind="government"),
    Party(id="lead", name=Text("甲财产保险公司", "Alpha Property Insurance"), kind="insurer"),
    Party(id="second", name=Text("乙财产保险公司", "Beta Property Insurance"), kind="insurer"),
    Party(id="third", name=Text("丙财产保险公司", "Gamma Property Insurance"), kind="insurer"),
    Party(id="re", name=Text("丁再保险公司", "Delta Reinsurance"), kind="reinsurer"),
    Party(id="households", name=Text("全市家庭", "The city's households"), kind="household"),
)
POOLS = (
    Pool(
        id="coinsurers",
        name=Text("共保体", "The co-insurers"),
        leader="lead",
        dated=(
            PoolShares(since="2020-01-01", shares=(("lead", Fraction(60, 100)), ("second", Fraction(40, 100)))),
            PoolShares(
                since="2022-01-01",
                shares=(("lead", Fraction(1, 2)), ("second", Fraction(3, 10)), ("third", Fraction(1, 5))),
            ),
        ),
    ),
)
LOSSES = Flow(
    name="losses.from",
    amount=Text("每户救助金额", "the relief of every household"),
    total=31_000_000.0,
    basis=Text("模拟年均", "mean of the simulated years"),
    steps=(
        Step(label="deductible", taker="households", limits=(Bound(scope=EVENT, amount=500_000),), amount=1_200_000.0),
        Step(
            label="relief",
            taker="coinsurers",
            limits=(Bound(scope=EVENT, amount=100_000_000, illustrative=True),),
            caps=(Bound(scope=YEAR, amount=300_000_000),),
            amount=26_300_000.0,
            steps=(
                Step(
                    label="treaty",
                    tower=True,
                    amount=9_100_000.0,
                    steps=(
                        Step(
                            label="layer-1",
                            taker="re",
                            share=Fraction(4, 5),
                            amount=7_000_000.0,
                            attachments=(Bound(scope=EVENT, amount=20_000_000),),
                            limits=(Bound(scope=EVENT, amount=30_000_000),),
                        ),
                        Step(
                            label="layer-2",
                            taker="re",
                            share=1,
                            amount=2_100_000.0,
                            attachments=(Bound(scope=EVENT, amount=50_000_000),),
                            limits=(Bound(scope=EVENT, amount=50_000_000),),
                        ),
                    ),
                ),
            ),
        ),
        Step(label="reserve", taker="reserve", words=(Text("以余额为限", "to its balance"),), amount=2_500_000.0),
        Step(label="last", taker="city", amount=1_000_000.0),
    ),
)
PREMIUM_FROM = Flow(
    name="premium.from",
    total=41_000_000,
    steps=(
        Step(label="subsidy", taker="city", share=Fraction(4, 5), amount=32_800_000),
        Step(label="own", taker="households", amount=8_200_000),
    ),
)
SERVICES = Flow(
    name="services.from",
    steps=(
        Step(
            label="inspection",
            taker="coinsurers",
            share=None,
            share_words=Text("5% × 保费", "5 % × premium"),
            covers=(Text("巡检", "inspections"),),
            when=Text("已核实", "verified"),
        ),
        Step(label="rest", taker="city"),
    ),
)
SHEET = PremiumSheet(
    title=Text("一户住宅报价", "One household's quote"),
    total=Fraction(12960, 100),
    illustrative=True,
    facts=((Text("面积", "floor area"), "120 m²"), (Text("结构", "structure"), "brick")),
    lines=(
        SheetLine(
            label=Text("基础保费", "Base"), value="100", running=100, kind="base", how=Text("每户", "per household")
        ),
        SheetLine(
            label=Text("结构系数", "Structure"),
            value="× 1.60",
            running=160,
            how=Text("按结构查表：砖混", "table by structure: brick"),
        ),
        SheetLine(
            label=Text("楼层系数", "Storey"),
            value="× 0.90",
            running=144,
            how=Text("系数 0.85", "factor 0.85"),
            bound=Text("下限 0.90", "cut at the lower bound 0.90"),
        ),
        SheetLine(
            label=Text("防灾折扣", "Prevention"), value="× 0.90", running=Fraction(12960, 100), illustrative=True
        ),
        SheetLine(label=Text("最低保费", "Minimum"), value="≥ 80", running=Fraction(12960, 100), kind="minimum"),
    ),
    payers=(
        Allotment(party="city", label="subsidy", share=Fraction(4, 5), amount=Fraction(10368, 100)),
        Allotment(party="households", label="own", share=Fraction(1, 5), amount=Fraction(2592, 100)),
    ),
    receivers=(
        Allotment(party="reserve", label="reserve", share=Fraction(1, 5), amount=Fraction(2592, 100)),
        Allotment(party="coinsurers", label="pool", share=Fraction(4, 5), amount=Fraction(10368, 100)),
        Allotment(party="lead", of="coinsurers", share=Fraction(1, 2), amount=Fraction(5184, 100)),
        Allotment(party="second", of="coinsurers", share=Fraction(3, 10), amount=Fraction(3110, 100)),
        Allotment(party="third", of="coinsurers", share=Fraction(1, 5), amount=Fraction(2074, 100)),
    ),
)
PRICE = TechnicalPrice(
    for_whom=POOLS[0].name,
    charged=32_800_000,
    technical=Estimate(30_150_000.0, 61_000.0),
    loss_ratio=Estimate(0.657, 0.0018),
    lines=(
        PriceLine(
            label=Text("预期损失", "Expected loss"),
            amount=Estimate(21_550_000.0, 61_000.0),
            how=Text("模拟均值", "mean of the simulation"),
        ),
        PriceLine(
            label=Text("费用", "Expenses"),
            amount=Estimate(4_100_000.0),
            how=Text("保费的 12.5%", "12.5 % of premium"),
            illustrative=True,
        ),
        PriceLine(label=Text("税", "Tax"), amount=Estimate(1_950_000.0), how=Text("6%", "6 %")),
        PriceLine(
            label=Text("风险附加", "Risk load"),
            amount=Estimate(2_550_000.0),
            illustrative=True,
            how=Text("资本成本 6% × (TVaR 99.5% − 均值)", "6 % cost of capital × (TVaR 99.5 % − mean)"),
        ),
    ),
)


ACCOUNTS = (
    Account(
        id="reserve",
        name=Text("巨灾风险准备金", "Catastrophe reserve"),
        owner="city",
        opening=5_000_000,
        illustrative=True,
    ),
)
INSURED = InsuredUnit(
    unit=Text("户", "household"),
    enrolment=Text("无须参保", "none needed"),
    fields=(InsuredField(name="occupied", kind="bool", meaning=Text("有人居住", "lived in")),),
)
FACTS = (
    Fact(
        name="water_depth",
        unit="cm",
        meaning=Text("室内水深", "depth indoors"),
        source=Text("村级水位桩", "village water-level posts"),
    ),
)
COVERS = (
    Cover(
        id="relief",
        name=Text("家庭救助", "Household relief"),
        when=Text("有人居住", "lived in"),
        words=(Text("按水深一次性给付。", "Pays once by water depth."),),
        tables=(
            Grid(
                columns=(Text("水深 cm", "depth, cm"), Text("元", "CNY")),
                rows=(("(20, 50]", 500), ("(50, 100]", 1000), ("(100, ∞)", 2000)),
                illustrative=True,
            ),
        ),
    ),
)
CHANCES = (
    StepChance(
        label="deductible",
        taker="households",
        attachment=Estimate(0.58, 0.0005),
        exhaustion=Estimate(0.31, 0.0005),
    ),
    StepChance(
        label="relief",
        taker="coinsurers",
        attachment=Estimate(0.31, 0.0005),
        exhaustion=Estimate(0.0042, 0.0001),
        mean=Estimate(26_300_000.0, 61_000.0),
    ),
    StepChance(label="last", taker="city", attachment=Estimate(0.0031, 0.0001)),
)
GROSS_CEDED_NET = (
    GrossCededNet(
        measure=Text("年均", "mean a year"),
        gross=Estimate(26_300_000.0, 61_000.0),
        ceded=Estimate(9_100_000.0, 33_000.0),
        net=Estimate(17_200_000.0, 41_000.0),
    ),
)
EXACT = (
    ExactAnswer(
        measure=Text("共保体年均", "co-insurers' mean"),
        simulated=Estimate(26_300_000.0, 61_000.0),
        exact=26_281_334.0,
        bound=12.0,
        method=Text.same("FFT"),
    ),
)
ASSUMPTIONS = (
    Grid(
        title=Text("频率与强度", "Frequency and severity"),
        illustrative=True,
        columns=(Text("灾因", "peril"), Text("法则", "law"), Text("参数", "parameters")),
        rows=((Text("台风", "typhoon"), "Poisson × lognormal", "λ = 0.9, μ = 15.2, σ = 1.6"),),
    ),
)
COMPARISONS = (
    VersionComparison(
        old="2020-01-01",
        new="2022-01-01",
        terms=(
            TermChange(
                where="losses.relief.cap.period",
                old="2亿",
                new="3亿",
                meaning=Text("年度限额", "yearly cap"),
                weight=Text("可直接适用", "safe"),
            ),
        ),
        results=(
            ResultChange(
                measure=Text("共保体年均", "co-insurers' mean"),
                old=Estimate(24_000_000.0, 5e4),
                new=Estimate(26_300_000.0, 6e4),
            ),
        ),
    ),
)
EXAMPLES = (
    Example(
        name=Text("75 厘米", "75 cm"),
        given="{occupied: true, water_depth: 75}",
        expected="1,000",
        got="1,000",
        passed=True,
    ),
    Example(name=Text("反例", "a failing one"), given="{water_depth: 20}", expected="500", got="0", passed=False),
)
SOURCES = (
    Source(text=Text("示例文件〔2021〕1号", "Sample document 2021/1"), address="https://example.org/a"),
    Source(
        text=Text("编者假设", "the editors' assumption"),
        covers=Text("频率与强度", "frequency and severity"),
        illustrative=True,
    ),
)
FINDINGS = (
    Finding(
        "monotony",
        Place("sample.yaml", 41, 5, 30),
        Text("年度封顶与单次限额不成链。", "Scopes form no chain."),
        Text("把年度封顶写成限额。", "Write the cap as a limit."),
        Severity.WARNING,
        "  cap: {period: 3亿}",
    ),
)


def _curve(kind: str, scale: float) -> Curve:
    points = tuple(
        CurvePoint(t, v, v * (1 - 0.004 * math.sqrt(t)), v * (1 + 0.004 * math.sqrt(t)))
        for t in (1.25, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000)
        for v in [min(scale * math.log(t) ** 2 * 1e6, 3e8)]
    )
    exact = tuple(CurvePoint(p.years, p.amount * 1.003) for p in points) if kind == "annual" else ()
    return Curve(kind="annual" if kind == "annual" else "occurrence", points=points, exact=exact)


def _result(party: str, sign: str, scale: float) -> AccountResult:
    tails = tuple(
        Tail(q, Estimate(scale * 1e6 * f, scale * 1e4 * f), Estimate(scale * 1.4e6 * f, scale * 2e4 * f))
        for q, f in ((0.95, 9.0), (0.99, 21.0), (0.995, 28.0))
    )
    return AccountResult(
        party=party,
        sign="net" if sign == "net" else "paid" if sign == "paid" else "received",
        mean=Estimate(scale * 2.1e6, 6.1e4),
        sd=Estimate(scale * 4.4e6, 9.3e4),
        tails=tails,
        none=Estimate(0.42, 0.0005),
        curves=(_curve("annual", scale), _curve("occurrence", scale * 0.8)),
        histogram=tuple(Bin(i * 1e7, (i + 1) * 1e7, 0.5 * 0.7**i) for i in range(12)),
    )


def _catastrophe() -> ProgrammePage:
    return ProgrammePage(
        id="sample.catastrophe",
        name=Text("示例公共巨灾保险", "Sample public catastrophe insurance"),
        version="2022-01-01",
        versions=("2020-01-01", "2022-01-01"),
        family=Text("巨灾", "catastrophe"),
        place=Text("某市", "A city"),
        period=Text("2022-01-01 至 2024-12-31，逐年", "2022-01-01 to 2024-12-31, by year"),
        basis=Text("事故发生时的版本", "losses occurring"),
        summary=(
            Text(
                "全市家庭在洪水中按水深领取救助，由共保体承担，超过年度限额的由准备金和市政府承担。",
                "Relief by water depth: from co-insurers to a yearly cap, then a reserve, then the city.",
            ),
        ),
        parties=PARTIES,
        pools=POOLS,
        accounts=ACCOUNTS,
        roles=(
            Role(role=Text("投保人", "policyholder"), who=PARTIES[0].name),
            Role(role=Text("受益人", "beneficiary"), who=PARTIES[5].name),
        ),
        insured=INSURED,
        facts=FACTS,
        covers=COVERS,
        flows=(LOSSES, PREMIUM_FROM, SERVICES),
        premium=(SHEET,),
        price=PRICE,
        results=(
            _result("coinsurers", "paid", 10.0),
            _result("re", "paid", 3.0),
            _result("reserve", "net", 1.0),
            _result("city", "received", 2.0),
        ),
        chances=CHANCES,
        gross_ceded_net=GROSS_CEDED_NET,
        exact=EXACT,
        assumptions=ASSUMPTIONS,
        comparisons=COMPARISONS,
        cases=(sample_case(),),
        examples=EXAMPLES,
        sources=SOURCES,
        findings=FINDINGS,
        run=RunFacts(years=1_000_000, seed=20211122, seconds=3.4),
        warnings=(Text("所有数字均为虚构，只用于示意。", "Every number here is made up and only illustrates."),),
    )


def _pool_of_21() -> ProgrammePage:
    members = tuple(Party(id=f"m{i}", name=Text(f"成员{i}", f"Member {i}"), kind="insurer") for i in range(1, 22))
    shares = tuple((m.id, Fraction(1, 21)) for m in members)
    steps = (
        Step(
            label="retention",
            taker="insured",
            limits=(Bound(scope=CLAIM, amount=None, words=Text("max(5000, 10% × 损失)", "max(5000, 10 % × loss)")),),
        ),
        Step(
            label="bands",
            taker="poolers",
            share=Fraction(9, 10),
            bands=(
                Band(low=0, high=1_000_000, share=Fraction(6, 10)),
                Band(low=1_000_000, high=5_000_000, share=Fraction(9, 10)),
            ),
        ),
        Step(label="rest", taker="insured"),
    )
    return ProgrammePage(
        id="sample/21 members",
        name=Text("二十一家共保体", "A pool of twenty-one"),
        version="2023-01-01",
        currency="CNY",
        parties=(*members, Party(id="insured", name=Text("被保险企业", "The insured firm"), kind="insured")),
        pools=(
            Pool(
                id="poolers",
                name=Text("集成电路共保体", "Integrated-circuit pool"),
                leader="m1",
                dated=(PoolShares(shares=shares),),
            ),
        ),
        flows=(Flow(name="losses.from", steps=steps),),
    )


def _hostile() -> ProgrammePage:
    bad = Text(HOSTILE, HOSTILE + " en")
    return ProgrammePage(
        id=HOSTILE,
        name=bad,
        version=HOSTILE,
        parties=(Party(id=HOSTILE, name=bad, kind=HOSTILE),),
        flows=(
            Flow(
                name="losses.from",
                steps=(
                    Step(label=HOSTILE, taker=HOSTILE, limits=(Bound(scope=bad, amount=1),)),
                    Step(label="x", taker="y"),
                ),
            ),
        ),
        sources=(Source(text=bad, address="javascript:alert(1)"),),
    )


def sample_report(*, hostile: bool = True) -> Report:
    """The report; `hostile` adds a page whose every name attacks the markup."""
    pages = (_catastrophe(), _pool_of_21(), *([_hostile()] if hostile else []))
    return Report(
        title=Text("示例方案报告", "Report on sample programmes"),
        programmes=pages,
        made="2026-11-22",
        subtitle=Text("每个数字都是虚构的", "Every number is made up"),
        run=RunFacts(years=1_000_000, seed=1, seconds=9.8),
    )
