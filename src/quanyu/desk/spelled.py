"""Expressions, exact numbers and names of parties as a reader sees them."""

import re
from collections.abc import Iterable
from fractions import Fraction

from quanyu.language.programme import Programme
from quanyu.terms import Text, read_number, write_number

__all__ = ["expression_words", "grouped", "joined", "party_words"]

_CHINESE = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?\s*[千万亿]+")


_ROLES = {
    "borne": Text("各承担人", "those who bore the loss"),
    "claimant": Text("索赔人", "the claimant"),
}


def joined(texts: Iterable[Text], zh: str = "、", en: str = ", ") -> Text:
    """Several texts as one."""
    several = list(texts)
    return Text(zh.join(t.zh for t in several), en.join(t.en for t in several))


def grouped(value: Fraction | int) -> str:
    """An exact number with thousands separators; a quotient where it has no finite decimal."""
    figures = write_number(Fraction(value))
    if " / " in figures:
        return f"{float(value):,.6g}"
    whole, point, rest = figures.partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{point}{rest}"


def expression_words(text: str) -> Text:
    """An expression as written; in English with 万 and 亿 written out."""
    shown = text.replace("*", "×").replace("<=", "≤").replace(">=", "≥").replace("!=", "≠")
    return Text(shown, _CHINESE.sub(_written_out, shown))


def _written_out(found: re.Match[str]) -> str:
    value = read_number(found[0])
    return found[0] if value is None else grouped(value)


def party_words(programme: Programme, party: str) -> Text:
    """What people call a party, pool or account; the insured by its key."""
    if party == "insured" or party.startswith("insured:"):
        key = party.partition(":")[2]
        return Text(f"被保险人 {key}".strip(), f"the insured {key}".strip())
    if party in _ROLES:
        return _ROLES[party]
    named = programme.parties.get(party) or programme.pools.get(party) or programme.accounts.get(party)
    return (named.name if named is not None else None) or Text.same(party)
