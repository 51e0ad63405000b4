"""Every fragment of the reference of the programme file is laid over its base and read."""

import re
from pathlib import Path

import pytest

from quanyu.language.load import lay_over, make_case, make_programme
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/file.md").read_text("utf-8")
FRAGMENTS = re.findall(r"^```yaml( case)?\n(.*?)^```", PAGE, re.M | re.S)


@pytest.mark.parametrize(("kind", "text"), FRAGMENTS, ids=[f[1].split(":")[0][:30] for f in FRAGMENTS])
def test_a_fragment_is_read(kind: str, text: str) -> None:
    base, _ = read_bytes((ROOT / "docs/reference/base.yaml").read_bytes(), "base.yaml")
    tree, findings = read_bytes(text.encode(), "fragment")
    assert not findings
    assert isinstance(base, Map)
    assert isinstance(tree, Map)
    if kind:
        case, findings = make_case(tree, "fragment", {})
        assert case is not None, findings
    else:
        programme, findings = make_programme(lay_over(base, tree), "fragment", {})
        assert programme is not None, findings


def test_every_key_of_the_model_is_on_the_page() -> None:
    from quanyu.language.schema import case_schema, programme_schema

    keys = {
        k
        for schema in (programme_schema(), case_schema())
        for part in schema.get("$defs", {}).values()
        for k in part.get("properties", {})
    }
    keys |= set(programme_schema()["properties"]) | set(case_schema()["properties"])
    missing = sorted(k for k in keys if not re.search(rf"(?<![\w-]){re.escape(k)}(?![\w-])", PAGE))
    assert not missing
