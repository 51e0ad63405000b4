"""Versions of one programme: one binds on each day."""

import pytest

from checks.checks_overlay import document
from quanyu.checks import check_versions

FIRST = "version: 2026-01-01\nperiod: {from: 2026-01-01, to: 2026-12-31, basis: attaching}"


@pytest.mark.parametrize(
    ("second", "place"),
    [
        ("version: 2027-01-01\nperiod: {from: 2027-01-01, to: 2027-12-31, basis: attaching}", None),
        ("version: 2026-07-01\nperiod: {from: 2026-07-01, to: 2027-06-30, basis: attaching}", (2, 16)),
        ("version: 2026-07-01\nperiod: {from: 2026-07-01, to: 2027-06-30, basis: occurring}", None),
        ("version: 2026-01-01\nperiod: {from: 2026-01-01, to: 2026-06-30, basis: attaching}", (1, 10)),
        ("programme: another.one\n" + FIRST, None),
    ],
)
def test_two_versions(second: str, place: tuple[int, int] | None) -> None:
    found = check_versions([document(second, "b.yaml"), document(FIRST, "a.yaml")])
    assert [(f.code, f.place.line, f.place.column) for f in found if f.place] == (
        [("version-overlap", *place)] if place else []
    )
    assert all(f.excerpt and f.place and f.place.file == "b.yaml" for f in found)


def test_a_version_without_end_stops_where_the_next_begins() -> None:
    open_ended = "version: 2026-01-01\nperiod:\n  from: 2026-01-01\n  to:\n  basis: attaching"
    later = "version: 2027-01-01\nperiod: {from: 2027-01-01, to: 2027-12-31, basis: attaching}"
    assert check_versions([document(open_ended, "a.yaml"), document(later, "b.yaml")]) == []
