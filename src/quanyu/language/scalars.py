"""Scalars of a programme file: expressions as written, tables, dates, field types, bilingual texts."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from quanyu.language.tree import Seq
from quanyu.terms import Interval, Place, Text, read_interval, read_number

__all__ = [
    "Amounts",
    "Date",
    "Duration",
    "Durations",
    "FieldKind",
    "FieldType",
    "Key",
    "Label",
    "MonthDay",
    "Name",
    "Source",
    "SourceText",
    "Table",
    "TableText",
    "Texts",
    "Truth",
    "one_or_more",
    "read_key",
    "refuse",
]

_NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w-]*")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(r"(\d+)\s*(days?|weeks?|months?|years?|hours?|working days?|minutes?)")
_RANGE = re.compile(r"(-?\d+)\s*\.\.\s*(-?\d+)")
_PLAIN_TYPES = ("number", "money", "share", "int", "bool", "text", "date", "key", "point", "list")


def refuse(code: str, zh: str, en: str, remedy: Text | None = None) -> PydanticCustomError:
    """The exception by which a validator names a finding: `code`, the reason in two languages, and a remedy."""
    fix = remedy or Text("见参考手册", "see the reference")
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en, "remedy_zh": fix.zh, "remedy_en": fix.en})


def one_or_more(value: Any) -> Any:
    """A text stands for a list of one."""
    return (value,) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Source:
    """A number or an expression as the author wrote it, with its place. Read by the room `formula`."""

    text: str
    place: Place | None = field(default=None, compare=False)
    quoted: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.text


def _source(value: Any) -> Any:
    if isinstance(value, Source):
        return value
    if isinstance(value, str) and value.strip():
        return Source(value.strip(), getattr(value, "place", None), getattr(value, "quoted", False))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Source(str(value))
    raise refuse(
        "wrong-type",
        "这里需要一个数或表达式",
        "a number or an expression is expected here",
        Text(
            "写一个数，如 300万、20%，或加引号的表达式", "write a number such as 300万 or 20%, or a quoted expression"
        ),
    )


SourceText = Annotated[Source, PlainValidator(_source), WithJsonSchema({"type": ["string", "number", "boolean"]})]


def _amounts(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((str(k), _source(v)) for k, v in value.items())
    if isinstance(value, tuple):
        return value
    return (("claim", _source(value)),)


Amounts = Annotated[
    tuple[tuple[str, Source], ...],
    PlainValidator(_amounts),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number"]},
                {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
            ]
        }
    ),
]
"""A term at one scope or several: `500`, `max(500, 10% * amount)` (claim scope) or `{event: 1亿, period: 3亿}`."""


@dataclass(frozen=True, slots=True)
class Key:
    """The left side of a table row: an interval, an exact number, a text, or `else`."""

    match: Interval | Fraction | str
    place: Place | None = field(default=None, compare=False)

    @property
    def otherwise(self) -> bool:
        """Whether this is the row for everything the others leave out."""
        return self.match == "else"

    def __str__(self) -> str:
        return str(self.match)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in written order; a value is a number or expression, or a table of the next key."""

    rows: tuple[tuple[Key, "Source | Table"], ...]
    place: Place | None = field(default=None, compare=False)

    def leaves(self) -> Iterator[Source]:
        """All values."""
        for _, value in self.rows:
            if isinstance(value, Table):
                yield from value.leaves()
            else:
                yield value

    @property
    def depth(self) -> int:
        """How many keys lead to a value."""
        return 1 + max((v.depth for _, v in self.rows if isinstance(v, Table)), default=0)


def read_key(text: str, place: Place | None) -> Key:
    """A table key as written."""
    stripped = text.strip()
    if stripped[:1] in "[(（":
        interval = read_interval(stripped)
        if interval is None:
            raise refuse(
                "bad-interval",
                f"区间“{stripped}”写法有误或两端颠倒",
                f"`{stripped}` is not an interval, or its ends are in the wrong order",
                Text('写作 "(20, 50]"，左端小于右端', 'write "(20, 50]", the smaller end first'),
            )
        return Key(interval, place)
    number = read_number(stripped)
    return Key(stripped if number is None else number, place)


