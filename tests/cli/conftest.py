"""Fixtures of the terminal's tests."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads are signed by a key of the test's own, and none of the user's is made."""
    monkeypatch.setenv("QUANYU_KEY", str(tmp_path / "keys" / "book.pem"))
