"""Capital numerals: examples of the rules for vouchers (银发〔1997〕393号附一), and what was written read back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.documents.capitals import capitals


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (168_032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "人民币壹拾万柒仟元零伍角叁分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        (0, "人民币零元整"),
        (7, "人民币柒分"),
        (-100, "人民币负壹元整"),
        (2_000_000_000_000, "人民币贰佰亿元整"),
        (100_010_001_000_100, "人民币壹万零壹亿零壹万零壹元整"),
    ],
)
def test_as_on_vouchers(fen: int, said: str) -> None:
    assert capitals(fen) == said


def heard(said: str) -> int:
    """An independent reading: units multiply the digit before them, 万 and 亿 what was read of their group."""
    units = {"拾": 10, "佰": 100, "仟": 1000}
    whole, _, rest = said.removeprefix("人民币").partition("元") if "元" in said else ("", "", said[3:])
    total = group = digit = 0
    for letter in whole:
        if letter in units:
            group, digit = group + digit * units[letter], 0
        elif letter == "万":
            group, digit = (group + digit) * 10**4, 0
        elif letter == "亿":
            total, group, digit = total + (group + digit) * 10**8, 0, 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(letter)
    parts = {unit: "零壹贰叁肆伍陆柒捌玖".index(figure) for figure, unit in re.findall(r"(.)([角分])", rest)}
    return (total + group + digit) * 100 + parts.get("角", 0) * 10 + parts.get("分", 0)


@given(st.integers(1, 10**16))
def test_reads_back(fen: int) -> None:
    assert heard(capitals(fen)) == fen


def test_too_much() -> None:
    with pytest.raises(ValueError, match="capital numerals"):
        capitals(10**18)
