"""Text to tree: the grammar, and what is said of a text outside it."""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from quanyu.formula.builder import Builder, Refused, number_at
from quanyu.formula.syntax import syntax_finding, unexpected
from quanyu.formula.tree import Expression, Node, walk
from quanyu.terms import NUMBER, Finding, Place, Text

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["GRAMMAR", "MOST_CHARACTERS", "MOST_NESTING", "parse"]

MOST_CHARACTERS = 4000
MOST_NESTING = 100
_MOST_DEPTH = 250
_OPERATOR_WORDS = ("and", "or", "not", "in")

GRAMMAR = rf"""
?start: either
?either: both (OR both)*
?both: negation (AND negation)*
?negation: comparison
    | NOT comparison                                        -> negation
?comparison: sum (COMPARE sum)*
    | sum IN LPAR either (COMMA either)* RPAR               -> membership
    | sum NOT IN LPAR either (COMMA either)* RPAR           -> membership
?sum: product ((PLUS | MINUS) product)*
?product: sign ((TIMES | OVER) sign)*
?sign: atom
    | MINUS atom                                            -> negative
?atom: NUMBER                                               -> number
    | TEXT                                                  -> literal
    | (TRUE | FALSE)                                        -> truth
    | INF                                                   -> infinity
    | NAME                                                  -> name
    | FUNCTION LPAR [either (COMMA either)*] RPAR           -> call
    | LPAR either RPAR                                      -> group

AND: "and"
OR: "or"
NOT: "not"
IN: "in"
TRUE: "true"
FALSE: "false"
INF: "inf"
COMPARE: "<=" | ">=" | "==" | "!=" | "<" | ">" | "≤" | "≥" | "≠" | "＜" | "＞"
PLUS: "+" | "＋"
MINUS: "-" | "－" | "−"
TIMES: "*" | "＊" | "×"
OVER: "/" | "／" | "÷"
LPAR: "(" | "（"
RPAR: ")" | "）"
COMMA: "," | "，"
NUMBER: /{NUMBER.pattern}/
TEXT: /'[^'\n]*'/
FUNCTION.2: /(?!(?:{"|".join(_OPERATOR_WORDS)})[(（])[A-Za-z_\u4e00-\u9fff]\w*(?=[(（])/
NAME: /[A-Za-z_\u4e00-\u9fff]\w*(?:\.[A-Za-z_\u4e00-\u9fff]\w*(?:-\w+)*)*/
%ignore /[ \t\r\n\u3000]+/
"""

_TEXT = re.compile(r"'[^'\n]*'")
_THOUSANDS = re.compile(r"(?<![\w.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")


@cache
def _parser() -> "Lark":
    # Lark takes a tenth of the time a command needs to start, and most commands never read an expression.
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=cast(Any, Builder()))


@lru_cache(maxsize=2048)
def _root(text: str) -> Node:
    """The tree of a text; it knows no place, and the same text stands in several flows of a programme."""
    return cast(Node, _parser().parse(text))


def _too_large(text: str, bare: str) -> tuple[int, Text, Text] | None:
    if len(text) > MOST_CHARACTERS:
        return (
            MOST_CHARACTERS,
            Text(
                f"表达式有 {len(text)} 个字符，至多 {MOST_CHARACTERS} 个。",
                f"The expression has {len(text)} characters; at most {MOST_CHARACTERS} are read.",
            ),
            Text("拆成几个有名字的量，或改用表。", "Split it into several named quantities, or use a table."),
        )
    depth = 0
    for position, character in enumerate(bare):
        depth += (character in "(（") - (character in ")）")
        if depth > MOST_NESTING:
            return (
                position,
                Text(f"括号嵌套超过 {MOST_NESTING} 层。", f"Parentheses are nested more than {MOST_NESTING} deep."),
                Text("拆成几个有名字的量，或改用表。", "Split it into several named quantities, or use a table."),
            )
    return None


def _refusal(text: str, place: Place | None) -> Finding | None:
    """What is wrong with a text before its grammar is asked."""
    if not text.strip():
        return syntax_finding(
            place,
            0,
            max(len(text), 1),
            Text("表达式是空的。", "The expression is empty."),
            Text("写一个数、一个名称或一个算式。", "Write a number, a name or a formula."),
        )
    bare = _TEXT.sub(lambda m: " " * len(m[0]), text)
    large = _too_large(text, bare)
    if large:
        return syntax_finding(place, large[0], large[0] + 1, large[1], large[2])
    m = _THOUSANDS.search(bare)
    if m:
        whole, apart = m[0].replace(",", ""), m[0].replace(",", ", ")
        return syntax_finding(
            place,
            m.start(),
            m.end(),
            Text(f"`{m[0]}` 可以读成一个数，也可以读成几个数。", f"`{m[0]}` can be read as one number or as several."),
            Text(
                f"一个数写 `{whole}`，几个数在逗号后空一格写 `{apart}`。",
                f"Write `{whole}` for one number, `{apart}` with blanks for several.",
            ),
        )
    return None


def _number(text: str, place: Place | None) -> Node | Finding | None:
    """The tree of a text that is one plain number, as most are, without asking the grammar; None for any other."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return number_at(text, 0)
    except Refused as refused:
        return syntax_finding(place, refused.start, refused.stop, refused.reason, refused.remedy)


def _tree(text: str, place: Place | None) -> Node | Finding:
    # Lark's own exceptions are told apart here, where Lark is already loaded.
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        return _root(text)
    except Refused as refused:
        return syntax_finding(place, refused.start, refused.stop, refused.reason, refused.remedy)
    except UnexpectedCharacters as error:
        return unexpected(text, place, error.pos_in_stream or 0)
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        return unexpected(
            text, place, len(text) if ended else int(error.token.start_pos or 0), error.token.type, str(error.token)
        )


def parse(text: str, place: Place | None = None) -> Expression | Finding:
    """The expression that `text` writes, or the one finding (`expression-syntax`) that says why it is none.

    `place` is where the text's first character stands; findings point inside it. Never raises.
    """
    if len(text) <= MOST_CHARACTERS and (number := _number(text, place)):
        return number if isinstance(number, Finding) else Expression(text, number, place)
    refusal = _refusal(text, place)
    if refusal:
        return refusal
    root = _tree(text, place)
    if isinstance(root, Finding):
        return root
    deepest = max(walk(root), key=lambda pair: pair[1])
    if deepest[1] > _MOST_DEPTH:
        return syntax_finding(
            place,
            deepest[0].start,
            deepest[0].stop,
            Text("表达式嵌套过深。", "The expression is nested too deeply."),
            Text("拆成几个有名字的量，或改用表。", "Split it into several named quantities, or use a table."),
        )
    return Expression(text, root, place)
