"""Every page with commands is carried out in an empty folder, and says what really comes."""

import re
from pathlib import Path

import pytest

from docs.pages import run_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if "```console" in p.read_text("utf-8"))
KEEPS_BOOKS = re.compile(r"^\$ quanyu (book|claim|accounts|import|export|impact|rectify|certificate|verify)\b", re.M)
READMES = sorted(ROOT.glob("README*.md"))


@pytest.mark.parametrize("page", [*PAGES, *READMES], ids=lambda p: p.name)
def test_a_page_says_what_its_commands_say(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if KEEPS_BOOKS.search(page.read_text("utf-8")):
        monkeypatch.setenv("QUANYU_DATABASE_URL", request.getfixturevalue("database_url"))
        monkeypatch.setenv("QUANYU_DATA", str(tmp_path / "data"))
        monkeypatch.setenv("QUANYU_LOG_ORIGIN", "example.com/book")
    monkeypatch.chdir(tmp_path)
    for command in run_page(page, tmp_path):
        assert command.status == command.expected, f"{command.text}\n{command.output}"
        assert not command.missing(), f"$ {command.text}\n{command.output}"


def test_the_tutorial_in_both_languages_has_the_same_files_and_commands() -> None:
    def steps(name: str) -> list[str]:
        text = (ROOT / "docs/tutorial" / name).read_text("utf-8")
        return [line for line in text.splitlines() if line.startswith(("$ ", "```yaml"))]

    assert steps("first-programme.md") == steps("first-programme.zh.md")
