"""Files → frozen programmes and cases, or findings: never half of one."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from errno import EINVAL
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from quanyu.language.node import Node
from quanyu.language.programme import Case, Programme
from quanyu.language.tree import Map, Scalar, Seq, Tree, find
from quanyu.language.yaml import LARGEST_FILE, read_bytes
from quanyu.terms import Finding, Place, Severity, Text

__all__ = [
    "Document",
    "lay_over",
    "load_case",
    "load_part",
    "load_programme",
    "make_case",
    "make_programme",
    "read_programme",
]

Part = TypeVar("Part", bound=Node)
_LONGEST_CHAIN = 8
_MOST_FINDINGS = 200


@dataclass(frozen=True)
class Document(Generic[Part]):
    """A file that was read: the value it states, its tree with places, and the source lines by file."""

    value: Part
    tree: Map
    file: str
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...]) -> Place:
        """The place of the node at `path`, or of the nearest one above it that exists."""
        return find(self.tree, path)

    def excerpt(self, place: Place) -> str:
        """The source line at a place."""
        lines = self.lines.get(place.file, ())
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""


def load_programme(path: Path) -> tuple[Document[Programme] | None, list[Finding]]:
    """The programme of a file, with what it extends."""
    return _load(path, Programme)


def load_case(path: Path) -> tuple[Document[Case] | None, list[Finding]]:
    """The case of a `.case` file."""
    return _load(path, Case)


def load_part(path: Path, kind: type[Part]) -> tuple[Document[Part] | None, list[Finding]]:
    """A part that is a file of its own, read as strictly as a programme."""
    return _load(path, kind)


def read_programme(text: str, file: str = "<text>") -> tuple[Document[Programme] | None, list[Finding]]:
    """The programme stated by a text that extends nothing."""
    tree, findings = read_bytes(text.encode(), file)
    if findings or tree is None:
        return None, findings
    return _model(tree, Programme, file, {file: tuple(text.splitlines())})


def make_programme(
    tree: Map, file: str, lines: Mapping[str, tuple[str, ...]]
) -> tuple[Document[Programme] | None, list[Finding]]:
    """The programme that a tree states, such as a file laid over another."""
    return _model(tree, Programme, file, lines)


def make_case(
    tree: Map, file: str, lines: Mapping[str, tuple[str, ...]]
) -> tuple[Document[Case] | None, list[Finding]]:
    """The case that a tree states."""
    return _model(tree, Case, file, lines)


def _load(path: Path, kind: type[Part]) -> tuple[Document[Part] | None, list[Finding]]:
    lines: dict[str, tuple[str, ...]] = {}
    tree, findings = _tree(path, lines, ())
    if tree is None or findings:
        return None, findings
    return _model(tree, kind, str(path), lines)


def _tree(path: Path, lines: dict[str, tuple[str, ...]], chain: tuple[Path, ...]) -> tuple[Tree | None, list[Finding]]:
    """The tree of a file, laid over the tree of the file it extends."""
    here = Place(str(path), 1, 1)
    try:
        data = _bytes(path)
    except OSError as error:
        return None, [
            Finding(
                "cannot-read",
                here,
                Text(f"读不了文件：{error.strerror}", f"cannot read the file: {error.strerror}"),
                Text("检查路径与权限", "look at the path and at permissions"),
            )
        ]
    tree, findings = read_bytes(data, str(path))
    if findings or not isinstance(tree, Map):
        return tree, findings
    lines[str(path)] = tuple(data.decode("utf-8-sig").splitlines())
    base = tree.get(Scalar("extends"))
    if not isinstance(base, Scalar) or not base:
        return tree, []
    target = (path.parent / base).resolve()
    if target in chain or len(chain) >= _LONGEST_CHAIN:
        return None, [
            Finding(
                "extends-circle",
                base.place,
                Text("extends 绕成了圈或链太长", "`extends` goes in a circle or the chain is too long"),
                Text("让最早的版本不再 extend", "let the first version extend nothing"),
                excerpt=lines[str(path)][base.place.line - 1],
            )
        ]
    under, findings = _tree(target, lines, (*chain, path.resolve()))
    if findings or not isinstance(under, Map):
        return None, [
            *findings,
            Finding(
                "extends-refused",
                base.place,
                Text(f"所扩展的 {base} 读不出来", f"what it extends, {base}, cannot be read"),
                Text("先改好那个文件", "mend that file first"),
                excerpt=lines[str(path)][base.place.line - 1],
            ),
        ]
    return lay_over(under, tree), []


def _bytes(path: Path) -> bytes:
    """What a file holds, one byte more than allowed at most. Devices and pipes, which may never end, are no files."""
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise OSError(EINVAL, "not a regular file")
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def lay_over(under: Map, over: Map) -> Map:
    """`over` on top of `under`: mappings merge key by key, lists of labelled items merge by label, the rest replaces.

    An empty value (`key:` with nothing) takes the key away.
    """
    out = Map()
    out.place, out.flow = over.place, over.flow
    out.update(under)
    for key, value in over.items():
        below = under.get(key)
        out.pop(key, None)
        if isinstance(value, Scalar) and not value and not value.quoted:
            continue
        if isinstance(value, Map) and isinstance(below, Map):
            out[key] = lay_over(below, value)
        elif isinstance(value, Seq) and isinstance(below, Seq) and _labelled(value) and _labelled(below):
            out[key] = _merge_labels(below, value)
        else:
            out[key] = value
    return out


def _labelled(items: Seq) -> bool:
    return bool(items) and all(isinstance(i, Map) and Scalar("as") in i for i in items)


def _merge_labels(below: Seq, above: Seq) -> Seq:
    known = {str(i["as"]): i for i in below}
    out = Seq(
        lay_over(known[str(i["as"])], i)
        if str(i["as"]) in known
        and i.get("party", known[str(i["as"])].get("party")) == known[str(i["as"])].get("party")
        else i
        for i in above
    )
    out.place, out.flow = above.place, above.flow
    return out


def _model(
    tree: Tree, kind: type[Part], file: str, lines: Mapping[str, tuple[str, ...]]
) -> tuple[Document[Part] | None, list[Finding]]:
    if not isinstance(tree, Map):
        return None, [
            Finding(
                "not-a-mapping",
                Place(file, 1, 1),
                Text("文件应是一个映射（键: 值）", "the file should be a mapping (key: value)"),
                Text("从 programme: 开始写", "begin with programme:"),
            )
        ]
    try:
        value = kind.model_validate(tree)
    except ValidationError as error:
        errors = error.errors()
        findings = [_finding(e, tree, lines, kind) for e in errors[:_MOST_FINDINGS]]
        more = [_more(file, len(errors))] if len(errors) > _MOST_FINDINGS else []
        return None, [*dict.fromkeys(findings), *more]
    return Document(value, tree, file, lines), []


def _more(file: str, count: int) -> Finding:
    return Finding(
        "more-findings",
        Place(file, 1, 1),
        Text(f"共 {count} 处，只列出前 {_MOST_FINDINGS} 处", f"{count} in all, the first {_MOST_FINDINGS} are shown"),
        Text("先改好列出的", "mend these first"),
    )


_KINDS = {
    "extra_forbidden": "unknown-key",
    "missing": "missing-key",
    "literal_error": "not-allowed",
    "too_short": "missing-key",
    "model_type": "wrong-type",
    "dict_type": "wrong-type",
    "tuple_type": "wrong-type",
    "string_type": "wrong-type",
    "int_parsing": "wrong-type",
    "int_type": "wrong-type",
    "model_attributes_type": "wrong-type",
}


def _finding(error: Any, tree: Map, lines: Mapping[str, tuple[str, ...]], kind: type[Node]) -> Finding:
    path = tuple(p for p in error["loc"] if not (isinstance(p, str) and p.startswith("<")))
    code = _KINDS.get(error["type"], error["type"])
    if error["type"].startswith(("value_error", "union")) or "_" in code:
        code = "wrong-type"
    place = find(tree, path)
    if code == "unknown-key":
        place = next((k.place for k in _mapping(tree, path[:-1]) if k == path[-1]), place)
    source = lines.get(place.file, ())
    excerpt = source[place.line - 1] if 0 < place.line <= len(source) else ""
    reason, remedy = _words(code, error, path, kind)
    return Finding(code, place, reason, remedy, Severity.ERROR, excerpt)


def _mapping(tree: Any, path: tuple[Any, ...]) -> Map:
    for step in path:
        if (isinstance(tree, Map) and step in tree) or (
            isinstance(tree, Seq) and isinstance(step, int) and step < len(tree)
        ):
            tree = tree[step]
    return tree if isinstance(tree, Map) else Map()


def _words(code: str, error: Any, path: tuple[Any, ...], kind: type[Node]) -> tuple[Text, Text]:
    context = error.get("ctx") or {}
    if "zh" in context:
        return Text(context["zh"], context["en"]), Text(context["remedy_zh"], context["remedy_en"])
    name = path[-1] if path else ""
    match code:
        case "unknown-key":
            near = _nearest(str(name), kind)
            hint = (
                Text(f"是不是“{near}”？", f"did you mean `{near}`?")
                if near
                else Text("删去它，或查参考手册", "delete it, or see the reference")
            )
            return Text(f"这里没有“{name}”这个键", f"there is no key `{name}` here"), hint
        case "missing-key" if isinstance(name, int):
            return Text(
                f"“{_spoken(path[:-1])}”缺第 {name + 1} 项", f"`{_spoken(path[:-1])}` lacks item {name + 1}"
            ), Text("见参考手册中这个键的例子", "see the example of this key in the reference")
        case "missing-key":
            return Text(f"缺少“{name}”", f"`{name}` is missing"), Text(f"写上 {name}:", f"write {name}:")
        case "not-allowed":
            allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            return Text(
                f"“{error.get('input')}”不在允许值之内", f"`{error.get('input')}` is not one of the allowed values"
            ), Text(f"用其中之一：{allowed}", f"use one of: {allowed}")
        case _:
            zh, en = _FORMS.get(error["type"], (error["msg"], error["msg"]))
            name = _spoken(path)
            return Text(f"“{name}”的写法不对：{zh}", f"`{name}` has the wrong form: {en}"), Text(
                "见参考手册中这个键的例子", "see the example of this key in the reference"
            )


_MAPPING = ("这里要写映射 {键: 值}", "a mapping {key: value} stands here")
_FORMS = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": ("这里要写列表 [a, b]", "a list [a, b] stands here"),
    "string_type": ("这里要写一个词或一段文字", "one word or text stands here"),
    "int_type": ("这里要写整数", "a whole number stands here"),
    "int_parsing": ("这里要写整数", "a whole number stands here"),
    "too_long": ("这里的项太多", "too many items stand here"),
    "greater_than_equal": ("这个数太小", "the number is too small"),
}


def _spoken(path: tuple[Any, ...]) -> str:
    """The last key; an item of a list by its number from 1."""
    name = path[-1] if path else ""
    return f"{path[-2]} {name + 1}" if isinstance(name, int) and len(path) > 1 else str(name)


def _nearest(name: str, kind: type[Node]) -> str | None:
    near = get_close_matches(name, _keys(kind.model_json_schema(by_alias=True)) - {name}, 1, 0.7)
    return near[0] if near else None


def _keys(schema: Any) -> set[str]:
    """Every key of the language, for suggestions."""
    if isinstance(schema, list):
        return {key for item in schema for key in _keys(item)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*(_keys(item) for item in schema.values()))
