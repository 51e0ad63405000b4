"""What two versions of a programme write differently, by paths of keys and labels; texts and sources too."""

from collections.abc import Iterator, Mapping
from typing import Any

from quanyu.book.versions import flat_source
from quanyu.language.load import read_programme
from quanyu.language.programme import Programme
from quanyu.language.tree import Map, Seq

__all__ = ["Path", "differences", "said"]

Path = tuple[str, ...]
_LISTED = ("from", "steps", "tower")
_ABSENT: Any = object()


def differences(before: Programme, after: Programme) -> list[tuple[Path, str, str]]:
    """Path, what it was and what it is; empty where it was not or is no more. Both are compared whole."""
    return list(_between(_tree(before), _tree(after), ()))


def _tree(programme: Programme) -> Map:
    document, findings = read_programme(flat_source(programme))
    if document is None:
        raise AssertionError(f"a programme does not read what it writes: {findings}")
    return document.tree


def _between(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    before, after = _parts(old), _parts(new)
    if before is None or after is None or (path and not before and not after):
        if said(old) != said(new):
            yield path, said(old), said(new)
        return
    for key in dict.fromkeys((*before, *after)):
        one, two = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if one is _ABSENT or two is _ABSENT:
            yield (*path, key), said(one), said(two)
        else:
            listed = key in _LISTED and isinstance(two, Seq)
            yield from _between(one, two, path if listed else (*path, key))


def _parts(node: Any) -> Mapping[str, Any] | None:
    """The named parts of a node: keys of a mapping, labels of a list of steps; None for anything else."""
    if isinstance(node, Map):
        return {str(key): value for key, value in node.items()}
    if isinstance(node, Seq) and node and all(isinstance(one, Map) for one in node):
        labels = [_label(one) for one in node]
        if "" not in labels and len(set(labels)) == len(labels):
            return dict(zip(labels, node, strict=True))
    return None


def _label(step: Map) -> str:
    named = {str(key): value for key, value in step.items()}
    return str(named.get("as") or named.get("party") or "")


def said(node: Any) -> str:
    """A part of a file on one line."""
    if node is _ABSENT:
        return ""
    if isinstance(node, Map):
        return "{" + ", ".join(f"{key}: {said(value)}" for key, value in node.items()) + "}"
    if isinstance(node, Seq):
        return "[" + ", ".join(said(one) for one in node) + "]"
    return str(node)
