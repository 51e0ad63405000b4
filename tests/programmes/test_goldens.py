"""Published figures that the programmes must give back, each through its file as a user settles and prices with it."""

from fractions import Fraction
from pathlib import Path

import pytest

from quanyu.desk.open import open_programme
from quanyu.desk.quote import quote_fields
from quanyu.desk.settle import SettledCase, settle_file

FOLDER = Path(__file__).resolve().parents[2] / "programmes"
HOG = "nanning/liangqing-hog-futures/2023-01-01.yaml"
SHRIMP = "ningbo/yinzhou-shrimp/2018-06-01.yaml"
CATASTROPHE = "ningbo/public-catastrophe/2016-01-01.yaml"
MUTUAL = "ningbo/fulong-rural-mutual/2011-09-01.yaml"
EXPORTS = "ningbo/cixi-export-credit/2015-01-01.yaml"
FIRST_SET = "national/first-set/2019-05-01.yaml"
TRIALS = "shanghai/clinical-trial/2022-01-01.yaml"
LOANS = "ningbo/small-loan-guarantee/2009-08-01.yaml"

PREMIUMS = [
    (HOG, {"tonnes": "1020", "insured_price": "15050", "hedged": "95%"}, 888_800),
    (SHRIMP, {"mu": "1"}, 320),  # 4,000 × 8 %
    (SHRIMP, {"mu": "350"}, 112_000),
    (MUTUAL, {"sum": "20000"}, 60),  # 20,000 × 3 per mille
    (EXPORTS, {"exports": "100万", "rate": "0.1%"}, 1_000),
    (FIRST_SET, {"sum": "1000万", "rate": "5%"}, 500_000),
    (FIRST_SET, {"sum": "1000万", "rate": "2%"}, 200_000),
]


@pytest.mark.parametrize(("file", "fields", "premium"), PREMIUMS)
def test_a_premium(file: str, fields: dict[str, str], premium: int) -> None:
    opened = open_programme(FOLDER / file)
    assert not isinstance(opened, list)
    sheet = quote_fields(opened, fields)
    assert not isinstance(sheet, list)
    assert sheet.premium == premium


PAID = [
    # max(0, 15,050 − 13,787.19) × 1,020 t
    (HOG, "{cover: price, insured_price: 15050, close: [13787.19], tonnes: 1020, hedged: 0}", "1288066.20"),
    (HOG, "{cover: price, insured_price: 15050, close: [13787.19], tonnes: 1, hedged: 0}", "1262.81"),
    (CATASTROPHE, "{cover: household, occupied: true, water_depth: 30}", "500"),
    (CATASTROPHE, "{cover: household, occupied: true, water_depth: 75}", "1000"),
    (CATASTROPHE, "{cover: household, occupied: true, water_depth: 120}", "2000"),
    (CATASTROPHE, "{cover: accommodation, days: 90}", "8100"),  # 90 a day for 90 days
    (CATASTROPHE, "{cover: accommodation, days: 200}", "8100"),
]


def settled(tmp_path: Path, file: str, text: str) -> SettledCase:
    case = tmp_path / "golden.case"
    case.write_text(f"case: golden\nprogramme: {FOLDER / file}\nnote: a published figure\n{text}\n", "utf-8")
    done = settle_file(case)
    assert isinstance(done, SettledCase), [str(finding.reason) for finding in done]
    return done


@pytest.mark.parametrize(("file", "row", "amount"), PAID)
def test_what_a_cover_pays(tmp_path: Path, file: str, row: str, amount: str) -> None:
    at = "claim: a, policy: p1, insured: i1, at: 2016-10-01, period: 2016"
    text = f"rows: [{{{at}, {row[1:]}]\nexpect: {{amounts: {{a: {amount}}}}}"
    done = settled(tmp_path, file, text)
    assert [c.got for c in done.comparisons if c.expected] == [Fraction(amount)]


SPLIT = [
    (HOG, "premium.from", "", "amount: 888800", {"province": 266_600, "dce": 400_000, "insured:i1": 222_200}),
    (SHRIMP, "premium.from", "", "amount: 320, mu: 1", {"treasury": 160, "insured:i1": 160}),
    # A loss of 200,000 dollars: 70 % is 140,000, at most 100,000 a buyer; one of 100,000 gives 70,000.
    (EXPORTS, "losses", "1万", "cover: buyer_default, buyer: x, overdue: 20万, ratio: 70%", {"insurers": 100_000}),
    (EXPORTS, "losses", "1万", "cover: buyer_default, buyer: x, overdue: 10万, ratio: 70%", {"insurers": 70_000}),
    # In all 50 × the premium of 1,000.
    (EXPORTS, "losses", "1000", "cover: buyer_default, buyer: x, overdue: 20万, ratio: 70%", {"insurers": 50_000}),
    # A rate of at most 3 % counts, of which 80 %.
    (FIRST_SET, "premium.from", "", "amount: 50万, sum: 1000万, rate: 5%, nth_year: 1, in_catalogue: true",
     {"centre": 240_000}),
    (FIRST_SET, "premium.from", "", "amount: 20万, sum: 1000万, rate: 2%, nth_year: 1, in_catalogue: true",
     {"centre": 160_000}),
    (TRIALS, "premium.from", "", "amount: 120万, applicant: sponsor, approved: true, trial_class: chemical-1",
     {"city": 500_000}),
    (TRIALS, "premium.from", "", "amount: 80万, applicant: sponsor, approved: true, trial_class: chemical-1",
     {"city": 400_000}),
    (LOANS, "losses", "100万", "cover: principal, amount: 10万, programme_year: 1, bank_share: 30%",
     {"bank": 30_000, "picc": 35_000, "cpic": 35_000}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "flow", "premium", "row", "parts"), SPLIT)
def test_how_an_amount_is_split(
    tmp_path: Path, file: str, flow: str, premium: str, row: str, parts: dict[str, int]
) -> None:
    year = Path(file).stem[:4]
    whose = f"policy: p1, insured: i1, period: {year}"
    paid = f"premium: [{{{whose}, amount: {premium}}}]\n" if premium else ""
    expect = ", ".join(f'"{party}": {amount}' for party, amount in parts.items())
    text = f"flow: {flow}\n{paid}rows: [{{claim: a, {whose}, at: {year}-10-01, {row}}}]\nexpect: {{{expect}}}"
    done = settled(tmp_path, file, text)
    assert {c.name: c.got for c in done.comparisons if c.name in parts} == parts


def test_the_farmers_got_back_one_and_a_half_premiums(tmp_path: Path) -> None:
    """144.9 % of the premium."""
    row = f"{{claim: a, policy: p1, insured: i1, at: 2023-10-01, {PAID[0][1][1:]}"
    done = settled(tmp_path, HOG, f"rows: [{row}]\nexpect: {{huanong: 1288066.20}}")
    opened = open_programme(FOLDER / HOG)
    assert not isinstance(opened, list)
    sheet = quote_fields(opened, PREMIUMS[0][1])
    assert not isinstance(sheet, list)
    assert round(float(done.comparisons[0].got / sheet.premium), 3) == 1.449
