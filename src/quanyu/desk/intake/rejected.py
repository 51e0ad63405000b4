"""A table that was refused, as a workbook with the reasons beside each row."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from quanyu.tables import read_rows, write_table
from quanyu.terms import Finding

__all__ = ["write_rejected"]

_MOST = 1_000_000


def write_rejected(out: Path, table: Path, findings: Sequence[Finding], *, sheet: str | None, language: str) -> int:
    """Writes the table as it came, with the row of each line and what is wrong with it; gives the number of bad rows.

    What a workbook cannot hold is left out from the end; a file that is no table gives its findings alone.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    rows = read_rows(table, sheet)
    names = [] if isinstance(rows, list) else rows.frame.columns
    for one in findings:
        line, column = (1, 0) if one.place is None else (one.place.line, one.place.column)
        heading = names[column - 1] + ": " if 0 < column <= len(names) else ""
        reasons[line].append(heading + one.reason.inside(language))
    head = ("行", "原因") if language == "zh" else ("row", "reasons")
    joined = {line: "; ".join(said) for line, said in reasons.items()}
    if isinstance(rows, list):
        write_table(out, {head[0]: list(joined), head[1]: list(joined.values())})
        return len(joined)
    frame = rows.frame.head(_MOST)
    columns = {name: frame[name].to_list() for name in frame.columns if not frame.schema[name].is_nested()}
    lines = [rows.place(row, "").line for row in range(frame.height)]
    whole = [line for line in joined if line not in set(lines)]  # such as a heading that is missing
    own: list[int] = lines + whole
    beside: dict[str, list[object]] = {head[0]: list(own), head[1]: [joined.get(line, "") for line in own]}
    filled = {name: values + [None] * len(whole) for name, values in columns.items() if name not in beside}
    write_table(out, {**beside, **filled})
    return len(joined)
