"""Histories that the assumptions name: files of dated values, read for the bootstrap."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from quanyu.desk.open import Opened
from quanyu.language.assumptions import SeriesSpec
from quanyu.perils import History, LawError
from quanyu.tables import read_rows
from quanyu.terms import Finding, Place, Text

__all__ = ["histories_of"]

_DATES = ("date", "日期", "day", "week")


def histories_of(opened: Opened) -> Mapping[str, History] | list[Finding]:
    """Every history that a bootstrap of the programme names, by `file#column`."""
    assumptions = opened.programme.assumptions
    found: dict[str, History] = {}
    findings: list[Finding] = []
    for peril in assumptions.perils.values() if assumptions is not None else ():
        for fact, spec in peril.series.items():
            if spec.bootstrap is None or spec.history is None:
                continue
            weekly = getattr(opened.programme.facts.get(fact), "series", "day") == "week"
            read = _history(opened.path.parent / spec.history, fact, spec, weekly=weekly)
            if isinstance(read, History):
                found[f"{spec.history}#{spec.column or fact}"] = read
            else:
                findings += read
    return findings or found


def _history(path: Path, fact: str, spec: SeriesSpec, *, weekly: bool) -> History | list[Finding]:
    rows = read_rows(path)
    if isinstance(rows, list):
        return rows
    column = spec.column or fact
    dated = next((n for n in rows.frame.columns if n.lower() in _DATES), None)
    missing = [n for n, there in (("date", dated is not None), (column, column in rows.frame.columns)) if not there]
    if missing or dated is None:
        return [_bad(path, Text(f"历史数据缺少列 {missing}", f"the history has no column {', '.join(missing)}"))]
    try:
        dates = [dt.date.fromisoformat(str(v)[:10]) for v in rows.frame[dated]]
        values = np.array([[float(v)] for v in rows.frame[column]])
        return History.of(dates, values, [fact], step="week" if weekly else "day")
    except (ValueError, TypeError) as error:
        reason = error.reason if isinstance(error, LawError) else Text(str(error), str(error))
        return [_bad(path, Text(f"历史数据读不出：{reason.zh}", f"the history cannot be used: {reason.en}"))]


def _bad(path: Path, reason: Text) -> Finding:
    return Finding(
        "history-unreadable", Place(str(path), 1, 1), reason,
        Text("列 date 写 2021-01-31 这样的日期，每期一个数", "a column `date` such as 2021-01-31 and one value a step"),
    )  # fmt: skip
