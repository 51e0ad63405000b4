"""A picture of shapes and texts that knows where its texts stand, written as inline SVG."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from quanyu.documents.lettering import width, wrap
from quanyu.terms import Text

__all__ = ["Label", "Picture", "bilingual", "path", "rect"]

_SMALLEST = 0.8
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; `y` is its baseline. `language` is empty where it reads the same in both."""

    x: float
    y: float
    text: str
    size: float = 12
    anchor: Anchor = "start"
    language: Literal["", "zh", "en"] = ""
    style: str = ""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        wide = width(self.text, self.size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, self.y - 0.85 * self.size, left + wide, self.y + 0.22 * self.size

    def svg(self) -> Markup:
        """The text element."""
        lang = Markup(' lang="{}"').format(self.language) if self.language else ""
        style = Markup(' class="{}"').format(self.style) if self.style else ""
        anchor = Markup(' text-anchor="{}"').format(self.anchor) if self.anchor != "start" else ""
        return Markup('<text x="{:.1f}" y="{:.1f}" font-size="{:g}"{}{}{}>{}</text>').format(
            self.x, self.y, self.size, anchor, style, lang, self.text
        )


def bilingual(
    at: tuple[float, float],
    text: Text,
    *,
    size: float = 12,
    anchor: Anchor = "start",
    style: str = "",
    room: tuple[float, int] = (1e9, 1),
) -> list[Label]:
    """Labels of a text in both languages from `at`, wrapped to `room` (width, lines); one set where they are alike."""
    (x, y), (wide, lines) = at, room
    if text.zh == text.en:
        return [
            Label(x, y + 1.25 * size * i, line, size, anchor, "", style)
            for i, line in enumerate(wrap(text.zh, wide, size, lines=lines))
        ]
    return [
        Label(x, y + 1.25 * size * i, line, size, anchor, language, style)
        for language in ("zh", "en")
        for i, line in enumerate(wrap(text.inside(language), wide, size, lines=lines))
    ]


def rect(x: float, y: float, wide: float, high: float, style: str, *, radius: float = 0) -> Markup:
    """A rectangle of a class."""
    round_ = Markup(' rx="{:g}"').format(radius) if radius else ""
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{} class="{}"/>').format(
        x, y, max(0, wide), max(0, high), round_, style
    )


def path(d: str, style: str) -> Markup:
    """A path of a class; `d` is made of numbers and commands only."""
    return Markup('<path d="{}" class="{}"/>').format(d, style)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with a title for those who do not see it. Shapes are painted first, then labels."""

    width: float
    height: float
    shapes: tuple[Markup, ...]
    labels: tuple[Label, ...]
    title: Text
    style: str = ""

    def svg(self) -> Markup:
        """One inline SVG element."""
        head = Markup(
            '<svg viewBox="0 0 {0:.0f} {1:.0f}" style="max-width:{0:.0f}px;min-width:{4:.0f}px" class="picture {2}" '
            'role="img" aria-label="{3}">'
        )
        body = Markup("").join([*self.shapes, *(label.svg() for label in self.labels)])
        named = f"{self.title.zh} / {self.title.en}" if self.title.zh != self.title.en else self.title.zh
        least = self.width * _SMALLEST
        return head.format(self.width, self.height, self.style, escape(named), least) + body + Markup("</svg>")
