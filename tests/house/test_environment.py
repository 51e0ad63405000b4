"""The set-up script: which Pythons it accepts, and what it says where it cannot work."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def environment(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment", root / "setup" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_bounds_are_those_of_the_package(environment: ModuleType, root: Path) -> None:
    assert environment.bounds((root / "pyproject.toml").read_text()) == ((3, 11), (3, 15))


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 14, 9)])
def test_accepted(environment: ModuleType, version: tuple[int, int, int]) -> None:
    assert environment.objection(version, (3, 11), (3, 15)) is None


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 12), (3, 15, 0), (4, 0, 0)])
def test_refused_with_a_remedy(environment: ModuleType, version: tuple[int, int, int]) -> None:
    said = environment.objection(version, (3, 11), (3, 15))
    assert f"{version[0]}.{version[1]}" in said
    assert "make PYTHON=" in said


def test_names_the_systems_package(environment: ModuleType) -> None:
    assert "apt install python3.12-venv" in environment.missing_venv((3, 12, 1))
