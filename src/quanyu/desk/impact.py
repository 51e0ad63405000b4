"""Impact: the live portfolio rated again under another version, in columns, before anybody approves it."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection

from quanyu.book.changes import Change
from quanyu.book.mass.portfolio import OWN, portfolio
from quanyu.book.mass.rerated import Rerated, rerate
from quanyu.book.succession import succession
from quanyu.book.versions import Version
from quanyu.desk.booking import Book
from quanyu.desk.expected import Expected, Sample, expected_losses
from quanyu.desk.versioned import published_version, version_of
from quanyu.terms import Finding, Text

__all__ = ["Impact", "Mover", "Segment", "impact", "impact_of"]

_MOVERS = 10
_SAMPLE = 200
Key = tuple[str, ...]


@dataclass
class Segment:
    """Policies that are alike in the fields asked for; the empty key is all of them. Premiums in fen.

    before, after: rated under both versions, of those that the new one takes. booked: as booked. lost: under the old
    one, of those that the new one declines. expected: losses a year that the programme pays, None where not known.
    """

    key: Key
    policies: int = 0
    booked: int = 0
    before: int = 0
    after: int = 0
    winners: int = 0
    losers: int = 0
    declined: int = 0
    referred: int = 0
    lost: int = 0
    expected: Expected | None = None
    sample: list[tuple[int, str]] = field(default_factory=list)

    @property
    def change(self) -> int:
        """What the premium of those who stay changes by."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Mover:
    """A policy and what its premium changes by, in fen; or why it would be declined."""

    policy: str
    key: Key
    before: int
    after: int
    declined: Text | None = None


@dataclass
class Impact:
    """What a new version would do to the portfolio that is in force on a day.

    segments: the total first. reasons: why policies are declined, with how many. unsaid: why there is no expected loss.
    """

    old: Version
    new: Version
    day: dt.date
    by: tuple[str, ...]
    changes: tuple[Change, ...]
    refused: tuple[Finding, ...]
    segments: list[Segment] = field(default_factory=list)
    winners: list[Mover] = field(default_factory=list)
    losers: list[Mover] = field(default_factory=list)
    declined: list[Mover] = field(default_factory=list)
    reasons: Counter[Text] = field(default_factory=Counter)
    unsaid: Text | None = None

    @property
    def total(self) -> Segment:
        """All policies."""
        return self.segments[0]


def impact(
    book: Book, old: str, new: str, *, by: Sequence[str] = (), day: dt.date | None = None, years: int = 2000
) -> Impact | list[Finding]:
    """OLD against NEW, each a file, a programme's name or name@date. day: on which policies are in force, else the
    first day of the new version. years: simulated for the expected loss, 0 for none."""

    def read(connection: Connection) -> Impact | list[Finding]:
        found = [version_of(connection, book.library, written) for written in (old, new)]
        wrong = [finding for one in found if isinstance(one, list) for finding in one]
        before, after = found
        if isinstance(before, list) or isinstance(after, list):
            return wrong
        published = published_version(connection, book.library, before)
        if isinstance(published, list):
            return published
        return impact_of(connection, book, published, after, by=tuple(by), day=day or after.valid_from)

    done = book.read(read)
    if isinstance(done, Impact) and years:
        done.unsaid = expected_losses(done.old, done.new, [_sampled(one) for one in done.segments], years=years)
    return done


def impact_of(
    connection: Connection, book: Book, old: Version, new: Version, *, by: tuple[str, ...], day: dt.date
) -> Impact | list[Finding]:
    """Premiums alone. old: published; new: may be a draft. A field that neither version has is a finding."""
    known = {*old.programme.insured.fields, *new.programme.insured.fields}
    if unknown := [name for name in by if name not in known]:
        return [_unknown(name, known) for name in unknown]
    follows = succession(connection, book.library, new.programme) if not new.id else None
    changes, refused = (follows.changes, follows.refused) if follows is not None else ((), ())
    done = Impact(old, new, day, by, changes, refused)
    segments: dict[Key, Segment] = {(): Segment(())}
    for frame in portfolio(connection, [old.id], day):
        _count(done, segments, frame)
    rest = sorted((one for key, one in segments.items() if key), key=lambda one: (-one.before, one.key))
    done.segments = [segments[()], *rest]
    return done


