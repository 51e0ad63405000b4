"""Several versions of one programme: at any date exactly one binds."""

from collections.abc import Sequence
from itertools import combinations

from quanyu.language.load import Document
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text

__all__ = ["check_versions"]


def check_versions(documents: Sequence[Document[Programme]]) -> list[Finding]:
    """Where two versions of one programme claim the same day, under one basis or under two; the later file is named."""
    found = []
    ordered = sorted(documents, key=lambda d: (d.value.programme, d.value.version, d.file))
    for one, other in combinations(ordered, 2):
        if one.value.programme != other.value.programme:
            continue
        if one.value.version == other.value.version:
            found.append(_overlap(other, one, ("version",)))
        elif _meet(one.value, other.value):
            path = ("period", "from") if other.value.period.since else ("version",)
            alike = _basis(one.value) == _basis(other.value)
            found.append(_overlap(other, one, path) if alike else _bases(other, one, path))
    return found


def _basis(programme: Programme) -> str:
    default = "attaching" if programme.insured.enrolment == "policies" else "occurring"
    return programme.period.basis or default


def _meet(one: Programme, other: Programme) -> bool:
    """Whether two periods share a day. A version without an end stops where the next one begins."""
    if one.period.until is None:
        return False
    return (other.period.since or other.version) <= one.period.until


def _overlap(document: Document[Programme], first: Document[Programme], path: tuple[str, ...]) -> Finding:
    place = document.place(path)
    return Finding(
        "version-overlap",
        place,
        Text(
            f"与版本 {first.value.version}（{first.file}）在同一天都有效",
            f"the version {first.value.version} ({first.file}) is in force on the same day",
        ),
        Text(
            "让前一版的 period.to 早于本版的 from",
            "let `period.to` of the earlier version end before this one begins",
        ),
        excerpt=document.excerpt(place),
    )


def _bases(document: Document[Programme], first: Document[Programme], path: tuple[str, ...]) -> Finding:
    place = document.place(path)
    mine, others = _basis(document.value), _basis(first.value)
    return Finding(
        "version-basis",
        place,
        Text(
            f"本版按 {mine}，版本 {first.value.version}（{first.file}）按 {others}，有效期重叠：一案可同时归两版",
            f"this version goes by {mine}, the version {first.value.version} ({first.file}) by {others}, and they are "
            "in force on the same days: a claim may belong to both",
        ),
        Text(
            "用同一个 basis，或让前一版的 period.to 早于本版的 from",
            "state one basis, or let `period.to` of the earlier version end before this one begins",
        ),
        excerpt=document.excerpt(place),
    )
