"""How the columns of a table are read: which heading stands for which field, which written value means what."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from quanyu.language.load import load_part
from quanyu.language.node import Node
from quanyu.terms import Finding, Place, Text

__all__ = ["ColumnMapping", "merged", "read_mapping"]

_EVERY = ""
_DAY = dt.date(2026, 11, 23)


class ColumnMapping(Node):
    """A mapping file. columns: field → heading; values: field → written → meant; constants: field → value of all rows;
    dates: the form of days, of all columns or by field; omit: headings that are left out."""

    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    dates: dict[str, str] = Field(default_factory=dict)
    omit: tuple[str, ...] = ()

    @field_validator("dates", mode="before")
    @classmethod
    def _one_form(cls, written: Any) -> Any:
        return {_EVERY: written} if isinstance(written, str) else written

    def form(self, field: str) -> str | None:
        """The form of the days of a field, such as `%Y/%m/%d`; None is 2026-01-31."""
        return self.dates.get(field, self.dates.get(_EVERY))

    def text(self) -> str:
        """What it says, as one text: two mappings that say the same have the same. Empty where it says nothing."""
        said = {name: value for name, value in self.model_dump(mode="json").items() if value}
        return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else ""


def read_mapping(path: Path) -> ColumnMapping | list[Finding]:
    """The mapping of a file, or everything that is wrong with it."""
    document, findings = load_part(path, ColumnMapping)
    if document is None:
        return findings
    return list(_misformed(document.value, document.place(("dates",)))) or document.value


def merged(
    base: ColumnMapping, *, columns: Mapping[str, str], constants: Mapping[str, str], dates: str | None
) -> ColumnMapping | list[Finding]:
    """A mapping with what the command line says on top of it."""
    said: dict[str, Any] = {"columns": {**base.columns, **columns}, "constants": {**base.constants, **constants}}
    if dates is not None:
        said["dates"] = {**base.dates, _EVERY: dates}
    made = base.model_copy(update=said)
    return list(_misformed(made, None)) or made


def _misformed(mapping: ColumnMapping, place: Place | None) -> Iterator[Finding]:
    """Forms of days that do not say year, month and day."""
    for form in mapping.dates.values():
        try:
            same = dt.datetime.strptime(_DAY.strftime(form), form).date() == _DAY
        except ValueError:
            same = False
        if not same or "%" not in form:
            yield Finding(
                "date-form",
                place,
                Text(f"“{form}”写不出一个日期", f"`{form}` does not write a whole day"),
                Text("写年月日，如 %Y/%m/%d 或 %Y年%m月%d日", "write year, month and day, such as %Y/%m/%d"),
            )
