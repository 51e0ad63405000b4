"""The examples of a file as they ran."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from quanyu.desk.pages.words import free_text, grouped, party_words, short_row
from quanyu.documents import Example
from quanyu.engine.examples import Ran
from quanyu.language.programme import Example as Stated
from quanyu.language.programme import Programme
from quanyu.terms import Text

__all__ = ["examples_of"]

_MOST_NAMES = 4


def examples_of(programme: Programme, ran: Sequence[Ran]) -> tuple[Example, ...]:
    """Every example: what goes in, what was expected, what came out."""
    return tuple(_example(programme, n, one) for n, one in enumerate(ran, 1))


def _example(programme: Programme, number: int, ran: Ran) -> Example:
    got = _amounts(programme, ran.got, ran.expected)
    if ran.findings:
        got = "; ".join(str(f.reason) for f in ran.findings)
    return Example(
        name=ran.example.name or Text(f"算例 {number}", f"example {number}"),
        given=short_row(_given(ran.example)),
        expected=_amounts(programme, ran.expected, ran.expected),
        got=got,
        passed=ran.holds,
        source=ran.example.source,
    )


def _given(example: Stated) -> str:
    if example.cover is not None:
        return f"{example.cover} {free_text(example.env)}"
    if example.rate is not None:
        return f"rate {free_text(example.rate)}"
    parts = [f"{example.flow}", *(free_text(row) for row in example.rows)]
    for name in ("premium", "deposits"):
        rows = getattr(example, name)
        parts += [f"{name} {free_text(row)}" for row in rows]
    return " · ".join(parts)


def _amounts(programme: Programme, amounts: Mapping[str, Fraction], order: Mapping[str, Fraction]) -> str:
    """Amounts by name in the order of what was expected; the largest of many, and how many more."""
    names = [*order, *(n for n, v in amounts.items() if n not in order and v)]
    if names in (["amount"], ["premium"]):
        return grouped(amounts.get(names[0], Fraction(0)))
    shown = sorted(names, key=lambda n: -abs(amounts.get(n, Fraction(0))))[:_MOST_NAMES] if (
        len(names) > _MOST_NAMES + 3) else names  # fmt: skip
    said = [f"{_name(programme, n)} {grouped(amounts.get(n, Fraction(0)))}" for n in shown]
    more = len(names) - len(shown)
    return "; ".join(said) + (f"; … +{more}" if more else "")


def _name(programme: Programme, name: str) -> str:
    """Ids, which read the same in both languages."""
    return name if name.startswith("caused ") else party_words(programme, name).en if name == "insured" else name
