"""Charts of distributions: return-period curves with their bands, histograms."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from quanyu.documents.drawing import Label, Picture, bilingual, path, rect
from quanyu.documents.figures import full, significant
from quanyu.documents.lettering import width
from quanyu.documents.outcomes import Bin, Curve, CurvePoint
from quanyu.terms import Text

__all__ = ["curve_picture", "histogram_picture", "ticks"]

_LEFT, _RIGHT, _TOP, _WIDE, _HIGH = 84.0, 22.0, 14.0, 414.0, 230.0
_BASE = _TOP + _HIGH
_AXIS = 11.0


def ticks(low: float, high: float, *, count: int = 5) -> list[float]:
    """Round numbers (1, 2, 2.5, 5 times a power of ten) that span `low` to `high`, about `count` of them."""
    if not high > low:
        high = low + 1
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


class _Axes:
    """Where years (logarithmic) and amounts (linear) stand."""

    def __init__(self, points: Sequence[CurvePoint]) -> None:
        shown = [p for p in points if p.years > 0]
        self.first = min(p.years for p in shown)
        self.last = max(self.first * 1.01, *(p.years for p in shown))
        values = [v for p in shown for v in (p.amount, p.low, p.high) if v is not None]
        self.marks = ticks(min(0.0, *values), max(values))

    def x(self, years: float) -> float:
        """Pixels from the left."""
        return _LEFT + _WIDE * math.log(years / self.first) / math.log(self.last / self.first)

    def y(self, amount: float) -> float:
        """Pixels from the top."""
        low, high = self.marks[0], self.marks[-1]
        return _BASE - _HIGH * (amount - low) / (high - low)


def curve_picture(curves: Sequence[Curve], title: Text) -> Picture | None:
    """Amount against return period; None where no curve has two points."""
    drawn = [c for c in curves if len(c.points) > 1]
    if not drawn:
        return None
    axes = _Axes([p for c in drawn for p in (*c.points, *c.exact)])
    shapes, labels = _grid(axes)
    for curve in drawn:
        shapes += _band(curve, axes)
        shapes.append(_line(curve.points, axes, f"line {curve.kind}"))
        shapes += [_mark(p, axes) for p in curve.exact]
        shapes += [_point(p, curve, axes) for p in curve.points]
    return Picture(_LEFT + _WIDE + _RIGHT, _BASE + 42, tuple(shapes), tuple(labels), title, "chart")


def _scaled(marks: Sequence[float], language: str) -> tuple[float, str]:
    units = ((10**8, "亿"), (10**4, "万")) if language == "zh" else ((10**9, "bn"), (10**6, "m"), (10**3, "k"))
    top = max(abs(m) for m in marks)
    return next(((size, name) for size, name in units if top >= size), (1, ""))


def _amount(value: float, marks: Sequence[float]) -> Text:
    """An axis figure, all of one axis in one unit."""
    (zh, zh_name), (en, en_name) = _scaled(marks, "zh"), _scaled(marks, "en")
    if value == 0:
        return Text.same("0")
    return Text(f"{significant(value / zh)} {zh_name}".strip(), f"{significant(value / en)} {en_name}".strip())


def _grid(axes: _Axes) -> tuple[list[Markup], list[Label]]:
    shapes, labels = [], []
    for mark in axes.marks:
        y = axes.y(mark)
        shapes.append(path(f"M{_LEFT:.1f} {y:.1f}h{_WIDE:.1f}", "rule base" if mark == 0 else "rule"))
        labels += bilingual((_LEFT - 10, y + 4), _amount(mark, axes.marks), size=_AXIS, anchor="end", style="axis")
    reach = -1e9
    for years in _years(axes.first, axes.last):
        x, text = axes.x(years), full(years)
        shapes.append(path(f"M{x:.1f} {_BASE:.1f}v5", "tick"))
        if x - width(text, _AXIS) / 2 > reach + 6:
            labels.append(Label(x, _BASE + 19, text, _AXIS, "middle", style="axis"))
            reach = x + width(text, _AXIS) / 2
    caption = Text("重现期（年，对数刻度）", "return period (years, log scale)")
    middle = _LEFT + _WIDE / 2
    return shapes, labels + bilingual((middle, _BASE + 37), caption, size=_AXIS, anchor="middle", style="quiet")


def _years(first: float, last: float) -> list[float]:
    powers = range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1)
    return [m * 10.0**p for p in powers for m in (1, 2, 5) if first * 0.999 <= m * 10.0**p <= last * 1.001]


def _line(points: Sequence[CurvePoint], axes: _Axes, style: str) -> Markup:
    d = "L".join(f"{axes.x(p.years):.1f} {axes.y(p.amount):.1f}" for p in points)
    return path(f"M{d}", style)


def _band(curve: Curve, axes: _Axes) -> list[Markup]:
    banded = [(p.years, p.low, p.high) for p in curve.points if p.low is not None and p.high is not None]
    if len(banded) < 2:
        return []
    upper = "L".join(f"{axes.x(t):.1f} {axes.y(high):.1f}" for t, _, high in banded)
    lower = "L".join(f"{axes.x(t):.1f} {axes.y(low):.1f}" for t, low, _ in reversed(banded))
    return [path(f"M{upper}L{lower}Z", f"band {curve.kind}")]


def _mark(point: CurvePoint, axes: _Axes) -> Markup:
    x, y = axes.x(point.years), axes.y(point.amount)
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.2" class="exact"/>').format(x, y)


def _point(point: CurvePoint, curve: Curve, axes: _Axes) -> Markup:
    name = "AEP" if curve.kind == "annual" else "OEP"
    band = f" [{full(point.low)} – {full(point.high)}]" if point.low is not None and point.high is not None else ""
    said = f"{name} · {significant(point.years)} 年 years · {full(point.amount)}{band}"
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" class="dot {}"><title>{}</title></circle>').format(
        axes.x(point.years), axes.y(point.amount), curve.kind, said
    )


def histogram_picture(bins: Sequence[Bin], title: Text) -> Picture | None:
    """Probabilities of a year by amount; None where there are no bins of a finite width."""
    shown = [b for b in bins if math.isfinite(b.low) and math.isfinite(b.high) and b.high > b.low]
    if not shown:
        return None
    left, right = shown[0].low, shown[-1].high
    top = max(b.probability for b in shown) or 1.0
    high, base = 110.0, 124.0
    across = _WIDE / (right - left)
    shapes = [path(f"M{_LEFT:.1f} {base:.1f}h{_WIDE:.1f}", "rule base")]
    for b in shown:
        tall = high * b.probability / top
        box = rect(_LEFT + (b.low - left) * across, base - tall, (b.high - b.low) * across - 1, tall, "column")
        said = f"{full(b.low)} – {full(b.high)} · {significant(b.probability * 100, 3)}%"
        shapes.append(Markup("<g>{}<title>{}</title></g>").format(box, said))
    marks = [m for m in ticks(left, right) if left <= m <= right]
    labels = [
        label
        for m in marks
        for label in bilingual(
            (_LEFT + (m - left) * across, base + 17), _amount(m, marks), size=_AXIS, anchor="middle", style="axis"
        )
    ]
    return Picture(_LEFT + _WIDE + _RIGHT + 12, base + 26, tuple(shapes), tuple(labels), title, "chart")
