"""Files of risks: Parquet, CSV and Excel give the premiums of their rows, or name the cells that have none."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from quanyu.rating import CompiledRating, Quotes, explain_row
from quanyu.rating import frame as frames
from quanyu.rating.frame import quote_frame
from rating.programmes import rated

TARIFF = """
  base: sum * 2‰
  factors:
    zone: {by: zone, table: {A: 1.03, B: 0.97, C: 1.2}}
    age: {by: age, table: {"[0, 18)": 0.8, "[18, 60)": 1.1, "[60, inf)": 1.5}}
    lived_in: {by: occupied, table: {"true": 1, "false": 1.25}}
  round: 0.01
  day_count: actual/365
"""


def rating() -> CompiledRating:
    return rated(TARIFF)


def table(length: int = 60) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "sum": [100_000 + 1_000 * k for k in range(length)],
            "zone": ["ABC"[k % 3] for k in range(length)],
            "age": [k % 90 for k in range(length)],
            "occupied": [k % 2 == 0 for k in range(length)],
            "start": [dt.date(2026, 1, 1 + k % 28) for k in range(length)],
            "end": [dt.date(2026, 12, 31)] * length,
            "remark": ["not read"] * length,
        }
    )


def expected(row: int) -> int:
    """The premium by hand, in fen."""
    days = 365 - row % 28
    zone = (103, 97, 120)[row % 3]
    age = (80, 110, 150)[(row % 90 >= 18) + (row % 90 >= 60)]
    lived = (100, 125)[row % 2]
    top, bottom = (100_000 + 1_000 * row) * 2 * zone * age * lived * days, 10 * 10**6 * 365
    return (2 * top + bottom) // (2 * bottom)


def written(frame: pl.DataFrame, path: Path) -> None:
    write: dict[str, Callable[[Path], object]] = {
        ".parquet": frame.write_parquet,
        ".csv": frame.write_csv,
        ".xlsx": frame.write_excel,
    }
    write[path.suffix](path)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".xlsx"])
def test_a_file_of_risks(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"risks{suffix}"
    written(table(), path)
    quotes = quote_frame(rating(), path)
    assert isinstance(quotes, Quotes), [str(finding.reason) for finding in quotes]
    assert quotes.fen.tolist() == [expected(row) for row in range(60)]
    assert explain_row(quotes, 17).fen == quotes.fen[17]


def test_a_frame_and_the_first_rows_of_it() -> None:
    quotes = quote_frame(rating(), table(), rows=7)
    assert isinstance(quotes, Quotes)
    assert quotes.fen.tolist() == [expected(row) for row in range(7)]


def test_columns_are_read_in_groups(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table().write_parquet(tmp_path / "risks.parquet")
    whole = quote_frame(rating(), tmp_path / "risks.parquet")
    monkeypatch.setattr(frames, "_BYTES", 1)
    one_by_one = quote_frame(rating(), tmp_path / "risks.parquet")
    assert isinstance(whole, Quotes)
    assert isinstance(one_by_one, Quotes)
    assert one_by_one.fen.tolist() == whole.fen.tolist()


def test_unknown_codes_gaps_and_numbers_outside_are_named_by_their_cell(tmp_path: Path) -> None:
    frame = table().with_columns(
        pl.Series("zone", ["A", "Z", None, *["B"] * 57]), pl.Series("age", [-1, 1, 2, None, *[20] * 56])
    )
    path = tmp_path / "risks.parquet"
    frame.write_parquet(path)
    findings = quote_frame(rating(), path)
    assert isinstance(findings, list)
    assert [str(finding.reason) for finding in findings] == [
        "row 1: age is -1, which is in no row of its table",
        "row 2: zone is Z, which is in no row of its table",
        "row 3: zone has no value",
        "row 4: age has no value",
    ]
    places = [finding.place for finding in findings]
    assert [(place.line, place.column) for place in places if place is not None] == [(1, 3), (2, 2), (3, 2), (4, 3)]


def test_bad_cells_of_a_spreadsheet_are_those_of_its_types(tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text("sum,zone,age,occupied\n100000,A,20,是\nmuch,A,20,true\n100000,Z,20,false\n", "utf-8")
    findings = quote_frame(rating(), path)
    assert isinstance(findings, list)
    assert [(finding.code, finding.place.line) for finding in findings if finding.place] == [
        ("bad-cell", 3),
        ("bad-cell", 4),
    ]


def test_numbers_written_as_text_in_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "risks.parquet"
    frame = pl.DataFrame(
        {"sum": ["10万", "200000"], "zone": ["A", "B"], "age": ["20", "70"], "occupied": [True, False]}
    )
    frame.write_parquet(path)
    quotes = quote_frame(rating(), path)
    assert isinstance(quotes, Quotes)
    # 200 × 1.03 × 1.1 and 400 × 0.97 × 1.5 × 1.25.
    assert quotes.fen.tolist() == [22_660, 72_750]


def test_an_instant_within_a_day_is_no_date() -> None:
    noon = pl.Series("start", [dt.datetime(2026, 1, 1, 12)] * 60)
    findings = quote_frame(rating(), table().with_columns(noon))
    assert isinstance(findings, list)
    assert "not a date" in str(findings[0].reason)


def test_a_missing_column_and_a_missing_file() -> None:
    without = quote_frame(rating(), table().drop("zone"))
    assert isinstance(without, list)
    assert [finding.code for finding in without] == ["missing-column"]
    absent = quote_frame(rating(), Path("nowhere.csv"))
    assert isinstance(absent, list)
    assert absent[0].code == "cannot-read"


def test_many_rows_in_doubt_are_read_again_together() -> None:
    # Decimals of 19 digits are beyond float64: every row is rated exactly.
    frame = table(2500).with_columns(pl.col("sum").cast(pl.Decimal(19, 2)))
    quotes = quote_frame(rating(), frame)
    assert isinstance(quotes, Quotes)
    assert quotes.exact == 2500
    assert quotes.fen.tolist() == [expected(row) for row in range(2500)]


LEVELS = "{ncd: {start: 0, next: 'ncd + claims'}}"
BY_LEVEL = '{base: 1000, factors: {ncd: {by: ncd, table: {"[-4, 0)": 0.5, "0": 1, "(0, 5]": 1.5, else: 2}}}}'


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".xlsx"])
@pytest.mark.parametrize("declared", [True, False])
def test_levels_in_a_table_are_numbers_in_every_kind_of_file(tmp_path: Path, suffix: str, declared: bool) -> None:
    rating = rated(BY_LEVEL, states=LEVELS, fields="{sum: money, ncd: number}" if declared else "{sum: money}")
    path = tmp_path / f"risks{suffix}"
    frame = pl.DataFrame({"ncd": [-2, 0, 3, 9]})
    written(frame, path)
    quotes = quote_frame(rating, path)
    assert isinstance(quotes, Quotes), quotes
    assert quotes.fen.tolist() == [50_000, 100_000, 150_000, 200_000]


def test_a_level_that_is_no_number_is_named_by_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text("ncd\n0\ngood\n", "utf-8")
    findings = quote_frame(rated(BY_LEVEL, states=LEVELS), path)
    assert isinstance(findings, list)
    assert [(finding.code, finding.place.line) for finding in findings if finding.place] == [("bad-cell", 3)]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".xlsx"])
def test_days_of_cover_declared_as_fields(tmp_path: Path, suffix: str) -> None:
    premium = "{base: 365, day_count: actual/365, round: 0.01}"
    rating = rated(premium, fields="{start: date, end: date}")
    path = tmp_path / f"risks{suffix}"
    frame = pl.DataFrame({"start": [dt.date(2026, 1, 1), dt.date(2026, 12, 2)], "end": [dt.date(2026, 12, 31)] * 2})
    written(frame, path)
    quotes = quote_frame(rating, path)
    assert isinstance(quotes, Quotes), quotes
    assert quotes.fen.tolist() == [36_500, 3_000]


REFUSED = [
    ("{base: sum, day_count: actual/365}", "sum,start,end\n100000,2026-06-30,2026-01-01\n", "cannot-rate"),
    ("{base: sum / age}", "sum,age\n100000,0\n", "cannot-rate"),
    ("{base: sum, factors: {a: {by: age, table: {'[0, 9]': 1}}}}", "sum,age\n100000,12\n", "outside-table"),
    ("{base: sum * sum}", "sum\n100000000000000\n", "premium-too-large"),
    ("{base: sum, factors: {a: {by: remark, table: {A: 1}}}}", "sum,remark\n1,A\n2,\n", "missing-value"),
]


@pytest.mark.parametrize(("premium", "text", "code"), REFUSED, ids=[code for _, _, code in REFUSED])
def test_what_has_no_premium_is_refused_by_its_row(tmp_path: Path, premium: str, text: str, code: str) -> None:
    path = tmp_path / "risks.csv"
    path.write_text(text, "utf-8")
    findings = quote_frame(rated(premium), path)
    assert isinstance(findings, list)
    assert [finding.code for finding in findings] == [code]
    assert findings[0].place is not None
    assert findings[0].place.line == text.count("\n")
