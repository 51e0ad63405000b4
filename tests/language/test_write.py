"""Printing and reading again gives the same programme."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from quanyu.language.load import load_programme, read_programme
from quanyu.language.schema import case_schema, programme_schema, schema_text
from quanyu.language.write import write_node

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "docs/reference/base.yaml", *sorted((ROOT / "programmes").rglob("*.yaml"))]
CASES = sorted((ROOT / "programmes").rglob("*.case"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_written_and_read_again_is_the_same(path: Path) -> None:
    document, findings = load_programme(path)
    assert not findings
    assert document is not None
    text = write_node(document.value)
    again, findings = read_programme(text.replace("extends:", "# extends:"), "again.yaml")
    assert not findings
    assert again is not None
    whole = document.value.model_copy(update={"extends": None})
    assert again.value.model_copy(update={"extends": None}) == whole
    assert write_node(again.value) == text.replace(f"extends: {document.value.extends}\n", "")


def spelled(value: object) -> object:
    """What an editor's YAML 1.2 reader hands to a schema: dates are texts."""
    if isinstance(value, dict):
        return {str(k): spelled(v) for k, v in value.items()}
    if isinstance(value, list):
        return [spelled(v) for v in value]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_programmes_follow_the_schema(path: Path) -> None:
    jsonschema.validate(spelled(YAML(typ="safe").load(path.read_text("utf-8"))), programme_schema())


@pytest.mark.parametrize("path", CASES, ids=lambda p: str(p.relative_to(ROOT)))
def test_cases_follow_the_schema(path: Path) -> None:
    jsonschema.validate(spelled(YAML(typ="safe").load(path.read_text("utf-8"))), case_schema())


def test_the_schema_refuses_an_unknown_key() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"extends": "x.yaml", "colour": "red"}, programme_schema())


def test_the_shipped_schemas_are_those_of_the_model() -> None:
    for name, schema in (("quanyu.schema.json", programme_schema()), ("quanyu-case.schema.json", case_schema())):
        assert (ROOT / "docs/reference" / name).read_text("utf-8") == schema_text(schema), "run `make schema`"