def _count(done: Impact, segments: dict[Key, Segment], frame: pl.DataFrame) -> None:
    """Adds a block of policies."""
    before, after = rerate(done.old, frame, OWN), rerate(done.new, frame, OWN)
    absent = [pl.lit("").alias(name) for name in done.by if name not in frame.columns]
    first = segments[()].policies
    rated = frame.with_columns(
        *absent,
        pl.Series("_before", before.premium),
        pl.Series("_after", after.premium),
        pl.Series("_taken", [one is None for one in after.declined], dtype=pl.Boolean),
        pl.Series("_referred", after.referred),
        # Knuth's multiplicative hash of the place: a sample that looks random and is the same every time.
        _place=(pl.int_range(first, first + frame.height, dtype=pl.UInt64) * 2_654_435_761) % 2**32,
    ).with_columns(pl.col(name).fill_null("") for name in done.by)
    for by in dict.fromkeys(((), done.by)):
        for row in (rated.group_by(list(by)) if by else rated.group_by(pl.lit(0))).agg(_SUMS).iter_rows(named=True):
            key = tuple(row[name] for name in by)
            _add(segments.setdefault(key, Segment(key)), row)
    _sample(segments, rated, done.by)
    _movers(done, rated, after)


_STAYS, _CHANGE = pl.col("_taken"), pl.col("_after") - pl.col("_before")
_SUMS = (
    pl.len().alias("policies"),
    pl.col("booked").sum(),
    pl.col("_before").filter(_STAYS).sum().alias("before"),
    pl.col("_after").filter(_STAYS).sum().alias("after"),
    (_STAYS & (_CHANGE < 0)).sum().alias("winners"),
    (_STAYS & (_CHANGE > 0)).sum().alias("losers"),
    (~_STAYS).sum().alias("declined"),
    (_STAYS & pl.col("_referred")).sum().alias("referred"),
    pl.col("_before").filter(~_STAYS).sum().alias("lost"),
)


def _add(segment: Segment, row: dict[str, int]) -> None:
    for name in ("policies", "booked", "before", "after", "winners", "losers", "declined", "referred", "lost"):
        setattr(segment, name, getattr(segment, name) + row[name])


def _sample(segments: dict[Key, Segment], rated: pl.DataFrame, by: Key) -> None:
    """Keeps the policies that stand for each segment: those whose places have the smallest hashes."""
    fields = [name for name in rated.columns if not name.startswith("_") and name not in OWN]
    ordered = rated.filter(_STAYS).sort("_place")
    for key_by in dict.fromkeys(((), by)):
        kept = ordered.group_by(list(key_by), maintain_order=True).head(_SAMPLE) if key_by else ordered.head(_SAMPLE)
        for row in kept.iter_rows(named=True):
            filled = {name: row[name] for name in fields if row[name]}
            own = segments[tuple(row[name] for name in key_by)].sample
            own.append((row["_place"], json.dumps(filled, ensure_ascii=False, sort_keys=True)))
    for segment in segments.values():
        segment.sample = sorted(segment.sample)[:_SAMPLE]


def _movers(done: Impact, rated: pl.DataFrame, after: Rerated) -> None:
    """Those who win and lose most, some of those declined, and all reasons why."""
    change = rated.with_columns(_change=_CHANGE, _row=pl.int_range(rated.height))
    stay = change.filter(_STAYS)
    falls = stay.filter(pl.col("_change") < 0).bottom_k(_MOVERS, by="_change")
    rises = stay.filter(pl.col("_change") > 0).top_k(_MOVERS, by="_change")
    done.winners = _most([*done.winners, *_rows(done, falls, after)], -1)
    done.losers = _most([*done.losers, *_rows(done, rises, after)], 1)
    done.declined = [*done.declined, *_rows(done, change.filter(~_STAYS).head(_MOVERS), after)][:_MOVERS]
    done.reasons.update(one for one in after.declined if one is not None)


def _most(movers: list[Mover], sign: int) -> list[Mover]:
    return sorted(movers, key=lambda one: (-sign * (one.after - one.before), one.policy))[:_MOVERS]


def _rows(done: Impact, frame: pl.DataFrame, after: Rerated) -> list[Mover]:
    return [
        Mover(row["policy"], tuple(row[n] for n in done.by), row["_before"], row["_after"], after.declined[row["_row"]])
        for row in frame.iter_rows(named=True)
    ]


def _sampled(segment: Segment) -> Sample:
    def keep(expected: Expected) -> None:
        segment.expected = expected

    points = Counter(fields for _, fields in segment.sample)
    return Sample(
        policies=segment.policies - segment.declined,
        points=tuple((json.loads(fields), count) for fields, count in points.items()),
        keep=keep,
    )


def _unknown(name: str, known: set[str]) -> Finding:
    return Finding(
        "unknown-field",
        None,
        Text(f"方案里没有“{name}”", f"the programme has no `{name}`"),
        Text(f"已有：{'、'.join(sorted(known))}", f"there is {', '.join(sorted(known))}"),
    )
