"""An impact as a workbook and as data for programs."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quanyu.desk.impact import Impact, Mover, Segment
from quanyu.documents import Column, Entry, Heading, Listing, write_list
from quanyu.terms import Text

__all__ = ["impact_record", "title_of", "write_impact"]

_COLUMNS = (
    Column(title=Text("保单数", "Policies"), kind="count"),
    Column(title=Text("账上保费", "Premium booked"), kind="money"),
    Column(title=Text("旧版保费", "Premium, old version"), kind="money"),
    Column(title=Text("新版保费", "Premium, new version"), kind="money"),
    Column(title=Text("变动", "Change"), kind="money"),
    Column(title=Text("变动率", "Change, part"), kind="share"),
    Column(title=Text("减费户数", "Pay less"), kind="count"),
    Column(title=Text("增费户数", "Pay more"), kind="count"),
    Column(title=Text("新版拒保", "Declined"), kind="count"),
    Column(title=Text("拒保者旧版保费", "Their premium, old version"), kind="money"),
    Column(title=Text("须人工核保", "To be referred"), kind="count"),
    Column(title=Text("旧版期望损失", "Expected loss, old version"), kind="money"),
    Column(title=Text("新版期望损失", "Expected loss, new version"), kind="money"),
)


def title_of(key: tuple[str, ...]) -> Text:
    """What a segment is called."""
    return Text.same(" · ".join(one or "—" for one in key)) if key else Text("合计", "All")


def write_impact(found: Impact, path: Path, *, made: dt.datetime) -> Path:
    """The segments as Excel."""
    programme = found.new.programme
    heading = Heading(
        title=Text("新版影响测算", "Impact of a new version"),
        party=Text(f"{found.old.version} → {found.new.version}", f"{found.old.version} → {found.new.version}"),
        programme=programme.name,
        first=found.day,
        last=found.day,
        made=made,
        illustrative=bool(programme.illustrative),
        currency=programme.currency,
    )
    columns = (Column(title=Text("分段", "Segment")), *_COLUMNS)
    return write_list(Listing(heading=heading, columns=columns, rows=_rows(found)), path)


def _rows(found: Impact) -> Iterator[tuple[Entry, ...]]:
    for one in found.segments:
        expected = one.expected
        yield (
            title_of(one.key), one.policies, one.booked, one.before, one.after, one.change,
            one.change / one.before if one.before else None, one.winners, one.losers, one.declined, one.lost,
            one.referred, None if expected is None else round(expected.before * 100),
            None if expected is None else round(expected.after * 100),
        )  # fmt: skip


def impact_record(found: Impact) -> dict[str, Any]:
    """Everything, amounts in fen, expected losses in whole units."""
    return {
        "programme": found.new.code,
        "old": str(found.old.version),
        "new": str(found.new.version),
        "day": str(found.day),
        "by": list(found.by),
        "changes": [change.record() for change in found.changes],
        "refused": [{"zh": one.reason.zh, "en": one.reason.en} for one in found.refused],
        "segments": [_segment(one) for one in found.segments],
        "winners": [_mover(one) for one in found.winners],
        "losers": [_mover(one) for one in found.losers],
        "declined": [_mover(one) for one in found.declined],
        "reasons": [
            {"zh": reason.zh, "en": reason.en, "policies": count} for reason, count in found.reasons.most_common()
        ],
        "no_expected_loss": None if found.unsaid is None else {"zh": found.unsaid.zh, "en": found.unsaid.en},
    }


def _segment(one: Segment) -> dict[str, Any]:
    names = ("policies", "booked", "before", "after", "change", "winners", "losers", "declined", "lost", "referred")
    expected = None
    if one.expected is not None:
        e = one.expected
        expected = {"before": e.before, "before_error": e.before_error, "after": e.after, "after_error": e.after_error}
    return {"key": list(one.key), **{name: getattr(one, name) for name in names}, "expected": expected}


def _mover(one: Mover) -> dict[str, Any]:
    why = None if one.declined is None else {"zh": one.declined.zh, "en": one.declined.en}
    return {"policy": one.policy, "key": list(one.key), "before": one.before, "after": one.after, "declined": why}
