"""What if: terms of a programme replaced by others, found by the labels of their steps."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from quanyu.language.load import Document, make_programme
from quanyu.language.programme import Programme
from quanyu.language.tree import Map, Scalar, Seq, Tree
from quanyu.language.yaml import read_bytes
from quanyu.terms import Finding, Place, Text

__all__ = ["found_terms", "with_terms"]

_LISTS = ("from", "to", "steps", "tower", "sublimits")
_BY_SCOPE = ("attachment", "limit", "cap", "quota")
_BESIDE = frozenset({"promises", "underwriting", "sees", "must", "stop", "closes", "conventions", "source", "sources"})
"""Parts beside the flows: a programme that has none can be given them."""
_SEGMENT = re.compile(r'"[^"]*"|(?:\([^)\]]*[)\]]|\[[^)\]]*[)\]]|[^.\[("])+')
_Key = str | int


def with_terms(document: Document[Programme], changes: Mapping[str, str]) -> Document[Programme] | list[Finding]:
    """The programme with other terms, or every finding: unknown paths, unreadable texts, what the model refuses.

    changes: path → text, such as `losses.relief.cap.period` → `5亿`. A path goes through keys and labels; a step is
    named by its label alone, or by the labels above it, wherever it stands in its flow. A term the step does not have
    yet is added, and so is a part beside the flows, such as `promises`; an empty text takes it away. The result still
    has to be checked, as any programme.
    """
    tree, findings = document.tree, []
    lines = dict(document.lines)
    for path, text in changes.items():
        name = f"--set {path}"
        lines[name] = (f"{path}={text}",)
        changed = _changed(tree, path, text, name)
        if isinstance(changed, list):
            findings += changed
        else:
            tree = changed
    if findings:
        return findings
    made, findings = make_programme(tree, document.file, lines)
    return findings if made is None else made


def found_terms(document: Document[Programme], path: str) -> list[Tree]:
    """What stands at a path, which goes through keys and labels as in `with_terms`; nothing where nothing does."""
    segments = [segment.strip('"') for segment in _SEGMENT.findall(path)]
    found = [_at(document.tree, place) for place in _resolve(document.tree, segments)]
    return [node for node in found if node is not None]


def _at(tree: Tree, path: tuple[_Key, ...]) -> Tree | None:
    node: Any = tree
    for key in path:
        if isinstance(key, int) and isinstance(node, Seq):
            node = node[key]
        elif isinstance(node, Map) and key in node:
            node = node[Scalar(str(key))]
        else:
            return None
    found: Tree = node
    return found


def _changed(tree: Map, path: str, text: str, name: str) -> Map | list[Finding]:
    segments = [s.strip('"') for s in _SEGMENT.findall(path)]
    value = _value(text, name)
    if isinstance(value, list) and not isinstance(value, Seq):
        return value
    places = _resolve(tree, segments)
    if not places and value is not None and len(segments) <= 2 and segments[0] in _BESIDE and segments[0] not in tree:
        places = [tuple(segments)]
    if len(places) == 1:
        done = _put(tree, places[0], value)
        assert isinstance(done, Map)
        return done
    return [_ambiguous(path, places) if places else _unknown(tree, path, segments)]


def _value(text: str, name: str) -> Tree | list[Finding] | None:
    """The text as a node of a file; None for nothing."""
    if not text.strip():
        return None
    tree, findings = read_bytes(f"value: {text}".encode(), name)
    if findings or not isinstance(tree, Map):
        return findings
    value: Tree = tree[Scalar("value")]
    return value


def _resolve(tree: Tree, segments: list[str]) -> list[tuple[_Key, ...]]:
    """Every place that the segments name, by key and index."""
    found: list[tuple[_Key, ...]] = []
    if not segments:
        return [()]
    head, rest = segments[0], segments[1:]
    if isinstance(tree, Map):
        if head in tree:
            inner = tree[Scalar(head)]
            if _is_step(tree) and head in _BY_SCOPE and isinstance(inner, Map) and len(rest) == 1:
                return [(head, rest[0])]
            return [(head, *below) for below in _resolve(inner, rest)]
        if _is_step(tree) and len(segments) <= 2 and head not in _labels(tree):
            return [tuple(segments)]
        for key in _LISTS:
            if isinstance(tree.get(Scalar(key)), Seq):
                found = [(key, *below) for below in _resolve(tree[Scalar(key)], segments)]
            if found:
                return found
        return []
    if isinstance(tree, Seq):
        own = [i for i, item in enumerate(tree) if isinstance(item, Map) and _label(item) == head]
        if own:
            return [(i, *below) for i in own for below in _resolve(tree[i], rest)]
        inner = [(i, key) for i, item in enumerate(tree) if isinstance(item, Map) for key in _LISTS if key in item]
        return [(i, key, *below) for i, key in inner for below in _resolve(tree[i][Scalar(key)], segments)]
    return []


def _is_step(tree: Map) -> bool:
    return bool(_label(tree)) and ("as" in tree or "party" in tree)


def _label(step: Map) -> str:
    label = step.get(Scalar("as"), step.get(Scalar("party"), ""))
    return str(label)


def _labels(tree: Tree) -> Iterator[str]:
    """All labels below a node."""
    for child in tree.values() if isinstance(tree, Map) else tree if isinstance(tree, Seq) else ():
        if isinstance(child, Map) and isinstance(tree, Seq) and _label(child):
            yield _label(child)
        if isinstance(child, Map | Seq):
            yield from _labels(child)


def _put(tree: Any, path: tuple[_Key, ...], value: Tree | None) -> Tree:
    """The tree with another node at `path`; what is not on the path is shared."""
    if not path:
        assert value is not None
        return value
    head, rest = path[0], path[1:]
    if isinstance(tree, Seq):
        items = Seq(tree)
        items.place, items.flow = tree.place, tree.flow
        assert isinstance(head, int)
        items[head] = _put(tree[head], rest, value)
        return items
    out = Map()
    out.place, out.flow = Place("--set", 1, 1), True
    if isinstance(tree, Map):
        out.update(tree)
        out.place, out.flow = getattr(tree, "place", out.place), getattr(tree, "flow", out.flow)
    key = next((k for k in out if k == head), Scalar.make(str(head), out.place))
    if not rest and value is None:
        out.pop(key, None)
    else:
        out[key] = _put(out.get(key, Map()), rest, value)
    return out


def _unknown(tree: Map, path: str, segments: list[str]) -> Finding:
    depth, node = 0, tree
    while depth < len(segments) and isinstance(node, Map) and segments[depth] in node:
        depth, node = depth + 1, node[Scalar(segments[depth])]
    known = sorted(set(_labels(node))) or ([str(k) for k in node] if isinstance(node, Map) else [])
    known = [str(k) for k in tree] if depth == 0 else known
    wrong = segments[depth] if depth < len(segments) else path
    near = get_close_matches(wrong, known, 1, 0.6)
    hint = f" `{near[0]}`" if near else f": {', '.join(known[:12])}"
    return Finding(
        "unknown-term",
        None,
        Text(f"方案里没有 {path}", f"the programme has no {path}"),
        Text(f"写成 流.标签.条款，如 losses.relief.cap.period；已有{hint}",
             f"write flow.label.term, such as losses.relief.cap.period; there is{hint}"),
    )  # fmt: skip


def _ambiguous(path: str, places: list[tuple[_Key, ...]]) -> Finding:
    return Finding(
        "ambiguous-term",
        None,
        Text(f"{path} 指着 {len(places)} 处", f"{path} names {len(places)} places"),
        Text("把上层步骤的标签写进路径", "write the labels of the steps above into the path"),
    )
