"""What is written in a row becomes values of the declared types."""

from fractions import Fraction
from typing import Any

import pytest

from quanyu.engine.rows import RowUnreadable, kinds_of, read_row, read_value
from quanyu.language.scalars import FieldType, Source

from .written_programme import compiled, written

KINDS = kinds_of(compiled().programme)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sum", "300万", 3000000),
        ("sum", "150万 / 70%", Fraction(15000000, 7)),
        ("rate", "20%", Fraction(1, 5)),
        ("head", "-3", -3),
        ("grade", "3", 3),
        ("ok", "true", True),
        ("ok", "false", False),
        ("flag", "true", True),
        ("kind", "firm", "firm"),
        ("tag", "007", "007"),
        ("tag", "true", "true"),
        ("client", "12", "12"),
        ("day", "2026-05-01", "2026-05-01"),
        ("period", "2009", "2009"),
        ("claim", "12", "12"),
        ("amount", "2.8亿", 280000000),
        ("depth", "1_000.5", Fraction(2001, 2)),
        ("occurred", "2026-05-01", "2026-05-01"),
        ("undeclared", "2026-05-01", "2026-05-01"),
        ("undeclared", "true", True),
        ("undeclared", "c1", "c1"),
        ("undeclared", "4200 / 90%", Fraction(14000, 3)),
    ],
)
def test_a_value_is_what_its_declaration_says(name: str, text: str, value: Any) -> None:
    read = read_row(written({name: text}), KINDS)[name]
    assert (read, type(read)) == (
        value,
        type(value) if not isinstance(value, int) or value in (True, False) else Fraction,
    )


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("ok", "yes", "true or false"),
        ("ok", "1", "true or false"),
        ("sum", "many", "a number"),
        ("sum", "300,000", "a number"),
        ("rate", "high", "a number"),
        ("kind", "frm", "one of: firm, person"),
        ("plan", "gold", "one of: basic, plus"),
        ("head", "2.5", "a whole number"),
        ("grade", "4", "a whole number from 1 to 3"),
        ("grade", "0", "a whole number from 1 to 3"),
        ("depth", "deep", "a number"),
    ],
)
def test_what_is_not_of_its_type_is_a_finding(name: str, text: str, wanted: str) -> None:
    with pytest.raises(RowUnreadable) as refused:
        read_row(written({name: text}), KINDS)
    finding = refused.value.finding
    assert finding.code == "wrong-value"
    assert name in finding.reason.en
    assert text in finding.reason.en
    assert wanted in finding.remedy.en


def test_a_finding_stands_where_the_value_stands() -> None:
    text = compiled().programme.examples[0].env["depth"].place
    assert text is not None
    source = Source("deep", text)
    with pytest.raises(RowUnreadable) as refused:
        read_value(source, "depth", KINDS["depth"])
    assert refused.value.finding.place == text


def test_lists_and_daily_records_are_read_element_by_element() -> None:
    row = written({"rain": ["12", "0.5"], "lows": [{"date": "03-05", "tmin": "-1.5"}], "empty": None})
    assert read_row(row, KINDS) == {
        "rain": (12, Fraction(1, 2)),
        "lows": ({"date": "03-05", "tmin": Fraction(-3, 2)},),
    }
    with pytest.raises(RowUnreadable):
        read_row(written({"rain": ["12", "wet"]}), KINDS)


def test_what_is_a_value_already_stays() -> None:
    assert read_value(Fraction(1, 3), "sum", FieldType("money")) == Fraction(1, 3)
    assert read_value(None, "sum", None) is None


def test_no_is_a_text_and_no_flag() -> None:
    assert read_row(written({"tag": "no", "client": "on", "undeclared": "no"}), KINDS) == {
        "tag": "no",
        "client": "on",
        "undeclared": "no",
    }
