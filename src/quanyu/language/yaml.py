"""YAML text → tree. Every attack of the format ends in a finding, never in a traceback or a hang."""

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from quanyu.language.tree import Map, Scalar, Seq, Tree
from quanyu.terms import Finding, Place, Text

__all__ = ["LARGEST_FILE", "read_bytes"]

LARGEST_FILE = 2 << 20
_DEEPEST, _MOST_NODES = 60, 200_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FULL_WIDTH = re.compile(r"[A-Za-z0-9_\"'\]}]\s*([：，｛｝［］])")
_COMMA = Text(
    '花括号里的表达式或带逗号的数要加引号：{attachment: "max(500, 10% * amount)"}，数字写 300000 或 30万',
    'quote an expression inside braces: {attachment: "max(500, 10% * amount)"}; write 300000 or 30万',
)

_TORN = Text(
    "花括号里未加引号的逗号把一个值切成了两个键", "an unquoted comma inside braces cuts one value into two keys"
)
_PLAIN_SIGNS = Text(
    "冒号、逗号、括号用半角：{as: a, party: b}",
    "write plain colons, commas and braces, not full-width ones: {as: a, party: b}",
)


@dataclass
class _Open:
    """A collection being read: its node, the key that waits for a value, and how many nodes it holds when expanded."""

    node: Map | Seq
    anchor: str | None
    key: Scalar | None = None
    size: int = 1


@dataclass
class _Builder:
    """Puts events together to a tree with an explicit stack: depth is bounded by a finding, not by the interpreter."""

    file: str
    root: Tree | None = None
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Tree, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, mark: Any, end: Any = None) -> Place:
        stop = end.column + 1 if end is not None and end.line == mark.line else mark.column + 2
        return Place(self.file, mark.line + 1, mark.column + 1, stop)

    def say(self, code: str, place: Place, reason: Text, remedy: Text) -> None:
        self.findings.append(Finding(code, place, reason, remedy))

    def put(self, node: Tree, size: int) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        if isinstance(top.node, Seq):
            top.node.append(node)
        elif top.key is None:
            self.take_key(top, node)
        else:
            self.comma(top.node, top.key, node)
            top.node[top.key] = node
            top.key = None

    def take_key(self, top: _Open, node: Tree) -> None:
        if not isinstance(node, Scalar):
            self.say(
                "bad-key",
                node.place,
                Text("键必须是一个词", "a key must be a single scalar"),
                Text("给键一个名称", "give the key a name"),
            )
            node = Scalar.make(f"?{len(top.node)}", node.place)
        elif node in top.node:
            first = next(k for k in top.node if k == node)
            self.say(
                "duplicate-key",
                node.place,
                Text(
                    f"键“{node}”已在第 {first.place.line} 行写过", f"`{node}` already stands in line {first.place.line}"
                ),
                Text("删去其中一个，或改名", "delete one of the two, or rename it"),
            )
            node = Scalar.make(f"{node}#{len(top.node)}", node.place)
        top.key = node

    def comma(self, parent: Map | Seq, key: Scalar, value: Tree) -> None:
        """`{limit: 300,000}` and `{attachment: max(500, 10%)}` read as two keys: say so instead of guessing."""
        if not parent.flow or not isinstance(value, Scalar):
            return
        torn = not value.quoted and value.count("(") + value.count("（") > value.count(")") + value.count("）")
        empty = not value.quoted and value == "" and not key.quoted
        if torn or empty:
            spot = value.place if torn else key.place
            self.say(
                "unquoted-comma",
                spot,
                _TORN if torn else Text(f"{_TORN.zh}，或“{key}”没有写值", f"{_TORN.en}, or `{key}` has no value"),
                _PLAIN_SIGNS if empty and _FULL_WIDTH.search(key) else _COMMA,
            )

    def close(self) -> None:
        done = self.stack.pop()
        if done.anchor:
            self.anchors[done.anchor] = (done.node, done.size)
        self.put(done.node, done.size)


def read_bytes(data: bytes, file: str) -> tuple[Tree | None, list[Finding]]:
    """The tree of one YAML document, or findings. Scalars stay text; nothing is resolved or constructed."""
    text, finding = _decode(data, file)
    if finding:
        return None, [finding]
    builder = _Builder(file)
    try:
        for event in YAML(typ="rt", pure=True).parse(text):
            _take(builder, event)
            if len(builder.findings) > 200 or _fatal(builder):
                break
    except MarkedYAMLError as error:
        builder.findings.append(_syntax(error, file, text))
    except (YAMLError, ReaderError, ValueError) as error:
        builder.say(
            "yaml-syntax",
            Place(file, 1, 1),
            Text(f"不是有效的 YAML：{error}", f"not valid YAML: {error}"),
            Text("检查文件开头与特殊字符", "look at the beginning of the file and at special characters"),
        )
    if builder.root is None and not builder.findings:
        builder.say(
            "empty-file",
            Place(file, 1, 1),
            Text("文件是空的", "the file is empty"),
            Text(
                "至少写 programme、version、name、parties、covers、losses、examples",
                "write at least programme, version, name, parties, covers, losses and examples",
            ),
        )
    return builder.root, [_with_excerpt(f, text) for f in builder.findings]


def _fatal(builder: _Builder) -> bool:
    return any(f.code in ("yaml-too-deep", "yaml-too-large") for f in builder.findings)


