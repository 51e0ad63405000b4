"""Each file under tests/findings provokes what its first line says, at the place it says, and nothing else."""

from pathlib import Path

import pytest

from quanyu.checks import check_programme
from quanyu.language.load import load_programme
from quanyu.terms import Finding

FOLDER = Path(__file__).resolve().parents[1] / "findings"
WITHOUT_A_LINE = ("not-utf-8", "cannot-read", "control-character", "not-a-mapping", "yaml-syntax")
FILES = sorted(path for path in FOLDER.glob("*/*.yaml") if not path.name.startswith("run-"))


def found(path: Path) -> list[Finding]:
    document, findings = load_programme(path)
    return findings if document is None else check_programme(document)


def expected(path: Path) -> list[str]:
    first = path.read_bytes().split(b"\n", 1)[0].decode()
    assert first.startswith("# expect: "), f"{path} does not say what it provokes"
    return first.removeprefix("# expect: ").split()


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_file_provokes_what_it_says(path: Path) -> None:
    got = [f"{f.code}@{f.place.line}:{f.place.column}" for f in found(path) if f.place]
    assert got == expected(path)
    assert path.parent.name in {code.split("@")[0] for code in expected(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_finding_says_why_and_what_to_do(path: Path) -> None:
    for finding in found(path):
        for text in (finding.reason, finding.remedy):
            assert text.zh.strip()
            assert text.en.strip()
        assert finding.excerpt or finding.code in WITHOUT_A_LINE


def test_the_programme_under_them_is_clean() -> None:
    assert found(FOLDER / "base.yaml") == []
