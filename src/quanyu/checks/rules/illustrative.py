"""Every number of the terms has a source or is marked illustrative, and every mark means something."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.checks.written import Written
from quanyu.formula.tree import Number, walk
from quanyu.language.tree import Map, Seq
from quanyu.terms import Finding, Text

__all__ = ["RULE", "resolve"]

_INSIDE = ("from", "to", "steps", "tower", "sublimits", "members", "columns")


def resolve(tree: Any, dotted: str) -> Path | None:
    """The path in the file that `losses.relief.cap` names: keys, or labels of steps. None where there is nothing."""
    return _resolve(tree, tuple(dotted.split(".")))


def _resolve(node: Any, words: tuple[str, ...]) -> Path | None:
    if not words:
        return ()
    word, rest = words[0], words[1:]
    for step, inner in _named(node, word):
        found = _resolve(inner, rest)
        if found is not None:
            return (step, *found)
    if isinstance(node, Map):
        for key, inner in node.items():
            if key in _INSIDE:
                found = _resolve(inner, words)
                if found is not None:
                    return (str(key), *found)
    if isinstance(node, Seq):
        for n, inner in enumerate(node):
            if isinstance(inner, Map) and any(key in inner for key in _INSIDE):
                found = next((f for k in ("steps", "tower", "sublimits") if (f := _under(inner, k, words))), None)
                if found is not None:
                    return (n, *found)
    return None


def _under(node: Map, key: str, words: tuple[str, ...]) -> Path | None:
    inner = next((value for k, value in node.items() if k == key), None)
    found = None if inner is None else _resolve(inner, words)
    return None if found is None else (key, *found)


def _named(node: Any, word: str) -> Iterator[tuple[str | int, Any]]:
    """What a word names inside a node: the key of a mapping, the label or number of an item of a list."""
    if isinstance(node, Map):
        yield from ((str(key), value) for key, value in node.items() if key == word)
    elif isinstance(node, Seq):
        for n, item in enumerate(node):
            label = next((v for k in ("as", "party") for key, v in _items(item) if key == k), None)
            if label == word or str(n) == word:
                yield n, item


def _items(item: Any) -> list[tuple[str, Any]]:
    return [(str(k), v) for k, v in item.items()] if isinstance(item, Map) else []


def _search(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    marked: list[Path] = []
    for n, dotted in enumerate(programme.illustrative):
        found = () if dotted == "all" else resolve(inspection.document.tree, dotted)
        if found is None:
            yield _unknown(inspection, dotted, n)
        else:
            marked.append(found)
    if programme.source is not None:
        return
    for one in inspection.written:
        if _is_number(one) and not _covered(inspection, one.path, marked):
            yield inspection.finding(
                "illustrative-missing",
                one.source.place or one.path,
                Text(
                    f"`{one.source}` 没有出处，也没有标为示意",
                    f"`{one.source}` has no source and is not marked illustrative",
                ),
                Text(
                    "写 source:（这里、上层或文件），或把路径列入 illustrative",
                    "write `source:` here, above or for the file, or list the path under `illustrative`",
                ),
            )


def _unknown(inspection: Inspection, dotted: str, n: int) -> Finding:
    head = dotted.split(".", 1)[0]
    near = get_close_matches(head, [str(key) for key in inspection.document.tree], 1, 0.6)
    hint = Text(
        "路径由键与步骤的标签组成，如 losses.relief.cap", "a path is made of keys and labels, such as losses.relief.cap"
    )
    if near and near[0] != head:
        hint = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    path: Path = ("illustrative", n) if inspection.has(("illustrative", n)) else ("illustrative",)
    reason = Text(f"“{dotted}”不指向文件里的任何东西", f"`{dotted}` leads to nothing in this file")
    return inspection.finding("unknown-illustrative-path", path, reason, hint)


def _is_number(one: Written) -> bool:
    """Whether an expression states a number of its own; 0 and 1 say only nothing and all."""
    if one.expr is None or one.path[0] in ("must", "stop", "underwriting"):
        return False
    return any(isinstance(node, Number) and node.value not in (0, 1) for node, _ in walk(one.expr.root))


def _covered(inspection: Inspection, path: Path, marked: list[Path]) -> bool:
    if any(path[: len(mark)] == mark for mark in marked):
        return True
    return any(inspection.has((*path[:depth], "source")) for depth in range(len(path), 0, -1))


RULE = Rule(("unknown-illustrative-path", "illustrative-missing"), _search)
