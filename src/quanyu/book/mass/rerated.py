"""A block of risks under one version: the premium of each in columns, and those that the version would not take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quanyu.book.mass.risks import Risks, read_risks
from quanyu.book.versions import Version
from quanyu.engine.gates import unmet_rows
from quanyu.engine.names import with_names_columns
from quanyu.formula import Expression, parse
from quanyu.language.programme import Reason
from quanyu.language.scalars import FieldType
from quanyu.tables import Rows, typed_columns
from quanyu.terms import Finding, Text

__all__ = ["Rerated", "rerate"]

_MOST_PASSES = 200


@dataclass(frozen=True)
class Rerated:
    """premium: in fen, shape (rows,), 0 where the risk is not taken. declined: why not, None where it is taken.

    referred: rows that a person would have to see.
    """

    premium: NDArray[np.int64]
    declined: tuple[Text | None, ...]
    referred: NDArray[np.bool_]


def rerate(version: Version, frame: pl.DataFrame, own: Sequence[str]) -> Rerated:
    """Every risk of a block under a version. own: columns that are no fields of the risk."""
    reasons: list[Text | None] = [None] * frame.height
    _unreadable(version, frame, own, reasons)
    _unmet(version, frame, own, reasons)
    premium, referred = np.zeros(frame.height, np.int64), np.zeros(frame.height, np.bool_)
    for _ in range(_MOST_PASSES):
        left = [row for row, reason in enumerate(reasons) if reason is None]
        if not left:
            break
        rows = Rows(frame[left], "portfolio", first=1)
        read = read_risks(version, rows, own)
        if isinstance(read, Risks):
            premium[left] = read.premium
            _underwritten(read, left, reasons, referred)
            break
        _mark(version, frame, left, read, reasons)
    premium[[row for row, reason in enumerate(reasons) if reason is not None]] = 0
    return Rerated(premium, tuple(reasons), referred)


def _kinds(version: Version, frame: pl.DataFrame) -> dict[str, FieldType]:
    fields = {name: spec.type for name, spec in version.programme.insured.fields.items()}
    return {name: kind for name, kind in fields.items() if name in frame.columns}


def _unreadable(version: Version, frame: pl.DataFrame, own: Sequence[str], reasons: list[Text | None]) -> None:
    """Cells that are not of the type of their field; those that read alike are looked at once."""
    needed = version.compiled.rating.reads if version.compiled.rating is not None else frozenset[str]()
    for name, kind in _kinds(version, frame).items():
        values = frame.select(name).unique(maintain_order=True)
        if name in own or (values.height == 1 and values[name][0] is None):
            continue
        if name not in needed:
            values = values.drop_nulls()
        while values.height:
            _, findings = typed_columns(Rows(values, "portfolio", first=0), {name: kind})
            bad = {f.place.line: f.reason for f in findings if f.code == "bad-cell" and f.place is not None}
            if not bad:
                break
            said = {values[name][row]: reason for row, reason in bad.items()}
            for row, value in enumerate(frame[name].to_list()):
                if value in said:
                    reasons[row] = reasons[row] or said[value]
            values = values.filter(~pl.Series([row in bad for row in range(values.height)]))


def _unmet(version: Version, frame: pl.DataFrame, own: Sequence[str], reasons: list[Text | None]) -> None:
    left = [row for row, reason in enumerate(reasons) if reason is None]
    part = frame[left]
    kinds = {n: k for n, k in _kinds(version, part).items() if n not in own and part[n].null_count() == 0}
    rows = Rows(part, "portfolio", first=0)
    columns, findings = typed_columns(rows, kinds)
    if findings or not left:
        return
    named = with_names_columns(version.compiled.names, columns, len(left))
    for finding in unmet_rows(version.compiled, named, len(left), place=rows.place, most=len(left)):
        if finding.place is not None:
            row = left[finding.place.line]
            reasons[row] = reasons[row] or finding.reason


def _mark(
    version: Version, frame: pl.DataFrame, left: Sequence[int], findings: Sequence[Finding], reasons: list[Text | None]
) -> None:
    """Rows named by findings, and those that read alike; all rows where a finding is about the table."""
    reads = version.compiled.rating.reads if version.compiled.rating is not None else frozenset[str]()
    alike = [name for name in frame.columns if name in reads]
    part = frame[list(left)]
    keys = part.select(alike).rows() if alike else [()] * part.height
    for finding in findings:
        line = 0 if finding.place is None else finding.place.line
        if not 1 <= line <= len(left) or finding.code == "missing-column":
            for row in left:
                reasons[row] = reasons[row] or finding.reason
            return
        same = [line - 1] if finding.code != "no-row" else [n for n, key in enumerate(keys) if key == keys[line - 1]]
        for n in same:
            reasons[left[n]] = reasons[left[n]] or finding.reason


def _underwritten(risks: Risks, left: Sequence[int], reasons: list[Text | None], referred: NDArray[np.bool_]) -> None:
    rules = risks.version.programme.underwriting
    for rule in rules.decline:
        for row in _holding(risks, rule):
            reasons[left[row]] = reasons[left[row]] or rule.because
    for rule in rules.refer:
        referred[[left[row] for row in _holding(risks, rule)]] = True


def _holding(risks: Risks, rule: Reason) -> list[int]:
    condition = parse(rule.when.text, rule.when.place)
    if not isinstance(condition, Expression):
        return []
    return [row for row, holds in enumerate(risks.columns.values(condition)) if holds is True]
