"""Fixtures shared by all rooms."""

import os
from pathlib import Path

import pytest

from store_server import database_url, empty_url, reachable, seeded, store, store_seed, store_server, store_template

__all__ = ["database_url", "empty_url", "reachable", "seeded", "store", "store_seed", "store_server", "store_template"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data kept outside the repository, by QUANYU_SHARED; the test skips where there is none."""
    path = Path(os.environ.get("QUANYU_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip("no reference data: set QUANYU_SHARED to the folder that holds it")
    return path
