"""The report as one HTML text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quanyu.documents.legend import legend_picture
from quanyu.documents.pages import asset, environment
from quanyu.documents.palette import Cast, cast_of
from quanyu.documents.values import ProgrammePage, Report

__all__ = ["render_report", "write_report"]


@dataclass(frozen=True, slots=True)
class _View:
    """A programme's page with the anchor and the cast it is drawn with."""

    anchor: str
    page: ProgrammePage
    cast: Cast


def render_report(report: Report) -> str:
    """The whole report as one self-contained HTML document, which loads nothing."""
    views = _views(report.programmes)
    return (
        environment()
        .get_template("report.html.j2")
        .render(report=report, views=views, css=asset("report.css"), js=asset("report.js"), legend=legend_picture())
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
