"""What does not agree with the log is told in the reader's language."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from book.policy_book import BASE
from quanyu.cli.app import app
from quanyu.store import open_store


def said(*words: str) -> str:
    return CliRunner().invoke(app, [*words, "--lang", "zh"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output


def test_a_line_of_verify_has_no_words_of_the_tables(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYU_DATABASE_URL", database_url)
    monkeypatch.setenv("QUANYU_DATA", str(tmp_path / "data"))
    path = tmp_path / "farm.yaml"
    path.write_text(BASE.lstrip(), "utf-8")
    assert "已发布" in said("book", "publish", str(path), "--actor", "ada")
    with open_store(database_url) as store, store.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql("update programme_version set valid_from = '2025-01-01'")
    (line,) = [one for one in said("verify").splitlines() if "t.farm" in one]
    words = [word for word in line.split("  ") if word]
    assert words[0] == "被改"
    assert words[1].startswith("方案版本 t.farm 2026-01-01（交易 1：发布，ada，")
    assert words[2].startswith("此记录与入日志时不同。")
