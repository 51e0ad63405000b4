"""Small programmes for the tests: an overlay on the clean one, and what is said of it."""

from functools import cache
from pathlib import Path

from quanyu.checks import check_programme
from quanyu.language.load import Document, lay_over, make_programme
from quanyu.language.programme import Programme
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes
from quanyu.terms import Finding

BASE = Path(__file__).resolve().parents[1] / "findings" / "base.yaml"


@cache
def _base() -> Map:
    tree, _ = read_bytes(BASE.read_bytes(), "base.yaml")
    assert isinstance(tree, Map)
    return tree


def document(overlay: str, file: str = "overlay.yaml") -> Document[Programme]:
    """The clean programme with `overlay` laid over it."""
    tree, findings = read_bytes(overlay.encode(), file)
    assert isinstance(tree, Map), findings
    lines = {file: tuple(overlay.splitlines()), "base.yaml": tuple(BASE.read_text("utf-8").splitlines())}
    made, findings = make_programme(lay_over(_base(), tree), file, lines)
    assert made is not None, findings
    return made


def said(overlay: str) -> list[Finding]:
    """What is said of the clean programme with `overlay` laid over it."""
    return check_programme(document(overlay))


def codes(overlay: str) -> list[str]:
    """The codes alone, in order of place."""
    return [finding.code for finding in said(overlay)]
