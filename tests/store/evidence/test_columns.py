"""Columns give the bytes that rows give, however nasty their texts are."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.store.evidence.columns import column_bytes, column_leaves
from quanyu.store.evidence.rule import Rule, record_bytes

NASTY = [
    "", " ", '"', "\\", "\\\\n", "/", "\n\r\t\b\f", "".join(map(chr, range(0x21))), "\x7f\x80\x9f", "é", "e\u0301",
    "\u2028\u2029", "\ufeff", "\U0001f600", "\ufffd", "保险方案", "</script>", "\u0000", "'; DROP TABLE leaf; --",
    "null",
]  # fmt: skip
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.Int64,
    "名称": pl.String,
    "text": pl.String,
    "active": pl.Boolean,
    "start": pl.Date,
    "at": pl.Datetime("ms", "Asia/Shanghai"),
    "premium": pl.Int64,
    "count": pl.UInt8,
    "rate": pl.Decimal(12, 4),
    "cover": pl.Enum(["fire", "typhoon"]),
    "parties": pl.List(pl.Struct({"share": pl.String, "party": pl.Int64, "from": pl.Date})),
    "address": pl.Struct({"town": pl.String, "place": pl.Struct({"y": pl.Int32, "x": pl.Int32}), "since": pl.Date}),
    "nothing": pl.Null,
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(NASTY)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
)
BIG = st.integers(-(2**63), 2**63 - 1)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


PLACE = st.fixed_dictionaries({"y": maybe(st.integers(-9, 9)), "x": maybe(st.integers(-9, 9))})
ROW = st.fixed_dictionaries(
    {
        "id": BIG,
        "名称": maybe(TEXT),
        "text": maybe(TEXT),
        "active": maybe(st.booleans()),
        "start": maybe(DATES),
        "at": maybe(INSTANTS),
        "premium": maybe(BIG),
        "count": maybe(st.integers(0, 255)),
        "rate": maybe(st.decimals(-(10**6), 10**6, places=4)),
        "cover": maybe(st.sampled_from(["fire", "typhoon"])),
        "parties": maybe(
            st.lists(
                maybe(st.fixed_dictionaries({"share": maybe(TEXT), "party": maybe(BIG), "from": maybe(DATES)})),
                max_size=3,
            )
        ),
        "address": maybe(st.fixed_dictionaries({"town": maybe(TEXT), "place": maybe(PLACE), "since": maybe(DATES)})),
        "nothing": st.none(),
    }
)


def by_row(row: dict[str, Any], kind: str = "policy") -> bytes:
    return record_bytes(kind, row["id"], {name: value for name, value in row.items() if name != "id"})


@given(st.lists(ROW, min_size=1, max_size=5))
def test_columns_give_the_bytes_of_rows(rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    assert column_bytes(frame, "policy").to_list() == [by_row(row) for row in rows]


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts(text: str) -> None:
    frame = pl.DataFrame({"id": [1], text: [text]})
    assert column_bytes(frame, text).to_list() == [record_bytes(text, 1, {text: text})]


def test_a_block_of_fifty_thousand() -> None:
    count = 50_000
    frame = pl.DataFrame({"id": range(count)}).with_columns(
        premium=pl.col("id") * 7,
        start=pl.lit(date(2023, 1, 1)) + pl.duration(days=pl.col("id") % 365),
        name=pl.lit("甲"),
    )
    rows = [
        record_bytes("policy", i, {"premium": i * 7, "start": date(2023, 1, 1) + timedelta(i % 365), "name": "甲"})
        for i in range(count)
    ]
    for algorithm in ("sha256", "sm3"):
        rule = Rule(algorithm)
        assert column_leaves(rule, frame, "policy") == b"".join(rule.leaf(row) for row in rows)


def test_nothing_is_no_leaf() -> None:
    assert column_leaves(Rule(), pl.DataFrame(schema={"id": pl.Int64, "a": pl.String}), "policy") == b""


def test_scales_are_kept() -> None:
    frame = pl.DataFrame({"id": [1], "q": [Decimal("0.10")]}, schema={"id": pl.Int64, "q": pl.Decimal(9, 2)})
    assert column_bytes(frame, "k").item() == b'{"id":1,"kind":"k","q":"0.10"}'


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("x", [0.5]),
        pl.Series("x", [b"x"]),
        pl.Series("x", [timedelta(1)]),
        pl.Series("x", [datetime(2026, 1, 1)]),
        pl.Series("x", [[0.5]]),
        pl.Series("x", [{"y": 0.5}]),
    ],
    ids=lambda column: str(column.dtype),
)
def test_what_has_more_than_one_text_is_refused(column: pl.Series) -> None:
    with pytest.raises(TypeError, match="does not hold"):
        column_bytes(pl.DataFrame({"id": [1]}).with_columns(column), "policy")


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": [1]}),
        pl.DataFrame({"id": ["1"]}),
        pl.DataFrame({"id": [None, 1]}),
        pl.DataFrame({"id": [1], "kind": [1]}),
    ],
    ids=["no id", "text", "null", "kind"],
)
def test_a_record_needs_its_id(frame: pl.DataFrame) -> None:
    with pytest.raises(ValueError):
        column_bytes(frame, "policy")
