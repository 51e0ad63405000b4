"""The report as one HTML text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from quanyu.documents import figures, wording
from quanyu.documents.chart import curve_picture, histogram_picture
from quanyu.documents.legend import legend_picture
from quanyu.documents.palette import KINDS, Cast, cast_of
from quanyu.documents.pictures import case_picture, flow_pictures
from quanyu.documents.values import Cell, ProgrammePage, Report
from quanyu.terms import Finding, Severity, Text

__all__ = ["render_report", "write_report"]


@dataclass(frozen=True, slots=True)
class _View:
    """A programme's page with the anchor and the cast it is drawn with."""

    anchor: str
    page: ProgrammePage
    cast: Cast


def render_report(report: Report) -> str:
    """The whole report as one self-contained HTML document, which loads nothing."""
    environment = _environment()
    views = _views(report.programmes)
    return environment.get_template("report.html.j2").render(
        report=report, views=views, css=_asset("report.css"), js=_asset("report.js"), legend=legend_picture()
    )


def write_report(report: Report, path: Path) -> Path:
    """Write the report as UTF-8 to `path`, whose folder is made where absent; gives `path` back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_report(report), encoding="utf-8")
    return path


def _views(pages: Sequence[ProgrammePage]) -> list[_View]:
    """Anchors are made of the ids and never meet, whatever the ids hold."""
    views: list[_View] = []
    for number, page in enumerate(pages, 1):
        plain = re.sub(r"[^a-z0-9.-]+", "-", page.id.lower()).strip("-")
        taken = {v.anchor for v in views} | {"index", ""}
        views.append(_View(f"{plain}-{number}" if plain in taken else plain, page, cast_of(page)))
    return views


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("quanyu.documents"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        t=_both, both=_inline, full=figures.full, short=figures.short, fen=figures.fen, entry=figures.entry,
        percent=figures.percent, severity=_severity,
    )
    environment.globals.update(
        w=lambda zh, en: _both(Text(zh, en)), FLOWS=wording.FLOWS, SIGNS=wording.SIGNS, KINDS=KINDS, Text=Text,
        terms_of=wording.terms_of, numbered=wording.numbered, said=wording.said, flow_pictures=flow_pictures,
        case_picture=case_picture, curve_picture=curve_picture, histogram_picture=histogram_picture, numeric=_numeric,
    )
    return environment


def _numeric(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether a column holds numbers and nothing else."""
    cells = [row[column] for row in rows if column < len(row) and row[column] is not None]
    return bool(cells) and not any(isinstance(c, str | Text) for c in cells)


def _asset(name: str) -> Markup:
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
