"""Tables answer every value of their keys once: no gaps, no overlaps, no row twice."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.lines import Line, gaps, overlaps
from quanyu.checks.rule import Rule
from quanyu.checks.written import PlacedTable, Written
from quanyu.formula import Kind, Type
from quanyu.formula.tree import Name
from quanyu.language.scalars import FieldType, Key, Source, Table
from quanyu.terms import Finding, Interval, Text, read_interval

__all__ = ["RULE"]

_ANY = Type(Kind.NUMBER)


def _search(inspection: Inspection) -> Iterator[Finding]:
    for table in inspection.tables:
        if not table.bands:
            yield from _level(inspection, table, table.table, 0)
            yield from _windows(inspection, table)


def _level(inspection: Inspection, placed: PlacedTable, table: Table, depth: int) -> Iterator[Finding]:
    """One level of a table of several keys, then the tables inside it."""
    keys = [key for key, _ in table.rows]
    if depth >= max(len(placed.by), 1):
        yield _depth(inspection, placed, table)
        return
    by = placed.by[depth] if depth < len(placed.by) else None
    if by is not None:
        yield from _keys(inspection, by, keys)
        if not (placed.complete or any(key.otherwise for key in keys)):
            yield from _gap(inspection, by, table)
    yield from _twice(inspection, keys, by)
    for _, value in table.rows:
        if isinstance(value, Table):
            yield from _level(inspection, placed, value, depth + 1)
        elif depth + 1 < len(placed.by):
            yield _depth(inspection, placed, table)
            return


def _depth(inspection: Inspection, placed: PlacedTable, table: Table) -> Finding:
    deep = placed.table.depth
    return inspection.finding(
        "table-depth",
        table.rows[0][0].place or placed.path,
        Text(
            f"by 有 {len(placed.by)} 个量，表有 {deep} 层", f"`by` has {len(placed.by)} keys, the table {deep} levels"
        ),
        Text("每个量对应一层", "one level of the table for each key"),
    )


def _field(inspection: Inspection, by: Written) -> FieldType | None:
    """The declared type of a key that is a plain name."""
    if by.expr is None or not isinstance(by.expr.root, Name):
        return None
    programme, name = inspection.programme, by.expr.root.name
    if name in programme.insured.fields:
        return programme.insured.fields[name].type
    return programme.facts[name].type if name in programme.facts else None


def _keys(inspection: Inspection, by: Written, keys: Sequence[Key]) -> Iterator[Finding]:
    """Keys that the quantity can never equal."""
    for key in keys:
        if key.otherwise or key.place is None:
            continue
        match = key.match
        window = isinstance(match, Interval) and isinstance(match.low, str)
        word = isinstance(match, str)
        fine = {
            Kind.TEXT: word and (not by.type.values or match in by.type.values),
            Kind.DATE: window or word,
            Kind.BOOL: match in ("true", "false"),
        }.get(by.type.kind, not word and not window)
        if not fine:
            allowed = ", ".join(by.type.values) or by.type.words().en
            permitted = "、".join(by.type.values) or by.type.words().zh
            yield inspection.finding(
                "table-key",
                key.place,
                Text(f"`{by.source}` 不会等于 {_written(key)}", f"`{by.source}` is never {_written(key)}"),
                Text(f"左边写：{permitted}", f"on the left side: {allowed}"),
            )


def _written(key: Key) -> str:
    return str(key.match)


def _intervals(keys: Sequence[Key]) -> list[tuple[Key, Interval]]:
    """Numbers and intervals of a level; a number is an interval of one point. Month-days apart."""
    out = []
    for key in keys:
        match = key.match
        if isinstance(match, Fraction):
            out.append((key, Interval(match, match, closed_low=True, closed_high=True)))
        elif isinstance(match, Interval) and not isinstance(match.low, str):
            out.append((key, match))
    return out


def _twice(inspection: Inspection, keys: Sequence[Key], by: Written | None) -> Iterator[Finding]:
    seen: dict[object, Key] = {}
    for key in keys:
        first = seen.setdefault(key.match, key)
        if first is not key and key.place is not None:
            line = first.place.line if first.place else 0
            yield inspection.finding(
                "table-duplicate-key",
                key.place,
                Text(
                    f"{_written(key)} 在第 {line} 行已有一行",
                    f"there is a row for {_written(key)} already (line {line})",
                ),
                Text("删去一行", "delete one of the two"),
            )
    field = _field(inspection, by) if by else None
    whole = field is not None and field.kind == "int"
    dated = [(k, k.match) for k in keys if isinstance(k.match, Interval) and isinstance(k.match.low, str)]
    for group, steps in ((_intervals(keys), whole), (dated, False)):
        distinct = list({interval: (key, interval) for key, interval in group}.values())
        for one, other, shared in overlaps([interval for _, interval in distinct], steps=steps):
            yield _overlap(inspection, (distinct[one][0], distinct[other][0]), shared)


def _overlap(inspection: Inspection, keys: tuple[Key, Key], shared: Interval) -> Finding:
    one, other = keys
    later = max(one, other, key=lambda k: (k.place.line, k.place.column) if k.place else (0, 0))
    point = shared.low == shared.high
    both = Text(f"点 {shared.low}", f"the point {shared.low}") if point else Text(str(shared), str(shared))
    return inspection.finding(
        "table-overlap",
        later.place or ("covers",),
        Text(
            f"{_written(one)} 与 {_written(other)} 都含 {both.zh}",
            f"{_written(one)} and {_written(other)} both hold {both.en}",
        ),
        Text(
            "让每一点只属于一行：一端用 [ ]，另一端用 ( )",
            "let each point belong to one row: close one end by [ ], open the other by ( )",
        ),
    )


def _gap(inspection: Inspection, by: Written, table: Table) -> Iterator[Finding]:
    """What a level without `else` leaves out of the values its key can have."""
    keys = [key for key, _ in table.rows]
    missing = _left_out(inspection, by, keys)
    if missing:
        yield inspection.finding(
            "table-gap",
            keys[0].place or by.path,
            Text(f"`{by.source}` 为 {missing} 时没有一行", f"no row for `{by.source}` in {missing}"),
            Text("补上一行，或写 else: 0", "add a row, or write else: 0"),
        )


def _left_out(inspection: Inspection, by: Written, keys: Sequence[Key]) -> str:
    field = _field(inspection, by)
    texts = {key.match for key in keys if isinstance(key.match, str)}
    match by.type.kind:
        case Kind.BOOL:
            return ", ".join(t for t in ("true", "false") if t not in texts)
        case Kind.TEXT:
            left = [v for v in by.type.values if v not in texts]
            return ", ".join(left) if by.type.values else "..."
        case Kind.DATE:
            return ""
        case _:
            parts = [interval for _, interval in _intervals(keys)]
            return ", ".join(str(g) for g in gaps(parts, _line(field, parts))) if parts else ""


def _line(field: FieldType | None, parts: Sequence[Interval]) -> Line:
    """The values a numeric key can have: its declared range; else all above zero, or all where the table goes below."""
    whole = field is not None and field.kind == "int"
    if field is not None and field.low is not None and field.high is not None:
        return Line(Interval(Fraction(field.low), Fraction(field.high), closed_low=True, closed_high=True), steps=True)
    low: Fraction | float = Fraction(0)
    if any(not isinstance(p.low, str) and p.low < 0 for p in parts):
        low = -math.inf
    return Line(Interval(low, math.inf, closed_low=False, closed_high=False), steps=whole)


def _windows(inspection: Inspection, placed: PlacedTable) -> Iterator[Finding]:
    """Settlement windows are readable, apart from each other, and each is answered by the table."""
    path = placed.path[:-1]
    read = [(n, read_interval(text)) for n, text in enumerate(placed.windows)]
    for n, window in read:
        if window is None or not isinstance(window.low, str):
            yield inspection.finding(
                "bad-interval",
                (*path, "windows", n),
                Text(f"“{placed.windows[n]}”不是时窗", f"`{placed.windows[n]}` is no window of dates"),
                Text('写作 "[03-01, 03-10]"', 'write "[03-01, 03-10]"'),
            )
    good = [(n, w) for n, w in read if w is not None and isinstance(w.low, str)]
    for one, other, shared in overlaps([w for _, w in good]):
        yield inspection.finding(
            "table-overlap",
            (*path, "windows", max(good[one][0], good[other][0])),
            Text(f"两个时窗都含 {shared}", f"two windows both hold {shared}"),
            Text("时窗之间不相交", "windows have no day in common"),
        )
    dated = placed.by and isinstance(placed.by[0].source, Source) and placed.by[0].source.text == "date"
    keys = [key.match for key, _ in placed.table.rows]
    if dated and not placed.complete and "else" not in keys:
        rows = [k for k in keys if isinstance(k, Interval)]
        for n, w in good:
            if not any(w.low in k and w.high in k for k in rows):
                yield inspection.finding(
                    "table-gap",
                    (*path, "windows", n),
                    Text(f"表里没有时窗 {w} 的一行", f"the table has no row for the window {w}"),
                    Text("补上这一行，或写 else", "add the row, or write `else`"),
                )


RULE = Rule(("table-gap", "table-overlap", "table-duplicate-key", "table-depth", "table-key", "bad-interval"), _search)
