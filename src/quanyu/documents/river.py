"""The flow picture: an amount as a stream from left to right, each step turning off its part, inner steps below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from quanyu.documents.drawing import Label, Picture, bilingual, path, rect
from quanyu.documents.figures import percent
from quanyu.documents.stated import Number
from quanyu.terms import Text

__all__ = ["Branch", "river_picture"]

_COLUMN, _CARD, _HIGH, _LOW, _GAP = 148.0, 132.0, 90.0, 56.0, 46.0
_SOURCE, _TOP, _STREAM, _BEND, _DROP = 150.0, 16.0, 84.0, 10.0, 34.0
_THIN, _EVEN = 1.6, 12.0


@dataclass(frozen=True, slots=True)
class Branch:
    """What one step takes off. `amount` None draws an even width; `written` is the amount as it is shown.
    members: colour class and share of a pool's members. inner: what stands inside."""

    number: int
    name: Text
    hue: str
    amount: Number | None = None
    written: Text | None = None
    group: bool = False
    members: tuple[tuple[str, float], ...] = ()
    inner: tuple["Branch", ...] = ()

    @property
    def columns(self) -> int:
        """How many columns it needs."""
        return max(1, sum(b.columns for b in self.inner))

    @property
    def depth(self) -> int:
        """How many rows of cards it needs."""
        return 1 + max((b.depth for b in self.inner), default=0)


def river_picture(
    branches: Sequence[Branch], *, source: Text, written: Text | None, total: Number | None, title: Text
) -> Picture:
    """The picture; without `total` all widths are even and only the order is meant."""
    scale = _STREAM / float(total) if total else None
    widths = [_thickness(b, scale) for b in branches]
    stream = sum(widths)
    columns = sum(b.columns for b in branches)
    cards = _TOP + max(stream, 30) + _BEND + _DROP
    shapes: list[Markup] = [rect(0, _TOP, _SOURCE - 12, max(stream, 30), "source", radius=3)]
    labels = bilingual((10, _TOP + 20), source, style="name", room=(_SOURCE - 34, 2))
    if written:
        labels += bilingual((10, max(label.y for label in labels) + 17), written, style="quiet", room=(_SOURCE - 30, 1))
    x, bottom = _SOURCE, _TOP + stream
    for branch, thick in zip(branches, widths, strict=True):
        wide = branch.columns * _COLUMN
        shapes.append(_turn(_SOURCE - 12, x + wide / 2, bottom, (thick, cards), _style(branch)))
        drawn, texts = _card(branch, x, cards, scale, total)
        shapes += drawn
        labels += texts
        x, bottom = x + wide, bottom - thick
    rows = max((b.depth for b in branches), default=1)
    high = cards + rows * _tall(total) + (rows - 1) * _GAP + 8
    high = max(high, max((label.y for label in labels), default=0) + 10)
    return Picture(_SOURCE + columns * _COLUMN + 4, high, tuple(shapes), tuple(labels), title, "river")


def _thickness(branch: Branch, scale: float | None) -> float:
    if scale is None or branch.amount is None:
        return _EVEN
    return max(_THIN, float(branch.amount) * scale)


def _style(branch: Branch) -> str:
    return f"ribbon {branch.hue}{' dry' if branch.amount is not None and branch.amount <= 0 else ''}"


def _turn(start: float, middle: float, bottom: float, size: tuple[float, float], style: str) -> Markup:
    """A ribbon that runs right along the stream and turns down to the card at `size[1]`."""
    thick, end = size
    inner, outer = middle - thick / 2, middle + thick / 2
    near, far, top = _BEND, _BEND + thick, bottom - thick
    return path(
        f"M{start:.1f} {top:.1f}H{outer - far:.1f}A{far:.1f} {far:.1f} 0 0 1 {outer:.1f} {top + far:.1f}"
        f"V{end:.1f}H{inner:.1f}V{bottom + near:.1f}A{near:.1f} {near:.1f} 0 0 0 {inner - near:.1f} {bottom:.1f}"
        f"H{start:.1f}Z",
        style,
    )


def _tall(total: Number | None) -> float:
    """The height of a card: with amounts it has two more lines."""
    return _HIGH if total else _LOW


def _card(
    branch: Branch, x: float, y: float, scale: float | None, total: Number | None
) -> tuple[list[Markup], list[Label]]:
    """The card of a step and, below it, those of its inner steps."""
    wide = branch.columns * _COLUMN - (_COLUMN - _CARD)
    left = x + (_COLUMN - _CARD) / 2
    tall = _tall(total)
    shapes = [rect(left, y, wide, tall, f"card {branch.hue}{' group' if branch.group else ''}", radius=3)]
    shapes += [rect(left, y, wide, 3, f"edge {branch.hue}"), *_members(branch, left, y + tall - 6, wide)]
    labels = _text(branch, left, y, wide, total)
    at = x
    for inner in branch.inner:
        thick, middle = _thickness(inner, scale), at + inner.columns * _COLUMN / 2
        below = y + tall + _GAP
        shapes.append(rect(middle - thick / 2, y + tall, thick, _GAP, _style(inner)))
        drawn, texts = _card(inner, at, below, scale, total)
        shapes += drawn
        labels += texts
        at += inner.columns * _COLUMN
    return shapes, labels


def _members(branch: Branch, x: float, y: float, wide: float) -> list[Markup]:
    total = sum(share for _, share in branch.members)
    shapes = []
    for hue, share in branch.members if total > 0 else ():
        shapes.append(rect(x, y, wide * share / total, 6, f"member {hue}"))
        x += wide * share / total
    return shapes


def _text(branch: Branch, x: float, y: float, wide: float, total: Number | None) -> list[Label]:
    room = wide - 38
    labels = [Label(x + 17, y + 22, str(branch.number), 11, "middle", style="number ink")]
    labels += bilingual((x + 30, y + 22), branch.name, size=12.5, style="name", room=(room, 2))
    if branch.written and total:
        labels += bilingual((x + 10, y + 60), branch.written, size=12.5, style="amount", room=(wide - 20, 1))
    if total and branch.amount is not None:
        labels.append(Label(x + 10, y + 76, percent(float(branch.amount) / float(total), 3), 11, style="quiet"))
    return labels
