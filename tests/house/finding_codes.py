"""Every code that a finding of the product can have, read from the sources."""

import ast
import re
from pathlib import Path

from quanyu.checks import RULES

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
FIRST = {"Finding", "PlanRefused", "stopped"}
MAKERS = {
    "_add",
    "_finding",
    "unreadable",
    "Finding",
    "PlanRefused",
    "finding",
    "refuse",
    "report",
    "say",
    "stopped",
    "found",
    "_unknown",
    "_wrong",
    "_twice",
}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _literal(node: ast.expr | None) -> str | None:
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
    return text if text and CODE.fullmatch(text) else None


def _single(node: ast.Call) -> set[str | None]:
    """A code of one word, such as `nobody`."""
    first = node.args[0] if node.args and _called(node) in FIRST else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return {text} if re.fullmatch(r"[a-z]+", text) else set()


def codes_of(source: str) -> set[str]:
    """The codes in one module: first arguments of what makes findings, and values given to a name `code`."""
    found: set[str | None] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node) in MAKERS:
            found |= {_literal(argument) for argument in node.args[:3]}
            found |= _single(node)
            found |= {_literal(keyword.value) for keyword in node.keywords if keyword.arg == "code"}
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "code" for t in node.targets):
            found |= {_literal(value) for value in ast.walk(node.value) if isinstance(value, ast.expr)}
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "_KINDS" for t in node.targets):
            values = node.value.values if isinstance(node.value, ast.Dict) else []
            found |= {_literal(value) for value in values}
    return {code for code in found if code}


def every_code() -> dict[str, set[str]]:
    """Every code with the modules that make it."""
    where: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for code in codes_of(path.read_text("utf-8")):
            where.setdefault(code, set()).add(str(path.relative_to(ROOT / "src" / "quanyu")))
    for rule in RULES:
        for code in rule.codes:
            where.setdefault(code, set()).add("checks")
    return where
