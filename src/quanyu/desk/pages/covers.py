"""Covers in words, with their tables exactly as the file writes them."""

from collections.abc import Iterator

from quanyu.desk.cover_words import around_the_table, paid_by_expression
from quanyu.desk.pages.marks import Marks
from quanyu.desk.pages.words import constant_of, expression_words, joined, party_words
from quanyu.documents import Cell, Cover, Grid
from quanyu.language.parts import Cover as Stated
from quanyu.language.parts import Pays
from quanyu.language.programme import Programme
from quanyu.language.scalars import Key, Source, Table
from quanyu.terms import Text

__all__ = ["covers_of", "table_grid"]


def covers_of(programme: Programme, marks: Marks) -> tuple[Cover, ...]:
    """Every cover of a programme."""
    return tuple(
        Cover(
            id=name,
            name=cover.name or Text.same(name),
            when=expression_words(cover.when.text) if cover.when else None,
            words=tuple(_words(programme, name, cover)),
            tables=(_table(programme, cover.pays, marks.inside("covers", name, "pays")),)
            if isinstance(cover.pays, Pays)
            else (),
            illustrative=marks.inside("covers", name),
        )
        for name, cover in programme.covers.items()
    )


def _words(programme: Programme, name: str, cover: Stated) -> Iterator[Text]:
    if isinstance(cover.pays, Source):
        yield paid_by_expression(programme, cover.pays)
    else:
        yield from _by_table(cover.pays)
    if cover.beneficiary:
        who = party_words(programme, cover.beneficiary)
        yield Text(f"受益：{who.zh}", f"For {who.en}")
    if cover.payee and cover.payee != cover.beneficiary:
        who = party_words(programme, cover.payee)
        yield Text(f"款付给{who.zh}", f"Paid to {who.en}")
    if cover.round != "fen":
        yield Text("取整到元", "Rounded to the whole unit")
    for kind, members in programme.combine.items():
        others = joined((programme.covers[m].name or Text.same(m)) for m in members if m != name)
        if name in members and kind == "max":
            yield Text(f"与{others.zh}只取最高的一项", f"Of this and {others.en} only the highest is paid")
        elif name in members:
            yield Text(f"与{others.zh}合计", f"Added up with {others.en}")


def _by_table(pays: Pays) -> Iterator[Text]:
    """What happens around the table, in the order in which it happens."""
    yield from around_the_table(pays)
    if not (pays.each or pays.days or pays.times):
        yield Text("按表给付。", "Pays by the table.")


def _table(programme: Programme, pays: Pays, illustrative: bool) -> Grid:
    keys = [_heading(programme, s.text) for s in pays.by] or [Text("各项", "each item")]
    value = Text("值", "value") if pays.times is not None else Text("给付", "pays")
    return table_grid(pays.table, keys, value, otherwise=pays.otherwise, illustrative=illustrative)


def _heading(programme: Programme, name: str) -> Text:
    fact, field = programme.facts.get(name), programme.insured.fields.get(name)
    unit = (fact.unit if fact is not None else None) or (field.unit if field is not None else None)
    words = (field.name if field is not None else None) or expression_words(name)
    return Text(f"{words.zh}（{unit}）", f"{words.en} ({unit})") if unit else words


def table_grid(
    table: Table, keys: list[Text], value: Text, *, otherwise: Source | None = None, illustrative: bool = False
) -> Grid:
    """A table as a grid: one column a key, then the value; ends of intervals as written."""
    depth = max(table.depth, len(keys))
    columns = (*keys, *(Text.same("") for _ in range(depth - len(keys))), value)
    rows = [(*(None,) * (depth - len(row[:-1])), *row) for row in _rows(table)]
    if otherwise is not None:
        rows.append((Text("其他", "otherwise"), *(None,) * (depth - 1), _cell(otherwise)))
    return Grid(columns=columns, rows=tuple(rows), illustrative=illustrative)


def _rows(table: Table) -> Iterator[tuple[Cell, ...]]:
    for key, leaf in table.rows:
        shown: Cell = Text("其他", "otherwise") if key.otherwise else _key(key)
        if isinstance(leaf, Table):
            yield from ((shown, *rest) for rest in _rows(leaf))
        else:
            yield shown, _cell(leaf)


def _key(key: Key) -> str:
    return str(key).replace("inf", "∞")


def _cell(source: Source) -> Cell:
    value = None if any(c in source.text for c in "%‰") else constant_of(source)
    return expression_words(source.text) if value is None else value
