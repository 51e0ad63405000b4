"""How wide letters stand, so that a picture can place its texts without a browser."""

import unicodedata

__all__ = ["width", "wrap"]

_NARROW = frozenset("ijl.,:;'|!()[]{}·/ ft1I-")


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.42
    if letter.isupper() or letter in "mwMW%@∞≈—":
        return 0.82
    return 0.6


def width(text: str, size: float) -> float:
    """An upper estimate of the width of `text` in pixels at a font size, for the sans-serif faces of the report."""
    return sum(_em(letter) for letter in text) * size


def _pieces(text: str) -> list[str]:
    """Parts between which a line may break: words with the space after them, single wide letters."""
    pieces: list[str] = []
    for letter in text:
        wide = unicodedata.east_asian_width(letter) in "WF"
        last = pieces[-1][-1] if pieces else " "
        if not wide and last != " " and unicodedata.east_asian_width(last) not in "WF":
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _shorten(text: str, room: float, size: float) -> str:
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""


def wrap(text: str, room: float, size: float, *, lines: int = 2) -> list[str]:
    """`text` on at most `lines` lines of `room` pixels; what does not fit is cut with an ellipsis, or left out."""
    done = [""]
    for piece in _pieces(text):
        if width((done[-1] + piece).rstrip(), size) <= room or not done[-1]:
            done[-1] += piece
        else:
            done.append(piece.lstrip())
    whole = [line.rstrip() for line in done]
    kept = whole[:lines]
    if len(whole) > lines:
        kept[-1] = f"{kept[-1]}…"
    kept = [line if width(line, size) <= room else _shorten(line, room, size) for line in kept]
    return [line for line in kept if line]
