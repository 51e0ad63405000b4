"""Two versions of a programme: what their files write differently, term by term, and what comes of it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from quanyu.desk.open import Opened
from quanyu.desk.pages.results import carrier_of, estimate, losses_of
from quanyu.desk.pages.words import free_text, party_words, short_row
from quanyu.documents import Estimate, ResultChange, TermChange, VersionComparison
from quanyu.language.tree import Map, Seq
from quanyu.simulation import Figures
from quanyu.terms import Text

if TYPE_CHECKING:
    from quanyu.desk.simulate import Simulated

__all__ = ["changes", "compare_versions"]

_NO_TERMS = frozenset({"source", "sources", "name", "note", "programme", "version", "extends", "examples",
                       "illustrative", "family"})  # fmt: skip
_LISTED = ("from", "steps", "tower")
_MEANINGS = {
    "attachment": Text("起赔点", "attachment"),
    "limit": Text("限额", "limit"),
    "cap": Text("封顶", "cap"),
    "share": Text("份额", "share"),
    "shares": Text("共保份额", "shares of the pool"),
    "franchise": Text("相对免赔", "franchise"),
    "pays": Text("给付", "what it pays"),
    "table": Text("给付表", "table"),
    "party": Text("由谁", "who takes"),
    "covers": Text("适用责任", "covers"),
    "opening": Text("期初余额", "opening balance"),
    "amount": Text("金额", "amount"),
    "base": Text("基础保费", "base"),
    "owner": Text("所有人", "owner"),
}
_PARTS = {
    "period": Text("期间", "period"),
    "accounts": Text("账户", "account"),
    "pools": Text("共保体", "pool"),
    "parties": Text("参与方", "party"),
    "facts": Text("事实", "fact"),
    "covers": Text("责任", "cover"),
    "losses": Text("损失的一步", "step of the losses"),
    "premium": Text("保费的一步", "step of the premium"),
    "surplus": Text("结余的一步", "step of the surplus"),
    "services": Text("服务的一步", "step of the services"),
    "assumptions": Text("假设", "assumption"),
}
_GONE, _NEW, _CHANGED = Text("删去", "removed"), Text("新增", "added"), Text("改动", "changed")
_ABSENT: Any = object()


def compare_versions(
    one: tuple[Opened, "Simulated | None"], other: tuple[Opened, "Simulated | None"]
) -> VersionComparison:
    """The older of two versions beside the newer."""
    (old, before), (new, after) = sorted((one, other), key=lambda v: v[0].programme.version)
    results = tuple(_results(before, after)) if before is not None and after is not None else ()
    return VersionComparison(
        old=str(old.programme.version),
        new=str(new.programme.version),
        terms=changes(old.document.tree, new.document.tree),
        results=results,
        note=Text(
            "比较两个版本合并后的全文（extends 已展开）；名称、出处与算例不计。",
            "The two files are compared whole, with what they extend; names, sources and examples are left out.",
        ),
    )


def changes(old: Map, new: Map) -> tuple[TermChange, ...]:
    """Every term that differs, by its path of keys and labels."""
    return tuple(_changes(old, new, ()))


def _changes(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[TermChange]:
    before, after = _parts(old), _parts(new)
    if before is None or after is None or (path and not before and not after):
        if free_text(old) != free_text(new):
            yield _change(old, new, path)
        return
    for key in dict.fromkeys((*before, *after)):
        if key in _NO_TERMS:
            continue
        one, two = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if one is _ABSENT or two is _ABSENT:
            yield _change(one, two, (*path, key))
        else:
            listed = key in _LISTED and isinstance(two, Seq)
            yield from _changes(one, two, path if listed else (*path, key))


def _parts(node: Any) -> Mapping[str, Any] | None:
    """The named parts of a node: keys of a mapping, labels of a list of steps; None for anything else."""
    if isinstance(node, Map):
        return {str(k): v for k, v in node.items()}
    if isinstance(node, Seq) and node and all(isinstance(v, Map) for v in node):
        labels = [next((str(item) for k in ("as", "party") for key, item in v.items() if key == k), None) for v in node]
        if None not in labels and len(set(labels)) == len(labels):
            return {str(label): v for label, v in zip(labels, node, strict=True)}
    return None


def _change(old: Any, new: Any, path: tuple[str, ...]) -> TermChange:
    kind = _NEW if old is _ABSENT else _GONE if new is _ABSENT else _CHANGED
    meaning = next((_MEANINGS[p] for p in reversed(path[-2:]) if len(path) > 1 and p in _MEANINGS), _PARTS.get(path[0]))
    return TermChange(where=".".join(path), old=_said(old), new=_said(new), meaning=meaning, weight=kind)


def _said(node: Any) -> str:
    return "" if node is _ABSENT else short_row(free_text(_plain(node)), 160)


def _plain(node: Any) -> Any:
    """A part without names and sources, which are no terms."""
    if isinstance(node, Map):
        return {str(k): _plain(v) for k, v in node.items() if k not in _NO_TERMS}
    return [_plain(v) for v in node] if isinstance(node, Seq) else node


def _results(before: "Simulated", after: "Simulated") -> Iterator[ResultChange]:
    """The main results of both, side by side."""
    yield ResultChange(
        measure=Text("一个期间的保费", "premium of a period"),
        old=Estimate(float(before.annual.premium.total)),
        new=Estimate(float(after.annual.premium.total)),
    )
    yield from _figures(Text("全部损失", "all losses"), before.gross, after.gross)
    party = carrier_of(after)
    old, new = losses_of(before, party), losses_of(after, party)
    if old is not None and new is not None:
        yield from _figures(party_words(after.annual.compiled.programme, party), old, new)
    one, two = before.price, after.price
    if one is not None and two is not None:
        yield ResultChange(
            measure=Text("技术价格", "technical price"),
            old=estimate(one.technical, one.error),
            new=estimate(two.technical, two.error),
        )
        if one.loss_ratio is not None and two.loss_ratio is not None:
            yield ResultChange(measure=Text("预期赔付率", "expected loss ratio"), kind="ratio",
                               old=Estimate(one.loss_ratio), new=Estimate(two.loss_ratio))  # fmt: skip
    yield from _steps(before, after)


def _figures(name: Text, old: Figures, new: Figures) -> Iterator[ResultChange]:
    yield ResultChange(
        measure=Text(f"{name.zh}：年均", f"{name.en}: mean a year"),
        old=estimate(old.mean, old.mean_error),
        new=estimate(new.mean, new.mean_error),
    )
    for a, b in zip(old.tails[-1:], new.tails[-1:], strict=True):
        level = f"{a.level * 100:g}%"
        yield ResultChange(
            measure=Text(f"{name.zh}：TVaR {level}", f"{name.en}: TVaR {level}"),
            old=estimate(a.tvar, a.tvar_error),
            new=estimate(b.tvar, b.tvar_error),
        )


def _steps(before: "Simulated", after: "Simulated") -> Iterator[ResultChange]:
    """What steps take on average, by their path; a step that one version lacks takes nothing there."""
    old = {s.path: f for s, f in zip(before.steps, before.step_take, strict=True)}
    new = {s.path: f for s, f in zip(after.steps, after.step_take, strict=True)}
    for path in dict.fromkeys((*old, *new)):
        a, b = old.get(path), new.get(path)
        yield ResultChange(
            measure=Text(f"步骤 {path}：年均", f"step {path}: mean a year"),
            old=Estimate(0.0) if a is None else estimate(a.mean, a.mean_error),
            new=Estimate(0.0) if b is None else estimate(b.mean, b.mean_error),
        )
