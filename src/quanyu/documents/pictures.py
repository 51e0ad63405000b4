"""Which pictures a flow and a settled case have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quanyu.documents.drawing import Picture
from quanyu.documents.figures import fen, short
from quanyu.documents.outcomes import ClaimPath, Passage, SettledCase
from quanyu.documents.palette import Cast
from quanyu.documents.river import Branch, river_picture
from quanyu.documents.stated import Flow, Step
from quanyu.documents.tower import tower_picture
from quanyu.documents.wording import FLOWS, numbered, said
from quanyu.terms import Text

__all__ = ["case_picture", "flow_pictures", "tower_suits"]

_SOURCES = {
    "losses": Text("损失", "Loss"),
    "premium": Text("保费", "Premium"),
    "recoveries": Text("追偿款", "Recovery"),
    "services": Text("服务款", "Services"),
    "surplus": Text("结余", "Surplus"),
    "gains": Text("收益", "Gain"),
    "calls": Text("追缴款", "Call"),
}


def tower_suits(flow: Flow) -> bool:
    """A tower says more than an order where losses are layered and every step answers for every loss."""
    steps = [step for _, _, step in numbered(flow.steps)]
    bounded = any(s.attachments or s.limits or s.caps or s.bands or s.tower for s in steps)
    return flow.name == "losses.from" and bounded and not any(s.covers or s.when for s in steps)


def flow_pictures(flow: Flow, cast: Cast) -> list[Picture]:
    """The tower where it suits or is asked for; the stream where there are amounts, or no tower."""
    chosen = flow.picture or ("both" if flow.total and tower_suits(flow) else "tower" if tower_suits(flow) else "flow")
    pictures = [tower_picture(flow.steps, cast, FLOWS[flow.name])] if chosen in ("tower", "both") else []
    if chosen in ("flow", "both"):
        branches, _ = _branches(flow.steps, cast, flow.total is not None, 1)
        pictures.append(
            river_picture(
                branches,
                source=_SOURCES[flow.name.split(".")[0]],
                written=short(flow.total) if flow.total else None,
                total=flow.total,
                title=FLOWS[flow.name],
            )
        )
    return pictures


def _branches(steps: Sequence[Step], cast: Cast, amounts: bool, number: int) -> tuple[list[Branch], int]:
    branches = []
    for step in steps:
        mine = number
        inner, number = _branches(step.steps, cast, amounts, number + 1)
        amount = (step.amount or 0) if amounts else None
        branches.append(
            Branch(
                mine,
                cast.name(step.taker) if step.taker else said(step),
                cast.hue(step.taker),
                amount,
                short(amount) if amounts else None,
                not step.taker,
                tuple((cast.hue(m), float(q)) for m, q in cast.members.get(step.taker, ())),
                tuple(inner),
            )
        )
    return branches, number


@dataclass(frozen=True, slots=True)
class _Node:
    label: str
    taker: str
    fen: int
    inner: tuple["_Node", ...]


def case_picture(case: SettledCase, cast: Cast) -> Picture:
    """The stream of the whole case: by steps where these or every claim's path are given, else by who bears it."""
    nodes = _level(list(case.steps), 0) or _merged([node for path in case.paths for node in _tree(path)])
    if (case.claims not in (None, len(case.paths)) and not case.steps) or not nodes:
        nodes = [_Node("", t.party, t.fen, ()) for t in case.totals]
    counter = iter(range(1, 10_000))
    source = _SOURCES[case.flow.split(".")[0]]
    return river_picture(
        [_branch(node, cast, counter) for node in nodes],
        source=source,
        written=Text.same(fen(case.total_fen)),
        total=case.total_fen / 100,
        title=case.title,
    )


def _tree(path: ClaimPath) -> list[_Node]:
    """The passages of a claim, given in pre-order with depths, as a tree."""
    return _level(list(path.passages), 0)


def _level(passages: list[Passage], depth: int) -> list[_Node]:
    nodes, at = [], 0
    while at < len(passages):
        end = at + 1
        while end < len(passages) and passages[end].depth > depth:
            end += 1
        one = passages[at]
        nodes.append(_Node(one.label, one.taker, one.taken_fen, tuple(_level(passages[at + 1 : end], depth + 1))))
        at = end
    return nodes


def _merged(nodes: Sequence[_Node]) -> list[_Node]:
    """Nodes of one label added up, in order of first appearance."""
    groups: dict[tuple[str, str], list[_Node]] = {}
    for node in nodes:
        groups.setdefault((node.label, node.taker), []).append(node)
    return [
        _Node(label, taker, sum(n.fen for n in group), tuple(_merged([i for n in group for i in n.inner])))
        for (label, taker), group in groups.items()
    ]


def _branch(node: _Node, cast: Cast, counter: Iterator[int]) -> Branch:
    number = next(counter)
    inner = tuple(_branch(i, cast, counter) for i in node.inner)
    return Branch(
        number,
        cast.name(node.taker) if node.taker else Text.same(node.label),
        cast.hue(node.taker),
        node.fen / 100,
        Text.same(fen(node.fen)),
        not node.taker,
        tuple((cast.hue(m), float(q)) for m, q in cast.members.get(node.taker, ())),
        inner,
    )
