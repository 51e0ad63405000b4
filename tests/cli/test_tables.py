"""Tables of the terminal, however narrow it is."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from quanyu.cli.tables import print_table


@pytest.mark.parametrize("width", [20, 80, 200])
def test_no_amount_no_day_and_no_name_is_cut(width: int) -> None:
    table = Table()
    table.add_column("party")
    table.add_column("day", no_wrap=True)
    for name in ("due", "paid", "net"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_row("ningbo.public-catastrophe/reserve", "2026-01-31", *["-35,210,000.00"] * 3)
    said = io.StringIO()
    print_table(table, Console(file=said, width=width))
    lines = said.getvalue().splitlines()
    row = next(line for line in lines if "2026-01-31" in line)
    assert row.count("-35,210,000.00") == 3
    assert "…" not in said.getvalue()
    names = "".join(line.split("│")[1].strip() for line in lines if line.startswith("│"))
    assert names == "ningbo.public-catastrophe/reserve"
