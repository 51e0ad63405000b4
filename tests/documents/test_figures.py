"""Numbers as they are read."""

import math
from datetime import UTC, datetime, tzinfo
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from quanyu.documents.figures import entry, fen, full, moment, percent, short
from quanyu.documents.stated import Number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "—"),
        (0, "0"),
        (1234567, "1,234,567"),
        (Fraction(12960, 100), "129.60"),
        (-5, "−5"),
        (12345.67, "12,346"),
        (1234.5, "1,234.50"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "—"),
        (-0.0, "0"),
    ],
)
def test_full(value: Number | None, expected: str) -> None:
    assert full(value) == expected


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (300_000_000, "3 亿", "300 m"),
        (12_345_678, "1,235 万", "12.35 m"),
        (15_000, "1.5 万", "15 k"),
        (999, "999", "999"),
        (-2_500_000_000.0, "−25 亿", "−2.5 bn"),
        (math.inf, "∞", "∞"),
    ],
)
def test_short(value: Number, zh: str, en: str) -> None:
    assert (short(value).zh, short(value).en) == (zh, en)


def test_fen_is_exact() -> None:
    assert fen(128_806_620) == "1,288,066.20"
    assert fen(-1) == "−0.01"
    assert fen(10**20 + 1) == "1,000,000,000,000,000,000.01"


def test_percent_and_entry() -> None:
    assert percent(Fraction(1, 3)) == "33.33%"
    assert percent(0.995) == "99.5%"
    assert entry(30_000_000.01) == "30,000,000.01"
    assert entry(Fraction(1, 8)) == "0.125"
    assert entry(100) == "100"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (ZoneInfo("Asia/Shanghai"), "2026-01-02 03:04:05 UTC+08:00"),
        (UTC, "2026-01-02 03:04:05 UTC"),
        (None, "2026-01-02 03:04:05"),
    ],
)
def test_moment(zone: tzinfo | None, said: str) -> None:
    assert moment(datetime(2026, 1, 2, 3, 4, 5, tzinfo=zone)) == said
