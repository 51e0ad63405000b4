"""A workbook a finance department accepts: formats, cells that hold what they say, names, printing."""

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self

import xlsxwriter

from quanyu.documents.formats import FONT, FORMATS
from quanyu.documents.listed import ColumnKind, Entry, Heading
from quanyu.terms import Text

__all__ = ["MOST_ROWS", "Language", "Workbook", "cell_text", "exact", "sheet_name", "too_long"]

Language = Literal["both", "zh", "en"]
MOST_ROWS = 1_048_576
_LONGEST = 32_767
_FIFTEEN_DIGITS = 10**15
_FIRST_DAY = date(1900, 3, 1)
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def exact(fen: int) -> Decimal:
    """Fen as yuan with two decimals, exactly."""
    return Decimal(fen).scaleb(-2)


def cell_text(text: str) -> str:
    """What a cell can hold of a text: controls by code point, 32,767 characters, never markup of a rich string."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = _UNWRITABLE.sub(lambda found: f"〔U+{ord(found.group()):04X}〕", plain)
    if len(clean) > _LONGEST:
        clean = clean[: _LONGEST - 20] + "……〔截断 cut〕"
    return clean + " " if clean.startswith("<r>") and clean.endswith("</r>") else clean


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel takes: none of []:*?/\\, no apostrophe at an end, 31 characters, not one of `taken` (lower case)."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", cell_text(wanted)).strip().strip("'").strip()
    if plain.lower() in ("", "history"):
        plain = f"清单 {plain}".strip()
    name, number = plain[:31].rstrip("' "), 1
    while name.lower() in taken:
        number += 1
        end = f" ({number})"
        name = plain[: 31 - len(end)].rstrip() + end
    return name


def too_long(number: int | Decimal) -> bool:
    """Whether a number has more than the 15 digits that Excel keeps."""
    if isinstance(number, int):
        return abs(number) >= _FIFTEEN_DIGITS
    return len(number.normalize().as_tuple().digits) > 15


class Workbook:
    """One file, made within `with`. Rows are written from the top of each sheet, so that any number may stream."""

    def __init__(self, path: Path, heading: Heading, *, language: Language, rows: int = MOST_ROWS) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._scratch = TemporaryDirectory(ignore_cleanup_errors=True)
        options = {"constant_memory": True, "tmpdir": self._scratch.name, "strings_to_urls": False}
        self.heading, self.language, self.rows = heading, language, rows
        self.file: Any = xlsxwriter.Workbook(str(self._part), options)
        self.file.set_properties({"title": self.say(heading.title, " "), "created": heading.made.replace(tzinfo=None)})
        self.file.set_calc_mode("auto")
        self._names: set[str] = set()
        self._formats = {n: self.file.add_format({"font_name": FONT, "font_size": 10} | f) for n, f in FORMATS.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Puts the finished file in its place; after an exception there is none, and no rows lie about."""
        with self._scratch:
            if kind is None:
                self.file.close()
                self._part.replace(self._path)

    def say(self, text: Text | str, between: str = "\n") -> str:
        """A text in the workbook's language; both, the Chinese first, where they differ."""
        if isinstance(text, str):
            return text
        if self.language != "both":
            return text.inside(self.language)
        return text.zh if text.zh == text.en else f"{text.zh}{between}{text.en}"

    def plain(self, text: Text | str) -> str:
        """A text of a row: one language, Chinese where the workbook has both."""
        return text if isinstance(text, str) else text.inside("en" if self.language == "en" else "zh")

    def form(self, name: str) -> Any:
        """A cell format by name."""
        return self._formats[name]

    def add(self, name: Text) -> Any:
        """A new sheet, printed on A4 landscape, as wide as the page."""
        called = sheet_name(self.say(name, " "), self._names)
        self._names.add(called.lower())
        sheet = self.file.add_worksheet(called)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        page = self.say(Text("第 &P 页，共 &N 页", "Page &P of &N"), "  ")
        party = cell_text(self.heading.party.inside("en" if self.language == "en" else "zh"))[:60].replace("&", "&&")
        sheet.set_footer(f'&L&"{FONT}"&9 {party}&C&"{FONT}"&9 {page}&R&"{FONT}"&9 {self.heading.made:%Y-%m-%d %H:%M}')
        return sheet

    def text(self, sheet: Any, at: tuple[int, int], text: Text | str, form: str = "text") -> None:
        """A text, never a formula, whatever it begins with."""
        said = cell_text(self.say(text))
        quoted = form == "text" and said[:1] in ("=", "+", "-", "@", "\t")
        sheet.write_string(*at, said, self.form("quoted" if quoted else form))

    def amount(self, sheet: Any, at: tuple[int, int], number: Decimal, form: str) -> None:
        """A number as its exact decimal; as text where Excel would lose digits (more than 15)."""
        if too_long(number):
            sheet.write_string(*at, f"{number:f}", self.form("digits"))
        else:
            sheet.write_number(*at, number, self.form(form))

    def formula(self, sheet: Any, at: tuple[int, int], formula: str, *, value: Decimal, form: str) -> None:
        """A formula with its true value, for readers that do not recalculate."""
        sheet.write_formula(*at, formula, self.form(form), value)

    def entry(self, sheet: Any, at: tuple[int, int], value: Entry, kind: ColumnKind) -> None:
        """A cell of a column of some kind; what does not fit the kind is written as text."""
        if value is None:
            sheet.write_blank(*at, None, self.form(kind))
        elif isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) >= _FIRST_DAY:
            timed = isinstance(value, datetime)
            day = value.replace(tzinfo=None) if isinstance(value, datetime) else value
            sheet.write_datetime(*at, day, self.form("time" if timed else "date"))
        elif isinstance(value, str | Text | date):
            self.text(sheet, at, value.isoformat() if isinstance(value, date) else self.plain(value))
        elif isinstance(value, bool):
            self.text(sheet, at, self.plain(Text("是", "yes") if value else Text("否", "no")))
        elif kind == "money" and not isinstance(value, int):
            raise TypeError(f"money is whole fen, not {value!r}")
        else:
            number = exact(int(value)) if kind == "money" else _decimal(value)
            form = kind if kind in ("money", "share", "count") else "number"
            if number is None:
                self.text(sheet, at, "—")
            elif isinstance(value, int) and not too_long(value):
                sheet.write_number(*at, number, self.form(form))
            else:
                self.amount(sheet, at, number, form)


def _decimal(value: float | Decimal | Fraction) -> Decimal | None:
    if isinstance(value, Fraction):
        return Decimal(round(value * 10**12)).scaleb(-12).normalize()
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None
