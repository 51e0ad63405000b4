"""What the templates of all pages share: filters, words, pictures, style sheets."""

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from quanyu.documents import figures, wording
from quanyu.documents.chart import curve_picture, histogram_picture
from quanyu.documents.palette import KINDS
from quanyu.documents.pictures import case_picture, flow_pictures
from quanyu.documents.values import Cell
from quanyu.terms import Finding, Severity, Text

__all__ = ["asset", "environment"]


def environment() -> Environment:
    """The templates with their filters: `t` gives a text in both languages, of which a page shows one."""
    made = Environment(
        loader=PackageLoader("quanyu.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        t=_both,
        both=_inline,
        full=figures.full,
        short=figures.short,
        fen=figures.fen,
        entry=figures.entry,
        percent=figures.percent,
        severity=_severity,
    )
    made.globals.update(
        w=lambda zh, en: _both(Text(zh, en)),
        FLOWS=wording.FLOWS,
        SIGNS=wording.SIGNS,
        KINDS=KINDS,
        Text=Text,
        terms_of=wording.terms_of,
        numbered=wording.numbered,
        said=wording.said,
        flow_pictures=flow_pictures,
        case_picture=case_picture,
        curve_picture=curve_picture,
        histogram_picture=histogram_picture,
        numeric=_numeric,
    )
    return made


def _numeric(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether a column holds numbers and nothing else."""
    cells = [row[column] for row in rows if column < len(row) and row[column] is not None]
    return bool(cells) and not any(isinstance(c, str | Text) for c in cells)


def asset(name: str) -> Markup:
    """A style sheet or script that stands inside every page."""
    return Markup(files("quanyu.documents").joinpath("templates", name).read_text(encoding="utf-8"))


def _both(text: Text | str | None) -> Markup:
    """A text in both languages, of which the page shows one."""
    if text is None:
        return Markup("")
    if isinstance(text, str):
        return escape(text)
    if text.zh == text.en:
        return escape(text.zh)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(text.zh, text.en)


def _inline(text: Text) -> str:
    """Both languages where markup cannot stand, such as an attribute."""
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"


def _severity(finding: Finding) -> Text:
    names = {Severity.ERROR: Text("错误", "error"), Severity.WARNING: Text("警告", "warning")}
    return names.get(finding.severity, Text("提示", "info"))
