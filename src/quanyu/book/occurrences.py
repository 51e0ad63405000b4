"""Occurrences: what happened, when and where; claims of several policies and programmes share one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal, reserve
from quanyu.terms import Finding, Text

__all__ = ["Happened", "ensure_occurrence", "occurrence_id"]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened. code: what it is known by in the book; body: what else is recorded of it, as written."""

    code: str
    name_zh: str
    began: dt.date
    ended: dt.date | None = None
    name_en: str = ""
    place: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


def ensure_occurrence(journal: Journal, happened: Happened) -> int:
    """The occurrence of this code; written where the book has none. Raises Refused: `occurrence-ends-early`."""
    known = _known(journal.connection, happened.code)
    if known is not None:
        return known
    ended = happened.ended or happened.began
    if ended < happened.began:
        raise Refused(_ends_early(happened))
    number = reserve(journal.connection, "occurrence_id")
    row = {
        "id": number,
        "code": happened.code,
        "name_zh": happened.name_zh,
        "name_en": happened.name_en or happened.name_zh,
        "began": happened.began,
        "ended": ended,
        "place": happened.place,
        "body": dict(happened.body),
    }
    journal.write(t.occurrence, [row])
    journal.touch("occurrence", number)
    return number


def occurrence_id(connection: Connection, code: str) -> int:
    """The occurrence of a code. Raises Refused: `unknown-occurrence`."""
    known = _known(connection, code)
    if known is None:
        raise Refused(
            Finding(
                "unknown-occurrence",
                None,
                Text(f"账簿里没有事件“{code}”", f"the book has no occurrence `{code}`"),
                Text("先登记事件，或改正编号", "record the occurrence first, or correct its code"),
            )
        )
    return known


def _known(connection: Connection, code: str) -> int | None:
    found = connection.execute(select(t.occurrence.c.id).where(t.occurrence.c.code == code)).scalar()
    return None if found is None else int(found)


def _ends_early(happened: Happened) -> Finding:
    return Finding(
        "occurrence-ends-early",
        None,
        Text(
            f"事件 {happened.code} 结束于开始之前（{happened.began} 至 {happened.ended}）",
            f"the occurrence {happened.code} ends before it begins ({happened.began} to {happened.ended})",
        ),
        Text("改正起止日期", "correct its days"),
    )
