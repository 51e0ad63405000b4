"""Cells of any type as the texts that people write: the book and the formulas read texts, exactly."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["as_texts"]


def as_texts(series: "pl.Series") -> "pl.Series":
    """A column as texts without blanks around them, empty cells null: 3.0 as `3`, 1e-05 as `0.00001`, days as
    `2026-01-01`, truths as `true` and `false`. What is no number is null.
    """
    import polars as pl

    kind = series.dtype
    if kind.is_float():
        return _numbers(series)
    if isinstance(kind, pl.Datetime):
        whole = series.dt.time() == dt.time()
        return series.dt.to_string("%Y-%m-%d").zip_with(whole, series.dt.to_string("%Y-%m-%d %H:%M:%S"))
    texts = series.cast(pl.String).str.strip_chars()
    return texts.set((texts == "").fill_null(False), None)


def _numbers(series: "pl.Series") -> "pl.Series":
    import polars as pl

    texts = series.cast(pl.String).str.strip_suffix(".0").set((~series.is_finite()).fill_null(False), None)
    odd = texts.str.contains("e").fill_null(False)
    if odd.any():
        plain = {text: format(Decimal(text), "f") for text in texts.filter(odd).unique().to_list()}
        texts = texts.replace(plain)
    return texts.cast(pl.String)
