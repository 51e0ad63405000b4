"""The covers of a programme, their expressions parsed and their tables ready."""

from collections.abc import Mapping
from dataclasses import dataclass

from quanyu.formula import Expression, parse
from quanyu.formula.lookup import Lookup, compile_lookup
from quanyu.language.parts import Cover, Pays
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Finding, Interval, Text, read_interval

__all__ = ["Combination", "CompiledCover", "compile_cover", "compile_covers"]


@dataclass(frozen=True, slots=True)
class CompiledCover:
    """A cover ready to be used.

    value: an expression or a table. each: the list whose elements (`it`) go through the table one by one.
    days: the daily records that fall into windows; within a window `within` picks one value, windows add up.
    """

    name: str
    when: Expression | None
    value: "Expression | Lookup"
    each: Expression | None = None
    days: str | None = None
    windows: tuple[Interval, ...] = ()
    within: str = "max"
    least: Expression | None = None
    most: Expression | None = None
    times: Expression | None = None


@dataclass(frozen=True, slots=True)
class Combination:
    """Covers of which one claim is paid only the largest (`max`), or all (`sum`)."""

    kind: str
    covers: tuple[str, ...]


def compile_covers(programme: Programme) -> tuple[Mapping[str, CompiledCover], list[Finding]]:
    """All covers of a programme, and every finding of their expressions."""
    compiled: dict[str, CompiledCover] = {}
    findings: list[Finding] = []
    for name, cover in programme.covers.items():
        one = compile_cover(name, cover)
        if isinstance(one, CompiledCover):
            compiled[name] = one
        else:
            findings += one
    return compiled, findings


def compile_cover(name: str, cover: Cover) -> CompiledCover | list[Finding]:
    """One cover, or the findings of its expressions."""
    findings: list[Finding] = []

    def expression(source: Source | None) -> Expression | None:
        if source is None:
            return None
        parsed = parse(source.text, source.place)
        if isinstance(parsed, Finding):
            findings.append(parsed)
            return None
        return parsed

    when = expression(cover.when)
    if isinstance(cover.pays, Source):
        value = expression(cover.pays)
        return findings if findings or value is None else CompiledCover(name, when, value)
    pays: Pays = cover.pays
    by = [expression(b) for b in pays.by] or [expression(Source("it"))]
    table = compile_lookup([b for b in by if b is not None], pays.table, pays.otherwise)
    bounds = [expression(s) for s in (pays.each, pays.min, pays.max, pays.times)]
    if isinstance(table, list):
        findings += table
    windows = {text: read_interval(text) for text in pays.windows}
    findings += [_unreadable(text) for text, window in windows.items() if not _is_window(window)]
    if findings or isinstance(table, list):
        return findings
    each, least, most, times = bounds
    return CompiledCover(
        name, when, table, each, pays.days, tuple(w for w in windows.values() if w), pays.within, least, most, times
    )


def _is_window(window: Interval | None) -> bool:
    return window is not None and isinstance(window.low, str)


def _unreadable(text: str) -> Finding:
    return Finding(
        "bad-interval",
        getattr(text, "place", None),
        Text(f"“{text}”不是时窗", f"`{text}` is no settlement window"),
        Text('写作 "[03-01, 03-10]"，不跨年', 'write "[03-01, 03-10]", within one calendar year'),
    )
