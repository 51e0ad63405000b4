"""The verb `import` on the terminal: what it says of a table that is refused, and of one that is not."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from book.policy_book import programme
from desk.intake_book import csv, rows
from quanyu.cli.app import app
from quanyu.desk.booking import found_log
from quanyu.language.write import write_node
from quanyu.store import Store
from quanyu.tables import Rows, read_rows


@pytest.fixture
def here(store: Store, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside a book in which the farm houses are published."""
    with store.begin() as connection:
        found_log(connection, {})
    (tmp_path / "farm.yaml").write_text(write_node(programme()), "utf-8")
    monkeypatch.setenv("QUANYU_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    assert said("book", "publish", "farm.yaml").exit_code == 0
    return tmp_path


def said(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_hundred_findings_and_how_many_more(here: Path) -> None:
    csv(here, rows(*({"holder": None} for _ in range(130))))
    told = said("import", "policies", "policies.csv", "--out", "bad.xlsx", "--lang", "zh")
    assert told.exit_code == 1
    assert told.output.count("bad-cell") == 100
    assert "还有 30 处" in told.output
    assert "130 处错误，在 130 行；没有写入" in told.output
    back = read_rows(here / "bad.xlsx")
    assert isinstance(back, Rows)
    assert all("holder: " in reason for reason in back.frame["原因"].to_list())


def test_what_the_command_line_says_of_columns(here: Path) -> None:
    frame = rows({"start": "01.03.2026", "end": "28.02.2027"}).rename({"sum": "insured"}).drop("programme", "village")
    csv(here, frame)
    words = ["--map", "sum=insured", "--constant", "programme=t.farm", "--constant", "village=V1"]
    told = said("import", "policies", "policies.csv", *words, "--dates", "%d.%m.%Y", "--actor", "wang")
    assert told.exit_code == 0, told.output
    assert "1,000.00" in told.output
    assert said("import", "policies", "policies.csv", *words, "--dates", "%d.%m.%Y").output.startswith("brought in")


def test_options_that_are_wrong(here: Path) -> None:
    csv(here, rows({}))
    assert said("import", "policies", "policies.csv", "--map", "sum").exit_code == 2
    assert said("import", "policies", "policies.csv", "--dates", "%d").exit_code == 1
    assert said("import", "policies", "policies.csv", "--mapping", "none.yaml").exit_code == 1
    assert said("import", "policies", "none.csv").exit_code == 1
    assert said("import", "policies", "policies.csv", "--out", "bad.doc").exit_code == 1
    assert said("import", "houses", "policies.csv").exit_code == 2


def test_a_sheet_by_its_name(here: Path) -> None:
    rows({}).write_excel(here / "a.xlsx", worksheet="保单")
    assert said("import", "policies", "a.xlsx", "--sheet", "其他").exit_code == 1
    assert said("import", "policies", "a.xlsx", "--sheet", "保单", "--dry-run").exit_code == 0


def test_cells_that_would_be_formulas_stay_texts(here: Path) -> None:
    csv(here, rows({"holder": "=1+1", "sum": "much"}))
    assert said("import", "policies", "policies.csv", "--out", "bad.xlsx").exit_code == 1
    back = read_rows(here / "bad.xlsx")
    assert isinstance(back, Rows)
    assert back.frame["holder"].cast(pl.String).to_list() == ["=1+1"]
