"""Covers as the file states them, compiled.

Takes: the mapping or expression that stands under `covers`.
Gives: the compiled cover.
Never: computes an amount.
"""

from typing import Any

from quanyu.cover import CompiledCover, compile_cover
from quanyu.language.parts import Cover


def cover(pays: Any, **more: Any) -> CompiledCover:
    """One cover; `more` are its other keys, such as `when`."""
    found = compile_cover("c", Cover.model_validate({"pays": pays, **more}))
    assert isinstance(found, CompiledCover), found
    return found


FROST = {
    "days": "lows",
    "windows": ["[03-01, 03-10]", "[03-11, 03-20]"],
    "by": ["date", "tmin"],
    "table": {
        "[03-01, 03-10]": {"(-inf, -1]": 800, "(-1, 0.5]": 200, "else": 0},
        "[03-11, 03-20]": {"(-inf, 0.5]": 1500, "else": 0},
    },
    "else": 0,
}
"""A table by day and temperature, in two settlement windows."""

RUNS = {"each": "runs(rain >= 10)", "table": {"[2, 3)": 400, "[3, 4)": 800, "[4, inf)": 1400}, "else": 0}
"""A table on the length of every run of wet days."""
