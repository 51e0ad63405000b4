"""Versions of one programme: one binds on each day."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from checks.checks_overlay import document
from quanyu.checks import check_versions
from quanyu.cli.app import app

FOLDER = Path(__file__).resolve().parents[1] / "findings"

FIRST = "version: 2026-01-01\nperiod: {from: 2026-01-01, to: 2026-12-31, basis: attaching}"


@pytest.mark.parametrize(
    ("second", "place"),
    [
        ("version: 2027-01-01\nperiod: {from: 2027-01-01, to: 2027-12-31, basis: attaching}", None),
        ("version: 2026-07-01\nperiod: {from: 2026-07-01, to: 2027-06-30, basis: attaching}", (2, 16)),
        ("version: 2026-01-01\nperiod: {from: 2026-01-01, to: 2026-06-30, basis: occurring}", (1, 10)),
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


@pytest.mark.parametrize(
    ("second", "place"),
    [
        ("version: 2026-07-01\nperiod: {from: 2026-07-01, to: 2027-06-30, basis: occurring}", (2, 16)),
        ("version: 2026-12-31\nperiod: {from: 2026-12-31, to: 2027-06-30, basis: claims-made}", (2, 16)),
        ("version: 2027-01-01\nperiod: {from: 2027-01-01, to: 2027-12-31, basis: occurring}", None),
    ],
)
def test_two_bases(second: str, place: tuple[int, int] | None) -> None:
    found = check_versions([document(second, "b.yaml"), document(FIRST, "a.yaml")])
    assert [(f.code, f.place.line, f.place.column) for f in found if f.place] == (
        [("version-basis", *place)] if place else []
    )
    assert all(f.excerpt and f.place and f.place.file == "b.yaml" for f in found)


def test_a_version_without_end_stops_where_the_next_begins() -> None:
    open_ended = "version: 2026-01-01\nperiod:\n  from: 2026-01-01\n  to:\n  basis: attaching"
    later = "version: 2027-01-01\nperiod: {from: 2027-01-01, to: 2027-12-31, basis: attaching}"
    assert check_versions([document(open_ended, "a.yaml"), document(later, "b.yaml")]) == []


@pytest.mark.parametrize("code", ["version-overlap", "version-basis"])
def test_two_files_of_a_folder_that_overlap(code: str) -> None:
    """Checked together, as a folder is; each alone is without findings."""
    files = sorted((FOLDER / code).glob("run-*.yaml"))
    assert len(files) == 2
    for file in files:
        assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 0
    together = CliRunner().invoke(app, ["check", str(FOLDER / code), "--lang", "en"])
    assert together.exit_code == 1
    assert together.output.count(f"{code}\n") == 1
    assert f"{files[1]}:3:16" in together.output
