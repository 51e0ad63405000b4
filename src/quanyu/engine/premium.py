"""The premium of one risk: rated from its fields, in whole fen."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from quanyu.engine.claims import rounded
from quanyu.engine.compiled import Compiled
from quanyu.engine.names import with_names
from quanyu.engine.rows import read_row
from quanyu.rating import Sheet, quote_row

__all__ = ["quote", "rated_fen"]


def quote(compiled: Compiled, fields: Mapping[str, Any]) -> Sheet | None:
    """The premium sheet of one risk as written; None where the programme has no premium. Raises RowUnreadable."""
    if compiled.rating is None:
        return None
    return quote_row(compiled.rating, with_names(compiled.names, read_row(fields, compiled.kinds)))


def rated_fen(compiled: Compiled, fields: Mapping[str, Any]) -> int | None:
    """The premium of one risk in whole fen, half-up."""
    sheet = quote(compiled, fields)
    return None if sheet is None else int(rounded(Fraction(sheet.premium), "fen") * 100)
