"""The page of the verbs names every verb and every option that `--help` does, and no other."""

import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from quanyu.cli.app import app

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/cli.md").read_text("utf-8")
PARTS = {part[0]: part[1] for part in re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)}
COMMON = {"--lang", "--help"}


def told(verb: str) -> str:
    """What `quanyu VERB --help` says."""
    result = CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    return result.output


def test_every_verb_has_a_part() -> None:
    commands = getattr(get_command(app), "commands", {})
    assert set(PARTS) == set(commands)


@pytest.mark.parametrize("verb", PARTS)
def test_the_options_are_those_of_help(verb: str) -> None:
    offered = set(re.findall(r"^\s+(--[a-z-]+)", told(verb), re.M)) - COMMON
    listed = set(re.findall(r"^\| `(--[a-z-]+)` \|", PARTS[verb], re.M))
    assert listed == offered
