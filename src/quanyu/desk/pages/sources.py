"""Where numbers come from: the sources of the file, and of each part that has its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from quanyu.desk.open import Opened
from quanyu.desk.pages.marks import Marks
from quanyu.documents import Source
from quanyu.language.tree import Map, Seq
from quanyu.terms import Text

__all__ = ["sources_of"]

_ELSEWHERE = frozenset({"examples", "facts", "must", "stop", "underwriting", "values"})
_INSIDE = ("from", "to", "steps", "tower", "perils")


def sources_of(opened: Opened, marks: Marks) -> Iterator[Source]:
    """The file's source and sources, then those of its parts by their path, then what is illustrative."""
    programme = opened.programme
    if programme.source is not None:
        yield Source(text=programme.source)
    for text in programme.sources:
        yield Source(text=text)
    yield from _inside(opened.document.tree, (), (), marks)
    if programme.illustrative:
        listed = ", ".join(programme.illustrative)
        yield Source(
            text=Text("以下各处的数字没有公布的出处，为示意", "Numbers at these places have no published source"),
            covers=Text.same(listed),
            illustrative=True,
        )


def _inside(node: Any, shown: tuple[str, ...], path: tuple[str | int, ...], marks: Marks) -> Iterator[Source]:
    """Sources below the top of the file; those shown with their fact or condition are left out."""
    if isinstance(node, Map):
        source = next((v for k, v in node.items() if k == "source"), None)
        if source is not None and path:
            yield Source(text=_text(source), covers=Text.same(".".join(shown)), illustrative=marks.at(*path))
        for key, inner in node.items():
            if not path and key in _ELSEWHERE:
                continue
            name = () if key in _INSIDE else (str(key),)
            yield from _inside(inner, (*shown, *name), (*path, str(key)), marks)
    elif isinstance(node, Seq):
        for n, inner in enumerate(node):
            if isinstance(inner, Map):
                label = next((str(v) for key in ("as", "party") for k, v in inner.items() if k == key), str(n))
                yield from _inside(inner, (*shown, label), (*path, n), marks)


def _text(node: Any) -> Text:
    if isinstance(node, Mapping):
        said = {str(k): str(v) for k, v in node.items()}
        zh, en = said.get("zh", ""), said.get("en", "")
        return Text(zh or en, en or zh)
    return Text.same(str(node))