def _table(value: Any) -> Any:
    if isinstance(value, Table):
        return value
    if not isinstance(value, dict) or not value:
        raise refuse(
            "wrong-type",
            "这里需要一张表",
            "a table is expected here",
            Text('写作 {"(20, 50]": 500, "(50, 100]": 1000}', 'write {"(20, 50]": 500, "(50, 100]": 1000}'),
        )
    rows = tuple(
        (read_key(k, getattr(k, "place", None)), _table(v) if isinstance(v, dict) else _source(v))
        for k, v in value.items()
    )
    return Table(rows, getattr(value, "place", None))


TableText = Annotated[Table, PlainValidator(_table), WithJsonSchema({"type": "object"})]


def _texts(value: Any) -> Any:
    if isinstance(value, Text):
        return value
    if (
        isinstance(value, dict)
        and value
        and set(value) <= {"zh", "en"}
        and all(isinstance(v, str) for v in value.values())
    ):
        zh, en = value.get("zh"), value.get("en")
        return Text(str(zh or en), str(en or zh))
    if isinstance(value, str) and value.strip():
        return Text.same(str(value))
    raise refuse(
        "wrong-type", "这里需要一段文字", "a text is expected here", Text("写作 {zh: …, en: …}", "write {zh: …, en: …}")
    )


Texts = Annotated[
    Text,
    PlainValidator(_texts),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


def _name(value: Any) -> Any:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return str(value)
    raise refuse(
        "bad-name",
        f"“{value}”不能作名称",
        f"`{value}` cannot be a name",
        Text(
            "名称以字母或汉字开头，只含字母、数字、_ 和 -",
            "a name begins with a letter and has letters, digits, _ and - only",
        ),
    )


Name = Annotated[str, BeforeValidator(_name)]
Label = Name


def _date(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise refuse(
        "bad-date", f"“{value}”不是日期", f"`{value}` is not a date", Text("写作 2021-01-01", "write 2021-01-01")
    )


Date = Annotated[dt.date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]


def _in_every_year(month_day: str) -> bool:
    """Whether a common year has the day."""
    try:
        dt.date.fromisoformat(f"2001-{month_day}")
    except ValueError:
        return False
    return True


def _month_day(value: Any) -> Any:
    if isinstance(value, str) and _MONTH_DAY.fullmatch(value) and _in_every_year(value):
        return str(value)
    raise refuse(
        "bad-date",
        f"“{value}”不是每年都有的月日",
        f"`{value}` is not a month and day of every year",
        Text("写作 06-08", "write 06-08"),
    )


MonthDay = Annotated[
    str, PlainValidator(_month_day), WithJsonSchema({"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"})
]
"""A day of any year, `06-08`."""


def _truth(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    raise refuse(
        "wrong-type",
        "这里只能写 true 或 false",
        "only true or false stands here",
        Text("写 true 或 false", "write true or false"),
    )


Truth = Annotated[bool, PlainValidator(_truth), WithJsonSchema({"type": "boolean"})]


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as written: `12 months`, `10 working days`, `90 minutes`."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"


def _duration(value: Any) -> Any:
    m = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, Duration):
        return value
    if not m:
        raise refuse(
            "bad-duration",
            f"“{value}”不是时长",
            f"`{value}` is not a length of time",
            Text("写作 12 months、3 years、10 working days", "write 12 months, 3 years, 10 working days"),
        )
    return Duration(int(m[1]), m[2].removesuffix("s"))


Durations = Annotated[Duration, PlainValidator(_duration), WithJsonSchema({"type": "string"})]


@dataclass(frozen=True, slots=True)
class FieldType:
    """What a field or fact holds: one of the plain kinds, a list of allowed texts, or a range of whole numbers."""

    kind: str
    values: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


def _field_type(value: Any) -> Any:
    if isinstance(value, FieldType):
        return value
    if isinstance(value, Seq | list) and value:
        return FieldType("text", tuple(str(v) for v in value))
    if isinstance(value, str):
        m = _RANGE.fullmatch(value)
        if m and int(m[1]) <= int(m[2]):
            return FieldType("int", (), int(m[1]), int(m[2]))
        if value in _PLAIN_TYPES:
            return FieldType(str(value))
    raise refuse(
        "bad-field-type",
        f"“{value}”不是字段类型",
        f"`{value}` is not a type of field",
        Text(
            f"用 {'、'.join(_PLAIN_TYPES)}，允许值的列表 [a, b]，或范围 1..3",
            f"use {', '.join(_PLAIN_TYPES)}, a list of values [a, b], or a range 1..3",
        ),
    )


FieldKind = Annotated[
    FieldType,
    PlainValidator(_field_type),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
