"""The settled case of the made-up report."""

from quanyu.documents import ClaimPath, Example, Grid, Passage, SettledCase, Taken
from quanyu.terms import Text

__all__ = ["sample_case"]


def _bears(label: str, taker: str, reached: int, taken: int, depth: int = 0) -> Passage:
    return Passage(
        label=label,
        taker=taker,
        depth=depth,
        reached_fen=reached,
        taken_fen=taken,
        rest_fen=reached - taken,
        terms=(Text("全部", "all of it"),),
    )


def sample_case() -> SettledCase:
    """One claim, its path, and what was expected."""
    first = ClaimPath(
        claim="C-001",
        at="2021-07-25",
        cover=Text("家庭救助", "household relief"),
        amount_fen=3_000_000_001,
        passages=(
            Passage(
                label="deductible",
                taker="households",
                reached_fen=3_000_000_001,
                taken_fen=50_000_000,
                rest_fen=2_950_000_001,
                terms=(Text("以 500,000 为限（每次事故）", "up to 500,000, each event"),),
            ),
            Passage(
                label="relief",
                taker="coinsurers",
                reached_fen=2_950_000_001,
                taken_fen=2_900_000_001,
                rest_fen=50_000_000,
                terms=(Text("年度 3 亿", "300 m a year"),),
                cut=Text("年度限额只剩 29,000,000.01", "29,000,000.01 left of the year"),
                members=(Taken("lead", 1_090_000_001), Taken("second", 654_000_000), Taken("third", 436_000_000)),
            ),
            Passage(label="treaty", depth=1, reached_fen=2_900_000_001, taken_fen=720_000_000, rest_fen=2_180_000_001),
            _bears("layer-1", "re", 2_900_000_001, 720_000_000, 2),
            _bears("layer-2", "re", 2_900_000_001, 0, 2),
            _bears("reserve", "reserve", 50_000_000, 50_000_000),
            _bears("last", "city", 0, 0),
        ),
        finally_borne=(
            Taken("households", 50_000_000),
            Taken("coinsurers", 2_180_000_001),
            Taken("re", 720_000_000),
            Taken("reserve", 50_000_000),
        ),
        explanation=(
            Text("500,000.00 由家庭自负", "500,000.00 by the households: 100 % of 500,000 above 0"),
            Text("7,200,000.00 由再保险人承担", "7,200,000.00 by the reinsurer: 80 % of 30,000,000 above 20,000,000"),
        ),
    )
    return SettledCase(
        title=Text("台风“示例”", "Typhoon Sample"),
        illustrative=True,
        paths=(first,),
        total_fen=3_000_000_001,
        claims=1,
        story=Text("一次台风，一笔合计的损失。", "One typhoon, one loss added up."),
        rows=(
            Grid(
                columns=(Text("赔案", "claim"), Text("水深", "depth"), Text("金额", "amount")),
                rows=(("C-001", 75, 30000000.01), ("C-002", None, Text("待定", "open"))),
            ),
        ),
        totals=first.finally_borne,
        expected=(
            Example(
                name=Text("公布金额", "published total"),
                given="sum",
                expected="30,000,000.01",
                got="30,000,000.01",
                passed=True,
                source=Text("虚构公报", "a made-up bulletin"),
            ),
        ),
    )
