"""Findings on the terminal: place, code, excerpt with caret, reason, remedy; or JSON."""

import json as to_json
import unicodedata
from collections.abc import Sequence

import typer

from quanyu.desk.check import Checked
from quanyu.tables.read import SUFFIXES
from quanyu.terms import Finding, Severity

__all__ = ["report_findings", "written"]

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_WORDS = {
    "zh": {Severity.ERROR: "错误", Severity.WARNING: "疑点", Severity.INFO: "提示"},
    "en": {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"},
}


def report_findings(checked: Sequence[Checked], *, json: bool, language: str) -> int:
    """Prints what was found; the exit status is 1 where a file is refused, else 0."""
    refused = any(c.refused for c in checked)
    if json:
        typer.echo(to_json.dumps([_record(c) for c in checked], ensure_ascii=False, indent=1))
        return int(refused)
    for one in checked:
        for finding in one.findings:
            typer.echo(written(finding, language))
            typer.echo()
        typer.echo(_verdict(one, language))
    return int(refused)


def _verdict(one: Checked, language: str) -> str:
    errors = sum(f.severity is Severity.ERROR for f in one.findings)
    doubts = sum(f.severity is Severity.WARNING for f in one.findings)
    if language == "zh":
        body = f"{errors} 处错误，{doubts} 处疑点" if errors or doubts else "无误"
        tail = f"，{one.examples} 个算例通过" if one.examples and not errors else ""
    else:
        body = f"{errors} error(s), {doubts} warning(s)" if errors or doubts else "no findings"
        tail = f", {one.examples} example(s) hold" if one.examples and not errors else ""
    colour = "red" if errors else "yellow" if doubts else "green"
    return typer.style(f"{one.file}: {body}{tail}", fg=colour, bold=True)


def written(finding: Finding, language: str) -> str:
    """One finding in the fixed shape."""
    colour = _COLOURS[finding.severity]
    word = _WORDS[language][finding.severity]
    lines = [typer.style(f"{finding.place or '-'}: {word} {finding.code}", fg=colour, bold=True)]
    if finding.excerpt and finding.place:
        number = str(finding.place.line)
        start = max(finding.place.column - 1, 0)
        marked = finding.excerpt[start : max(finding.place.end - 1, start + 1)] or " "
        lines.append(f"  {number} | {finding.excerpt}")
        caret = " " * _width(finding.excerpt[:start]) + "^" * max(_width(marked), 1)
        if not finding.place.file.endswith(SUFFIXES):  # the column of a table counts cells, not characters
            lines.append(f"  {' ' * len(number)} | " + typer.style(caret, fg=colour))
    lines.append("  " + finding.reason.inside(language))
    lines.append("  → " + finding.remedy.inside(language))
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns of the terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _record(one: Checked) -> dict[str, object]:
    return {
        "file": one.file,
        "refused": one.refused,
        "examples": one.examples,
        "findings": [
            {
                "code": f.code,
                "severity": f.severity.value,
                "file": f.place.file if f.place else None,
                "line": f.place.line if f.place else None,
                "column": f.place.column if f.place else None,
                "end": f.place.end if f.place else None,
                "excerpt": f.excerpt,
                "reason": {"zh": f.reason.zh, "en": f.reason.en},
                "remedy": {"zh": f.remedy.zh, "en": f.remedy.en},
            }
            for f in one.findings
        ],
    }
