"""The premium sheet of each exposure point: every line, who pays what and who receives what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from quanyu.desk.pages.marks import Marks
from quanyu.desk.pages.words import expression_words, grouped
from quanyu.documents import Allotment, PremiumSheet, SheetLine
from quanyu.engine.claims import history_of
from quanyu.engine.compiled import Compiled, Side
from quanyu.engine.premium import quote, rated_fen
from quanyu.engine.rows import RowUnreadable
from quanyu.formula import EvaluationError
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.rating import Sheet
from quanyu.rating.sheet import Line
from quanyu.terms import Text, read_number, write_number
from quanyu.waterfall.fen import Fen
from quanyu.waterfall.fold import fold
from quanyu.waterfall.outcome import Outcome
from quanyu.waterfall.plan import PlanStep, Taker

__all__ = ["sheets_of"]

_FEN = 100
_MOST_SHEETS = 6
_MOST_MEMBERS = 8
_KINDS = {
    "base": Text("基础保费", "Base"),
    "minimum": Text("最低保费", "Minimum"),
    "maximum": Text("最高保费", "Maximum"),
    "rounding": Text("取整", "Rounding"),
    "time": Text("期间", "Time"),
}
Fields = Mapping[str, Any]


def sheets_of(compiled: Compiled, marks: Marks) -> tuple[PremiumSheet, ...]:
    """A sheet for each exposure point; one without fields where the premium does not ask for any."""
    programme = compiled.programme
    if compiled.rating is None:
        return ()
    points = programme.assumptions.exposure if programme.assumptions is not None else ()
    found: list[tuple[Source | None, Fields]] = [(p.count, p.fields) for p in points] or [(None, {})]
    sheets = []
    for number, (count, fields) in enumerate(found[:_MOST_SHEETS], 1):
        try:
            sheet, fen = quote(compiled, fields), rated_fen(compiled, fields)
        except (EvaluationError, RowUnreadable):
            continue
        if sheet is not None and fen is not None:
            title = _title(programme, count, number if len(found) > 1 else 0)
            sheets.append(_sheet(compiled, marks, title, quoted=(sheet, fen), fields=fields))
    return tuple(sheets)


def _title(programme: Programme, count: Source | None, number: int) -> Text:
    unit = programme.insured.unit
    each = programme.premium.each if programme.premium is not None else None
    nth = (f"风险点 {number}：", f"Point {number}: ") if number else ("", "")
    if each == "period" or count is None:
        return Text(f"{nth[0]}一个期间的保费", f"{nth[1]}Premium of a period")
    words = expression_words(count.text)
    many = ("", "") if count.text == "1" else (f"，共 {words.zh} 份", f", of {words.en} alike")
    return Text(f"{nth[0]}一份（{unit}）的保费{many[0]}", f"{nth[1]}Premium of one {unit}{many[1]}")


def _sheet(compiled: Compiled, marks: Marks, title: Text, *, quoted: tuple[Sheet, int], fields: Fields) -> PremiumSheet:
    sheet, fen = quoted
    payers, receivers = (tuple(_allotted(compiled, side, fen, fields)) for side in ("from", "to"))
    lines = tuple(_line(line, marks) for line in sheet.lines)
    total = Fraction(fen, _FEN)
    if sheet.premium != total:
        lines += (SheetLine(label=_KINDS["rounding"], value="0.01", running=total, kind="rounding",
                            how=Text("到分，四舍五入", "to the fen, half up")),)  # fmt: skip
    return PremiumSheet(
        title=title,
        lines=lines,
        total=total,
        facts=tuple((_field_name(compiled.programme, k), _field_value(str(v))) for k, v in fields.items()),
        payers=payers,
        receivers=receivers,
    )


def _field_name(programme: Programme, name: str) -> Text:
    spec = programme.insured.fields.get(name)
    return (spec.name if spec is not None else None) or Text.same(name)


def _field_value(text: str) -> str:
    number = read_number(text) if "%" not in text and "‰" not in text else None
    return text if number is None else grouped(number)


def _line(line: Line, marks: Marks) -> SheetLine:
    return SheetLine(
        label=_KINDS.get(line.kind, Text.same(line.name)),
        value=_value(line),
        running=line.running,
        kind=line.kind,
        how=_how(line),
        bound=_bound(line),
        illustrative=_marked(line, marks),
    )


def _marked(line: Line, marks: Marks) -> bool:
    keys = {"factor": ("factors", line.name), "plus": ("plus", line.name), "loading": ("loadings", line.name),
            "minimum": ("min",), "maximum": ("max",), "rounding": ("round",), "time": ("day_count",)}  # fmt: skip
    if line.kind == "base":
        return marks.inside("premium", "base") or marks.inside("premium", "amount")
    return marks.inside("premium", *keys[line.kind])


def _value(line: Line) -> str:
    held = grouped(line.held)
    match line.kind:
        case "factor" | "time":
            return f"× {held}"
        case "plus":
            return f"+ {held}"
        case "loading":
            return f"+ {grouped(line.held * 100)}%"
        case "minimum":
            return f"≥ {held}"
        case "maximum":
            return f"≤ {held}"
        case _:
            return held


def _how(line: Line) -> Text | None:
    if line.row:
        return Text(f"查表：{line.key} → {line.row}", f"by the table: {line.key} → {line.row}")
    words = expression_words(line.source)
    if line.kind == "loading":
        return Text(f"毛保费的 {words.zh}", f"{words.en} of the gross premium")
    if line.kind == "rounding":
        return Text(f"取整到 {words.zh}", f"rounded to {words.en}")
    return words if line.source.strip() != write_number(line.raw) else None


def _bound(line: Line) -> Text | None:
    if not line.bounded:
        return None
    raw, held = grouped(line.raw), grouped(line.held)
    return Text(f"{raw} 被界限定为 {held}", f"{raw} held at its bound {held}")


def _allotted(compiled: Compiled, side: Side, fen: int, fields: Fields) -> Iterator[Allotment]:
    """Who pays or receives one unit's premium, by step; members of a small pool one by one."""
    plan = compiled.plans.get(("premium", side))
    if plan is None:
        return
    row = {**fields, "amount": Source(write_number(Fraction(fen, _FEN)))}
    history = history_of(compiled, "premium", [row], premium=[row], scale=_FEN)
    outcome = () if isinstance(history, list) else fold(plan, history, Fen())
    if isinstance(outcome, tuple):
        return
    taken = _by_step(outcome)
    for step in plan.steps:
        yield from _of_step(compiled.programme, step, taken.get(step.index, {}), fen)


def _by_step(outcome: Outcome) -> Mapping[int, dict[str, int]]:
    taken: dict[int, dict[str, int]] = defaultdict(dict)
    for (_, step, party), amount in outcome.takes.items():
        taken[step][party] = taken[step].get(party, 0) + int(amount)
    return taken


def _of_step(programme: Programme, step: PlanStep, parties: dict[str, int], fen: int) -> Iterator[Allotment]:
    total = sum(parties.values())
    if not total:
        return
    pool = step.taker is Taker.POOL and step.party in programme.pools
    who = str(step.party) if pool else next(iter(parties)).split(":")[0]
    share = Fraction(total, fen) if fen else None
    yield Allotment(party=who, label=step.label, share=share, amount=Fraction(total, _FEN))
    if pool and len(parties) <= _MOST_MEMBERS:
        for member, amount in parties.items():
            part = Fraction(amount, total)
            yield Allotment(party=member, of=who, share=part, amount=Fraction(amount, _FEN))
