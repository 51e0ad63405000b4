"""The layout that CMA and JMA best tracks share: a header beginning with 66666, then one line a fix."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from quanyu.perils.cyclone.reading.storms import Gathering
from quanyu.terms import Text

__all__ = ["Block", "blocks"]

HEADER = "66666"


@dataclass(slots=True)
class Block:
    """A header with its line and the lines that follow it."""

    line: int
    header: str
    body: list[tuple[int, str]] = field(default_factory=list)


def blocks(text: str, made: Gathering) -> Iterator[Block]:
    """The storms of a file; a line before the first header is a finding."""
    current: Block | None = None
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if line.startswith(HEADER):
            if current:
                yield current
            current = Block(at, line)
        elif current is None:
            reason = Text("这一行之前没有表头。", "There is no header before this line.")
            made.say("track-line", f"line {at}", line=at, reason=reason, excerpt=line)
        else:
            current.body.append((at, line))
    if current:
        yield current
