"""Characters that would be lost on paper, made visible by their code points."""

import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import groupby

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from pylopdf_fonts_zh_cn import sans_path, serif_path

__all__ = ["drawn", "font_folder", "printable", "visible"]

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs"}


def font_folder() -> str:
    """The folder of the two faces, Noto Sans SC and Noto Serif SC."""
    return str(sans_path().parent)


@cache
def drawn() -> frozenset[int]:
    """The code points both faces can draw."""
    faces = []
    for path in (sans_path(), serif_path()):
        with TTFont(path, lazy=True) as font:
            faces.append(frozenset(font.getBestCmap() or ()))
    return faces[0] & faces[1]


def visible(text: str) -> str:
    """`text` on one line, with what has no shape of its own (controls, direction marks) as 〔U+202E〕."""
    return _shown(text, lambda c: unicodedata.category(c) not in _UNSEEN)


def printable(text: str) -> str:
    """`visible`, with characters that the faces lack by code point too: 𠮷 becomes 〔U+20BB7〕."""
    known = drawn()
    return _shown(text, lambda c: ord(c) in known and unicodedata.category(c) not in _UNSEEN)


def _shown(text: str, can: Callable[[str], bool]) -> str:
    runs = groupby(" ".join(text.split()), key=can)
    return "".join("".join(run) if shown else f"〔{' '.join(f'U+{ord(c):04X}' for c in run)}〕" for shown, run in runs)
