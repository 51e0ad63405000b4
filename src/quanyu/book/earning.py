"""The premium of a policy from what stands on its days: rated for the whole term, earned by the named day count."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

from quanyu.book.act import Refused
from quanyu.book.days import DAY
from quanyu.book.standing import Piece
from quanyu.book.versions import Version
from quanyu.engine.names import with_names
from quanyu.engine.rows import RowUnreadable, read_row
from quanyu.formula import EvaluationError, Given
from quanyu.language.scalars import Source
from quanyu.rating import CompiledRating, Sheet, Term, earned_share, quote_row
from quanyu.rating.below_zero import premium_below_zero
from quanyu.terms import Finding, Text

__all__ = ["KEPT", "Fields", "mean_fields", "premium_of", "rate", "read_fields"]

KEPT = frozenset({"suspend", "cancel-kept"})
"""Kinds of segments without cover whose premium is kept."""

Days = tuple[dt.date, dt.date]
Fields = Mapping[str, str | Fraction]
"""Fields of a risk as written, or as exact numbers."""

_AVERAGED = ("money", "number", "share")


def read_fields(version: Version, fields: Fields) -> dict[str, Given]:
    """Fields as written, as exact values with the quantities that the programme names. Raises Refused."""
    try:
        written = {name: Source(given) if isinstance(given, str) else given for name, given in fields.items()}
        row = read_row(written, version.compiled.kinds)
    except RowUnreadable as unreadable:
        raise Refused(unreadable.finding) from None
    return with_names(version.compiled.names, row)


def rate(version: Version, fields: Mapping[str, str], days: Days) -> Sheet:
    """The premium sheet of a risk for cover from a day to before another.

    Raises Refused: `no-premium`, `premium-below-zero`.
    """
    rating = version.compiled.rating
    if rating is None:
        raise Refused(_unrated(Text("方案没有费率", "the programme has no rating")))
    row = dict(fields)
    if rating.day_count is not None:
        row |= {"start": days[0].isoformat(), "end": (days[1] - DAY).isoformat()}
    try:
        sheet = quote_row(rating, read_fields(version, row))
    except EvaluationError as error:
        raise Refused(_unrated(Text(f"算不出保费：{error}", f"there is no premium: {error}"))) from None
    if wrong := premium_below_zero(sheet):
        raise Refused(*wrong)
    return sheet


def mean_fields(version: Version, pieces: Sequence[Piece]) -> Fields:
    """What the premium flow reads of a risk that changed: amounts, numbers and shares as their means over the days
    that are charged, all else as it stood on the last of them.
    """
    charged = [p for p in pieces if p.in_force or p.segment.kind in KEPT] or list(pieces)
    last = charged[-1].segment.fields
    days = {n: (p.valid_to - p.valid_from).days for n, p in enumerate(charged)}
    found: dict[str, str | Fraction] = dict(last)
    for name, text in last.items():
        kind = version.compiled.kinds.get(name)
        texts = [p.segment.fields.get(name) for p in charged]
        if kind is None or kind.kind not in _AVERAGED or set(texts) == {text}:
            continue
        values = [read_fields(version, {name: one}).get(name) if one is not None else None for one in texts]
        if all(isinstance(value, Fraction) for value in values):
            weighted = (days[n] * value for n, value in enumerate(values) if isinstance(value, Fraction))
            found[name] = sum(weighted, Fraction(0)) / sum(days.values())
    return found


def premium_of(version: Version, pieces: Sequence[Piece], term: Days | None = None) -> int:
    """The premium in whole fen of what stands on the days of a policy, half a fen up, rounded once.

    Every piece has its part of the premium that its risk has for the whole term, by the rating's day count, or the days
    of the term where none is named. A policy that ends in a cancellation by the short-period table keeps the table's
    part of the term instead. term: the days that a premium is the price of, if not those of the policy.
    """
    days = term or (pieces[0].valid_from, pieces[-1].valid_to)
    rating = version.compiled.rating
    counted = _term(rating, days)
    total, last = Fraction(0), Fraction(0)
    ending = _short_ending(pieces)
    for piece in pieces:
        if piece.in_force or piece.segment.kind in KEPT:
            whole = rate(version, piece.segment.fields, days).premium
            total += whole * (_earned(counted, piece.valid_to) - _earned(counted, piece.valid_from))
            last = whole
    if ending is not None and rating is not None:
        table = Term("short-period", days[0], days[1] - DAY, None, rating.short_period)
        total += last * (_earned(table, ending) - _earned(counted, ending))
    return (total * 100 + Fraction(1, 2)).__floor__()


def _term(rating: CompiledRating | None, days: Days) -> Term:
    last = days[1] - DAY
    if rating is None or rating.day_count is None:
        return Term("actual/actual", days[0], last, (days[0], last))
    return Term(rating.day_count, days[0], last, rating.period, rating.short_period)


def _earned(term: Term, day: dt.date) -> Fraction:
    """The part of a term's premium that belongs to the days before `day`."""
    try:
        return earned_share(term, day - DAY)
    except EvaluationError as error:
        raise Refused(_unrated(Text(f"算不出期间：{error}", f"there is no share of time: {error}"))) from None


def _short_ending(pieces: Sequence[Piece]) -> dt.date | None:
    """The day from which a policy is cancelled by the short-period table until its end."""
    found: dt.date | None = None
    for piece in reversed(pieces):
        if piece.segment.kind != "cancel-short-period":
            return found
        found = piece.valid_from
    return found


def _unrated(reason: Text) -> Finding:
    remedy = Text("给出费率所需的字段", "give the fields that the rating reads")
    return Finding("no-premium", None, reason, remedy)
