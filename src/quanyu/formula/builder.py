"""Makes tree nodes from what the grammar recognises."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from quanyu.formula.functions import RESERVED
from quanyu.formula.tree import (
    Both,
    Call,
    Comparison,
    Either,
    Infinity,
    Literal,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Product,
    Sum,
    Truth,
)
from quanyu.terms import Text, read_number

__all__ = ["Builder", "Refused", "number_at"]

_TWINS = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "＜": "<",
    "＞": ">",
    "＋": "+",
    "－": "-",
    "−": "-",
    "＊": "*",
    "×": "*",
    "／": "/",
    "÷": "/",
}
_UNITS = "千万亿%‰"


class Refused(Exception):  # noqa: N818 - it refuses a text, no error of ours
    """The grammar reads the text, but a word or number in it is refused."""

    def __init__(self, start: int, stop: int, *, reason: Text, remedy: Text) -> None:
        super().__init__(str(reason))
        self.start, self.stop, self.reason, self.remedy = start, stop, reason, remedy


def _operators(children: Sequence[Any]) -> tuple[str, ...]:
    return tuple(_TWINS.get(str(token), str(token)) for token in children[1::2])


def _nodes(children: Sequence[Any]) -> tuple[Node, ...]:
    return tuple(child for child in children if isinstance(child, Node))


def number_at(text: str, start: int) -> Number:
    """The number that a token writes, `start` its first character; raises `Refused` where it can be misread."""
    written = text.rstrip()
    stop = start + len(written)
    value = read_number(written)
    if value is None:
        plain = written.lstrip("0") or "0"
        raise Refused(
            start,
            stop,
            reason=Text(f"`{written}` 不是可读的数。", f"`{written}` is no readable number."),
            remedy=Text(
                f"去掉开头的零，写 `{plain}`；至多 40 位数字。",
                f"Leave out leading zeros, as in `{plain}`; at most 40 digits.",
            ),
        )
    digits = written.rstrip(_UNITS)
    return Number(value, written[len(digits) :], start=start, stop=stop)


class Builder:
    """One method a rule of the grammar; each takes the rule's children, tokens and nodes in their order."""

    def number(self, children: Sequence[Any]) -> Node:
        """A number with its units, refused where it can be misread."""
        return number_at(str(children[0]), children[0].start_pos)

    def literal(self, children: Sequence[Any]) -> Node:
        """A text without its quotes."""
        token = children[0]
        return Literal(str(token)[1:-1], start=token.start_pos, stop=token.end_pos)

    def truth(self, children: Sequence[Any]) -> Node:
        """`true` or `false`."""
        token = children[0]
        return Truth(str(token) == "true", start=token.start_pos, stop=token.end_pos)

    def infinity(self, children: Sequence[Any]) -> Node:
        """`inf`."""
        return Infinity(start=children[0].start_pos, stop=children[0].end_pos)

    def name(self, children: Sequence[Any]) -> Node:
        """A name, refused where it begins with a reserved word."""
        token = children[0]
        first = str(token).split(".", maxsplit=1)[0]
        if first in RESERVED:
            raise Refused(
                token.start_pos,
                token.start_pos + len(first),
                reason=Text(f"`{first}` 是保留字，不能作名称。", f"`{first}` is a reserved word, no name."),
                remedy=Text(
                    "`if` 写作 `if(条件, a, b)`；名称请换一个词。",
                    "Write `if(condition, a, b)`; choose another word for a name.",
                ),
            )
        return Name(str(token), start=token.start_pos, stop=token.end_pos)

    def call(self, children: Sequence[Any]) -> Node:
        """A function with its arguments."""
        return Call(str(children[0]), _nodes(children), start=children[0].start_pos, stop=children[-1].end_pos)

    def group(self, children: Sequence[Any]) -> Node:
        """What stands in parentheses; they belong to its span."""
        node: Node = children[1]
        return replace(node, start=children[0].start_pos, stop=children[2].end_pos)

    def negative(self, children: Sequence[Any]) -> Node:
        """`-x`."""
        return Negative(children[1], start=children[0].start_pos, stop=children[1].stop)

    def negation(self, children: Sequence[Any]) -> Node:
        """`not x`."""
        return Not(children[1], start=children[0].start_pos, stop=children[1].stop)

    def product(self, children: Sequence[Any]) -> Node:
        """Factors and the operators between them."""
        return Product(_nodes(children), _operators(children), start=children[0].start, stop=children[-1].stop)

    def sum(self, children: Sequence[Any]) -> Node:
        """Terms and the operators between them."""
        return Sum(_nodes(children), _operators(children), start=children[0].start, stop=children[-1].stop)

    def comparison(self, children: Sequence[Any]) -> Node:
        """A chain of comparisons."""
        return Comparison(_nodes(children), _operators(children), start=children[0].start, stop=children[-1].stop)

    def membership(self, children: Sequence[Any]) -> Node:
        """`in` or `not in` a list."""
        item, *choices = _nodes(children)
        return Membership(item, tuple(choices), str(children[1]) == "not", start=item.start, stop=children[-1].end_pos)

    def both(self, children: Sequence[Any]) -> Node:
        """A chain of `and`."""
        return Both(_nodes(children), start=children[0].start, stop=children[-1].stop)

    def either(self, children: Sequence[Any]) -> Node:
        """A chain of `or`."""
        return Either(_nodes(children), start=children[0].start, stop=children[-1].stop)
