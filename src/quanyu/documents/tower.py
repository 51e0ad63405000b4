"""The tower: a waterfall drawn by its terms, height for the size of a lone loss, width for shares."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from quanyu.documents.drawing import Label, Picture, bilingual, path, rect
from quanyu.documents.figures import percent, short
from quanyu.documents.layers import Block, Slab, layers_of
from quanyu.documents.lettering import width
from quanyu.documents.palette import Cast
from quanyu.documents.stated import Step
from quanyu.terms import Text

__all__ = ["tower_picture"]

_LEFT, _WIDE, _TOP, _FOOT = 104.0, 560.0, 18.0, 30.0
_LOW, _HIGH, _OPEN = 54.0, 128.0, 76.0


class _Scale:
    """Heights in pixels: each stretch between two amounts grows with the logarithm of its ratio, within bounds."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        levels = {0.0} | {e for b in blocks for s in b.slabs for e in (s.low, s.high) if math.isfinite(e)}
        self.levels = _merged(sorted(levels))
        self.made_up = sorted({s.high for b in blocks if b.nominal for s in b.slabs if math.isfinite(s.high)})
        self.open = any(math.isinf(s.high) for b in blocks for s in b.slabs)
        self.offsets = [0.0]
        for low, high in zip(self.levels, self.levels[1:], strict=False):
            ratio = math.log2(high / low) if low > 0 else 1.5
            self.offsets.append(self.offsets[-1] + min(_HIGH, max(_LOW, 22 + 26 * ratio)))
        self.height = self.offsets[-1] + (_OPEN if self.open else 0)

    def says(self, level: float) -> Text:
        """The figure at a level: above a height that is made up, only what is added to it is known."""
        under = [m for m in self.made_up if m <= level * (1 + 1e-9)]
        if not under:
            return short(level)
        if level - under[-1] <= 1e-9 * level:
            return Text("依算式", "by formula")
        more = short(level - under[-1])
        return Text(f"+ {more.zh}", f"+ {more.en}")

    def y(self, amount: float) -> float:
        """The pixel height of an amount on the canvas."""
        if math.isinf(amount):
            return _TOP
        nearest = min(range(len(self.levels)), key=lambda i: abs(self.levels[i] - amount))
        return _TOP + self.height - self.offsets[nearest]


def _merged(levels: list[float]) -> list[float]:
    kept = levels[:1]
    for level in levels[1:]:
        if level - kept[-1] > 1e-9 * max(1.0, level):
            kept.append(level)
    return kept


def tower_picture(steps: Sequence[Step], cast: Cast, title: Text) -> Picture:
    """The tower of a waterfall; numbers in circles refer to the steps in pre-order from 1."""
    blocks = layers_of(steps, cast.balances)
    scale = _Scale(blocks)
    shapes: list[Markup] = []
    labels: list[Label] = []
    for y, level in ((scale.y(level), level) for level in scale.levels):
        shapes.append(path(f"M{_LEFT - 8:.1f} {y:.1f}H{_LEFT + _WIDE:.1f}", "rule"))
        labels += bilingual((_LEFT - 14, y + 4), scale.says(level), anchor="end", style="axis", room=(_LEFT - 16, 1))
    if scale.open:
        labels.append(Label(_LEFT - 14, _TOP + 14, "∞", 14, "end", style="axis"))
    for block in blocks:
        drawn, written = _block(block, scale, cast)
        shapes += drawn
        labels += written
    foot = _TOP + scale.height + 20
    for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end")):
        text = percent(share)
        labels.append(Label(_LEFT + share * _WIDE, foot, text, 11, anchor, style="axis"))  # type: ignore[arg-type]
    return Picture(_LEFT + _WIDE + 16, foot + _FOOT - 18, tuple(shapes), tuple(labels), title, "tower")


def _block(block: Block, scale: _Scale, cast: Cast) -> tuple[list[Markup], list[Label]]:
    shapes: list[Markup] = []
    hue = cast.hue(block.step.taker)
    vague = " nominal" if block.nominal or block.step.share is None else ""
    boxes = _joined([_box(s, scale) for s in block.slabs])
    for x, y, wide, high in boxes:
        shapes.append(rect(x, y, wide, high, f"block {hue}{vague}"))
        shapes += _strip(block, cast, x, y + high - 6, wide)
    if not boxes:
        return shapes, []
    boxes.sort(key=lambda b: -b[2] * b[3])
    labels = _caption(block, cast, boxes[0], shapes)
    for box in boxes[1:]:
        labels += _numbered(block, cast, box, shapes)
    return shapes, labels


def _box(slab: Slab, scale: _Scale) -> tuple[float, float, float, float]:
    top, bottom = scale.y(slab.high), scale.y(slab.low)
    return _LEFT + slab.left * _WIDE, top, (slab.right - slab.left) * _WIDE, bottom - top


def _joined(boxes: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Boxes that stand on each other with the same sides are one."""
    done: list[tuple[float, float, float, float]] = []
    for box in sorted(boxes, key=lambda b: (round(b[0], 1), -b[1])):
        x, y, wide, high = box
        if done:
            px, py, pwide, phigh = done[-1]
            if abs(px - x) < 0.5 and abs(pwide - wide) < 0.5 and abs(y + high - py) < 0.5:
                done[-1] = (px, y, pwide, phigh + high)
                continue
        done.append(box)
    return done


def _strip(block: Block, cast: Cast, x: float, y: float, wide: float) -> list[Markup]:
    """The members of a pool as a strip along the foot of its block."""
    members = cast.members.get(block.step.taker, ())
    total = sum(float(share) for _, share in members)
    shapes = []
    for member, share in members if wide > 40 and total > 0 else ():
        part = wide * float(share) / total
        shapes.append(rect(x, y, part, 6, f"member {cast.hue(member)}"))
        x += part
    return shapes


def _caption(block: Block, cast: Cast, box: tuple[float, float, float, float], shapes: list[Markup]) -> list[Label]:
    """The number, and the taker's name and layer where they fit."""
    x, y, wide, _ = box
    labels = _numbered(block, cast, box, shapes)
    room = wide - 40
    if not labels or room < 60:
        return labels
    name = cast.name(block.step.taker) if block.step.taker else Text.same(block.step.label)
    labels += bilingual((x + 32, y + 20), name, size=12.5, style="name", room=(room, 1))
    layer = _layer(block.step)
    if layer and max(width(layer.zh, 11.5), width(layer.en, 11.5)) < room:
        labels += bilingual((x + 32, y + 37), layer, size=11.5, style="quiet")
    return labels


def _numbered(block: Block, cast: Cast, box: tuple[float, float, float, float], shapes: list[Markup]) -> list[Label]:
    x, y, wide, high = box
    if wide < 30 or high < 24:
        return []
    shapes.append(rect(x + 6, y + 7, 20, 18, f"badge {cast.hue(block.step.taker)}", radius=9))
    return [Label(x + 16, y + 20, str(block.number), 11, "middle", style="number")]


def _layer(step: Step) -> Text | None:
    """Share × limit xs attachment as the market writes it, where these are numbers of one scope."""
    if len(step.limits) != 1 or len(step.attachments) > 1 or step.bands or step.share is None:
        return None
    if step.limits[0].amount is None or any(a.amount is None for a in step.attachments):
        return None
    share = "" if step.share == 1 else f"{percent(step.share)} × "
    limit, above = short(step.limits[0].amount), [short(a.amount) for a in step.attachments]
    return Text(share + " xs ".join(t.zh for t in (limit, *above)), share + " xs ".join(t.en for t in (limit, *above)))
