"""The programmes of the repository have neither errors nor doubts."""

from pathlib import Path

import pytest

from quanyu.checks import check_programme, check_versions
from quanyu.language.load import Document, load_programme
from quanyu.language.programme import Programme
from quanyu.terms import Severity

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "programmes").rglob("*.yaml"))


def loaded(path: Path) -> Document[Programme]:
    document, findings = load_programme(path)
    assert document is not None, findings
    return document


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_programme_has_no_findings_but_infos(path: Path) -> None:
    doubtful = [f for f in check_programme(loaded(path)) if f.severity is not Severity.INFO]
    assert not doubtful, [f"{f.place}: {f.code}: {f.reason}" for f in doubtful]


def test_no_two_versions_bind_on_one_day() -> None:
    assert check_versions([loaded(path) for path in FILES]) == []