def _take(b: _Builder, event: Any) -> None:
    if isinstance(event, ScalarEvent):
        _tag(b, event)
        quoted = event.style is not None
        value = _printable(b, event)
        node = Scalar.make(
            "" if not quoted and value in ("~", "null") else value,
            b.place(event.start_mark, event.end_mark),
            quoted=quoted,
        )
        if quoted and event.style in "'\"":
            node.place = Place(node.place.file, node.place.line, node.place.column + 1, max(node.place.end - 1, 0))
        if event.anchor:
            b.anchors[event.anchor] = (node, 1)
        b.put(node, 1)
    elif isinstance(event, MappingStartEvent | SequenceStartEvent):
        _open(b, event)
    elif isinstance(event, MappingEndEvent | SequenceEndEvent):
        b.close()
    elif isinstance(event, AliasEvent):
        _alias(b, event)
    elif isinstance(event, DocumentStartEvent) and b.root is not None:
        b.say(
            "second-document",
            b.place(event.start_mark),
            Text("一个文件只放一个文档", "one file holds one document"),
            Text("删去 --- 之后的部分，或另存为一个文件", "delete what follows ---, or save it as a file of its own"),
        )


def _printable(b: _Builder, event: Any) -> str:
    """The text of a scalar. An escape such as `\\ud800` or `\\x1b` can write what no file and no terminal may hold."""
    value = "" if event.value is None else str(event.value)
    found = _UNPRINTABLE.search(value)
    if found is None:
        return value
    b.say(
        "control-character",
        b.place(event.start_mark, event.end_mark),
        Text(f"转义写出了字符 U+{ord(found[0]):04X}", f"an escape writes the character U+{ord(found[0]):04X}"),
        Text("删去它", "delete it"),
    )
    return _UNPRINTABLE.sub("", value)


def _tag(b: _Builder, event: Any) -> None:
    if event.tag is not None:
        b.say(
            "yaml-tag",
            b.place(event.start_mark),
            Text("不允许 YAML 标签", "YAML tags are not allowed"),
            Text("删去标签", "delete the tag"),
        )


def _open(b: _Builder, event: Any) -> None:
    node: Map | Seq = Map() if isinstance(event, MappingStartEvent) else Seq()
    node.place, node.flow = b.place(event.start_mark), bool(event.flow_style)
    _tag(b, event)
    b.stack.append(_Open(node, event.anchor))
    if len(b.stack) > _DEEPEST:
        b.say(
            "yaml-too-deep",
            node.place,
            Text(f"嵌套超过 {_DEEPEST} 层", f"nested more than {_DEEPEST} levels deep"),
            Text("检查是否多了括号", "look for brackets too many"),
        )


def _alias(b: _Builder, event: Any) -> None:
    place = b.place(event.start_mark, event.end_mark)
    if event.anchor not in b.anchors:
        b.say(
            "yaml-alias",
            place,
            Text(f"引用 *{event.anchor} 没有定义，或引用了自身", f"*{event.anchor} is not defined, or contains itself"),
            Text(f"在前面写 &{event.anchor}", f"write &{event.anchor} before it"),
        )
        b.put(Scalar.make("", place), 1)
        return
    node, size = b.anchors[event.anchor]
    if sum(o.size for o in b.stack) + size > _MOST_NODES:
        b.say(
            "yaml-too-large",
            place,
            Text(f"展开引用后超过 {_MOST_NODES} 个节点", f"more than {_MOST_NODES} nodes once aliases are expanded"),
            Text("不要层层引用", "do not alias aliases"),
        )
        return
    b.put(node, size)


def _decode(data: bytes, file: str) -> tuple[str, Finding | None]:
    here = Place(file, 1, 1)
    if len(data) > LARGEST_FILE:
        return "", Finding(
            "file-too-large",
            here,
            Text(f"文件超过 {LARGEST_FILE >> 20} MB", f"the file has more than {LARGEST_FILE >> 20} MB"),
            Text("数据放进表格，文件只写规则", "put data into a table; the file holds terms only"),
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        return "", Finding(
            "not-utf-8",
            Place(file, line, column),
            Text("文件不是 UTF-8 编码", "the file is not UTF-8"),
            Text(f"用 UTF-8 另存（{_encoding(data)}）", f"save it as UTF-8 ({_encoding(data)})"),
        )
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        return "", Finding(
            "control-character",
            Place(file, line, column),
            Text(f"有控制字符 U+{ord(found[0]):04X}", f"a control character U+{ord(found[0]):04X}"),
            Text("删去它", "delete it"),
            excerpt="",
        )
    return text, None


def _encoding(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GB18030"


def _syntax(error: MarkedYAMLError, file: str, text: str) -> Finding:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    place = Place(file, line, column, column + 1)
    lines = text.splitlines()
    source = lines[line - 1] if line <= len(lines) else ""
    if "\t" in source and ("\\t" in str(error.problem) or source.lstrip(" ").startswith("\t")):
        return Finding(
            "yaml-tab",
            Place(file, line, source.index("\t") + 1),
            Text("缩进用了制表符", "a tab is used to indent"),
            Text("用空格缩进", "indent with spaces"),
        )
    problem = str(error.problem or error.context or "")
    signs = any(_FULL_WIDTH.search(near) for near in lines[max(line - 2, 0) : line])
    return Finding(
        "yaml-syntax",
        place,
        Text(f"YAML 语法有误：{problem}", f"not valid YAML: {problem}"),
        _PLAIN_SIGNS
        if signs
        else Text(
            "检查缩进、引号与括号；花括号里的表达式要加引号",
            "look at indentation, quotes and brackets; quote expressions inside braces",
        ),
    )


def _with_excerpt(finding: Finding, text: str) -> Finding:
    lines = text.splitlines()
    place = finding.place
    if place is None or finding.excerpt or not 0 < place.line <= len(lines):
        return finding
    return Finding(finding.code, place, finding.reason, finding.remedy, finding.severity, lines[place.line - 1])
