"""Every question of the page has a test that exists, and no attack about money is left out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/explanation/questions.md").read_text("utf-8")
HELD = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
WITHOUT_FIGURES = {4, 6}


@pytest.mark.parametrize(("file", "name"), HELD, ids=[name for _, name in HELD])
def test_the_test_that_is_named_exists(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_every_row_names_its_test_and_every_attack_with_figures_is_there() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) == len(HELD)
    named = {int(n) for _, name in HELD for n in re.findall(r"b(\d+)_", name)}
    assert set(range(1, 24)) - named == WITHOUT_FIGURES
