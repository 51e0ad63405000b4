"""The verbs of accounts and lists, as the terminal gives them: papers, tables, days, refusals."""

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from book.worlds import World, act, found
from quanyu.book import Journal, Money
from quanyu.book import tables as t
from quanyu.book.journal import reserve
from quanyu.cli.app import app
from quanyu.store import Store

FUND = ("accounts", "fund", "test.apart/reserve", "--from", "2026-05-01", "--to", "2026-12-31")


@pytest.fixture
def world(store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("QUANYU_DATABASE_URL", database_url)
    made = found(store)

    def fund(journal: Journal) -> None:
        p = made.parties
        journal.move(Money("due", "fund", "opening", p["outside"], p["reserve"], 500_00, version_id=made.version))

    act(store, dt.date(2026, 2, 1), fund)
    return made


def quanyu(*words: str, spoken: str = "en") -> Result:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200", "QUANYU_LANG": spoken, "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_statement_on_the_terminal(world: World) -> None:
    said = quanyu("accounts", "statement", "甲保险", "--to", "2026-12-31").output
    for line in ("First  2026-01-01 – 2026-12-31  CNY", "Premium subsidy", "590.00", "reserves 0.00 → 400.00"):
        assert line in said
    assert "期末余额" in quanyu("accounts", "statement", "First", "--to", "2026-12-31", spoken="zh").output


def test_a_statement_as_at_a_day_is_that_days(world: World) -> None:
    then = quanyu("accounts", "statement", "First", "--to", "2026-12-31", "--as-at", "2026-01-10").output
    assert "2026-01-10" in then
    assert re.search(r"closing balance.* 70\.00", then)
    before = quanyu("accounts", "statement", "First", "--to", "2026-12-31", "--known", "2026-01-09").output
    assert not re.search(r"closing balance.* [1-9]", before)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet", ".json"])
def test_a_statement_in_every_kind_of_file(world: World, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"statement{suffix}"
    assert quanyu("accounts", "statement", "First", "--to", "2026-12-31", "--out", str(out)).exit_code == 0
    match suffix:
        case ".xlsx":
            book = openpyxl.load_workbook(out)
            assert len(book.sheetnames) == 3
            cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
            assert any("期末余额" in str(cell) for cell in cells)
        case ".csv":
            frame = pl.read_csv(out)
            assert frame["对余额的影响"].sum() == pytest.approx(590)
        case ".parquet":
            assert pl.read_parquet(out)["balance"].sum() == Decimal("590.00")
        case _:
            rows = json.loads(out.read_text("utf-8"))
            assert sum(Decimal(row["balance"]) for row in rows) == Decimal("590.00")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_bordereau(world: World, tmp_path: Path) -> None:
    words = ("accounts", "bordereau", "Second", "--to", "2026-12-31")
    said = quanyu(*words).output
    assert "P-ada" in said
    assert "38.0000%" in said
    assert "C-bao" in said
    assert quanyu(*words, "--out", str(tmp_path / "b.xlsx")).exit_code == 0
    assert quanyu(*words, "--out", str(tmp_path / "b.csv")).exit_code == 0
    assert pl.read_csv(tmp_path / "b-premiums.csv").height == 2
    assert pl.read_csv(tmp_path / "b-losses.csv").height == 2
    assert len(openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames) >= 2


def test_papers_of_two_currencies_never_add_them(world: World, store: Store, tmp_path: Path) -> None:
    p = world.parties

    def dollars(journal: Journal) -> None:
        number = reserve(journal.connection, "policy_id")
        row = {
            "id": number, "number": "P-dollars", "version_id": world.version, "kind": "policy", "holder_id": p["chen"],
            "leader_id": p["first"], "parties": [p["first"], p["second"]], "issued_on": journal.booked_on,
        }  # fmt: skip
        journal.write(t.policy, [row])
        of = {"version_id": world.version, "policy_id": number}
        journal.move(Money("due", "premium", "risk", p["first"], p["second"], 77_77, "USD", **of))

    act(store, dt.date(2026, 4, 1), dollars)
    said = quanyu("accounts", "bordereau", "Second", "--to", "2026-12-31").output
    yuan, dollar = said.split("premiums  USD")
    assert "premiums  CNY" in yuan
    assert "760.00" in yuan
    assert "P-dollars" not in yuan
    assert "P-dollars" in dollar
    assert dollar.count("77.77") == 2
    assert "837.77" not in said
    for verb in ("bordereau", "statement"):
        out = tmp_path / f"{verb}.xlsx"
        assert quanyu("accounts", verb, "Second", "--to", "2026-12-31", "--out", str(out)).exit_code == 0
        texts = {
            name: " ".join(str(c.value) for s in openpyxl.load_workbook(path) for row in s.iter_rows() for c in row)
            for name, path in (("CNY", out), ("USD", tmp_path / f"{verb}-USD.xlsx"))
        }
        assert "人民币元" in texts["CNY"]
        assert "人民币" not in texts["USD"]
        assert "P-dollars" not in texts["CNY"]
        assert "77.77" in texts["USD"]
    assert quanyu("export", "claims", "--out", str(tmp_path / "c.xlsx")).exit_code == 0
    sheets = openpyxl.load_workbook(tmp_path / "c.xlsx")
    cells = [c.value for sheet in sheets for row in sheet.iter_rows() for c in row]
    assert any("各行币种" in str(cell) for cell in cells)
    assert not any(str(cell).startswith("=SUBTOTAL") for cell in cells)


def test_subsidies(world: World, tmp_path: Path) -> None:
    words = ("accounts", "subsidy", "--to", "2026-12-31")
    assert "1,500.00" in quanyu(*words).output
    for suffix in (".xlsx", ".csv"):
        assert quanyu(*words, "--out", str(tmp_path / f"s{suffix}")).exit_code == 0
    frame = pl.read_csv(tmp_path / "s.csv")
    assert frame["市级应补"].to_list() == [1500]
    assert openpyxl.load_workbook(tmp_path / "s.xlsx").sheetnames


def test_funds(world: World, tmp_path: Path) -> None:
    said = quanyu(*FUND).output
    assert "Reserve CNY" in said
    assert "Fund movements: opening" in said
    chinese = quanyu(*FUND, spoken="zh").output
    assert "账户资金：期初资金" in chinese
    assert "opening" not in chinese
    for suffix in (".xlsx", ".parquet"):
        assert quanyu(*FUND, "--out", str(tmp_path / f"f{suffix}")).exit_code == 0
    frame = pl.read_parquet(tmp_path / "f.parquet")
    assert frame.filter(pl.col("item") == "closing")["period"].to_list() == [Decimal("500.00")]
    assert frame.filter(pl.col("item") == "opening")["period"].to_list() == [Decimal("500.00")]
    assert frame.filter(pl.col("item") == "opening")["year"].to_list() == [Decimal("0.00")]
    assert quanyu("accounts", "fund", "--programme", "test.apart", "--to", "2026-12-31").exit_code == 0


def test_the_trial_balance_and_the_list(world: World, tmp_path: Path) -> None:
    said = quanyu("accounts", "balance", "--as-at", "2026-12-31")
    assert said.exit_code == 0
    assert "difference: 0.00" in said.output
    assert quanyu("accounts", "balance", "--out", str(tmp_path / "b.json")).exit_code == 0
    rows = json.loads((tmp_path / "b.json").read_text("utf-8"))
    assert sum(Decimal(row["net"]) for row in rows) == 0
    assert "乙保险" in quanyu("accounts", "list", spoken="zh").output


def test_closing_and_what_comes_too_late(world: World) -> None:
    assert "2026-03-31" in quanyu("accounts", "close", "2026-03-31", "--booked", "2026-04-02").output
    again = quanyu("accounts", "close", "2026-03-31", "--booked", "2026-04-03")
    assert again.exit_code == 1
    assert "closed-before" in again.output
    late = quanyu("accounts", "close", "2026-04-30", "--booked", "2026-03-15")
    assert late.exit_code == 1


@pytest.mark.parametrize("kind", ["policies", "claims", "transfers", "quotes", "parties"])
@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet", ".json"])
def test_every_list_in_every_kind_of_file(world: World, tmp_path: Path, kind: str, suffix: str) -> None:
    out = tmp_path / f"{kind}{suffix}"
    done = quanyu("export", kind, "--out", str(out))
    assert done.exit_code == 0, done.output
    count = int(done.output.split(": ")[1].split()[0])
    match suffix:
        case ".xlsx":
            rows = openpyxl.load_workbook(out).worksheets[0].max_row
            assert rows > count
        case ".csv":
            assert pl.read_csv(out).height == count
        case ".parquet":
            assert pl.read_parquet(out).height == count
        case _:
            assert len(json.loads(out.read_text("utf-8"))) == count
    assert count > 0


def test_a_list_of_one_party_and_of_a_day(world: World, tmp_path: Path) -> None:
    out = tmp_path / "p.csv"
    assert "1 row(s)" in quanyu("export", "policies", "--party", "ada", "--out", str(out)).output
    assert "2 row(s)" in quanyu("export", "policies", "--as-at", "2026-01-11", "--out", str(out)).output
    assert "0 row(s)" in quanyu("export", "claims", "--as-at", "2026-01-11", "--out", str(out)).output
    assert "0 row(s)" in quanyu("export", "claims", "--party", "chen", "--out", str(out)).output
    assert "3 row(s)" in quanyu("export", "policies", "--party", "某监管局", "--out", str(out)).output
    assert "3 row(s)" in quanyu("export", "policies", "--party", "某统计局", "--out", str(out)).output
    assert "0 row(s)" in quanyu("export", "claims", "--party", "某统计局", "--out", str(out)).output


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("statement", "nobody"), 1, "no-such-party"),
        (("statement", "First", "--from", "2026-13-01"), 2, "2026-06-30"),
        (("statement", "First", "--known", "noon"), 2, "2026-06-30T18:00"),
        (("statement", "First", "--from", "2027-01-01", "--to", "2026-01-01"), 2, "comes after"),
        (("statement", "First", "--out", "x.pdf"), 1, "table-kind"),
        (("fund", "nobody"), 1, "no-such-party"),
        (("bordereau", "nobody"), 1, "no-such-party"),
    ],
)
def test_what_is_refused(world: World, words: tuple[str, ...], status: int, said: str) -> None:
    result = quanyu("accounts", *words)
    assert result.exit_code == status
    assert said in result.output


def test_surplus_of_a_programme_that_has_none(world: World) -> None:
    done = quanyu("accounts", "surplus", "test.apart")
    assert done.exit_code == 1
    assert "no-flow" in done.output
