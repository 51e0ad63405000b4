"""A supervisor's change as a file states it: paths with new texts, and the programmes it is meant for."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from quanyu.book.differing import said
from quanyu.language.change import found_terms
from quanyu.language.load import Document
from quanyu.language.programme import Programme
from quanyu.language.tree import Map, Scalar, Seq, Tree
from quanyu.language.yaml import read_bytes
from quanyu.terms import Finding, Place, Text

__all__ = ["SupervisorsChange", "read_change"]

_KEYS = {"change", "source", "where", "set", "examples"}
_WHERE = {"family", "programme", "has", "is"}


@dataclass(frozen=True)
class SupervisorsChange:
    """terms: path → new text, empty to take a term away. The programmes meant: of a family, whose name fits a
    pattern, that have all of some terms, and whose terms read as stated. drop: examples that no longer hold go."""

    name: Text
    source: Text | None
    terms: Mapping[str, str]
    family: str = ""
    programme: str = "*"
    has: tuple[str, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    drop: bool = False

    def unmet(self, document: Document[Programme]) -> Text | None:
        """Why a programme is not meant; None where it is."""
        programme = document.value
        if self.family and programme.family != self.family:
            return Text(f"门类是 {programme.family}", f"its family is {programme.family}")
        if not fnmatchcase(programme.programme, self.programme):
            return Text(f"名称不合 {self.programme}", f"its name does not fit {self.programme}")
        for path in self.has:
            if not found_terms(document, path):
                return Text(f"没有 {path}", f"it has no {path}")
        for path, text in self.reads:
            if text not in [said(node) for node in found_terms(document, path)]:
                return Text(f"{path} 不是 {text}", f"{path} is not {text}")
        return None


def read_change(path: Path) -> SupervisorsChange | list[Finding]:
    """The change of a file, or everything that is wrong in it."""
    try:
        tree, findings = read_bytes(path.read_bytes(), str(path))
    except OSError as error:
        return [_wrong(path, Text(f"读不到：{error}", f"it cannot be read: {error}"))]
    if findings or not isinstance(tree, Map):
        return findings or [_wrong(path, Text("不是一份改动", "it states no change"))]
    where = tree.get(Scalar("where"), Map())
    terms = tree.get(Scalar("set"), Map())
    if not isinstance(where, Map) or not isinstance(terms, Map) or not terms:
        return [_wrong(path, Text("set 下写路径与新文本", "`set` holds paths with their new texts"))]
    strange = [str(key) for node, known in ((tree, _KEYS), (where, _WHERE)) for key in node if str(key) not in known]
    if strange:
        listed = ", ".join(strange)
        return [_wrong(path, Text(f"不认识 {listed}", f"{listed} is not known"))]
    reads = where.get(Scalar("is"), Map())
    return SupervisorsChange(
        name=_text(tree.get(Scalar("change"), path.stem)),
        source=_text(tree[Scalar("source")]) if "source" in tree else None,
        terms={str(key): "" if value is None else said(value) for key, value in terms.items()},
        family=str(where.get(Scalar("family"), "")),
        programme=str(where.get(Scalar("programme"), "*")),
        has=_list(where.get(Scalar("has"))),
        reads=tuple((str(key), said(value)) for key, value in reads.items()) if isinstance(reads, Map) else (),
        drop=str(tree.get(Scalar("examples"), "keep")) == "drop",
    )


def _text(node: Tree | str) -> Text:
    if isinstance(node, Map):
        zh, en = (node.get(Scalar(name)) for name in ("zh", "en"))
        return Text(str(zh or en or ""), str(en or zh or ""))
    return Text.same(str(node))


def _list(node: Tree | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(str(one) for one in node) if isinstance(node, Seq) else (str(node),)


def _wrong(path: Path, reason: Text) -> Finding:
    remedy = Text(
        "写 change、source、where: {family, programme, has, is}、set: {路径: 新文本}、examples: keep | drop",
        "write change, source, where: {family, programme, has, is}, set: {path: text}, examples: keep | drop",
    )
    return Finding("change-unreadable", Place(str(path), 1, 1), reason, remedy)
