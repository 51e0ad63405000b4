"""The JSON Schema of programme and case files, generated from the model, for editors."""

import json
from typing import Any

from quanyu.language.programme import Case, Programme

__all__ = ["case_schema", "programme_schema", "schema_text"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def programme_schema() -> dict[str, Any]:
    """The schema of a programme file."""
    return _schema(Programme, "Quanyu programme 全域保险方案")


def case_schema() -> dict[str, Any]:
    """The schema of a case file."""
    return _schema(Case, "Quanyu case 全域案例")


def _schema(kind: type[Programme] | type[Case], title: str) -> dict[str, Any]:
    schema = kind.model_json_schema(by_alias=True, mode="validation")
    if "losses" in schema["properties"] and kind is Programme:
        short = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
        schema["properties"]["losses"] = {"anyOf": [{"$ref": "#/$defs/Losses"}, short]}
    if "extends" in schema.get("properties", {}):
        # A file that extends another may state half of a part: only whole files are held to what is required.
        for part in schema["$defs"].values():
            part.pop("required", None)
        schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["extends"]}]
    return {"$schema": _DIALECT, **schema, "title": title}


def schema_text(schema: dict[str, Any]) -> str:
    """The schema as the text of a file."""
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
