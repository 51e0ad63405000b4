"""What to say of a text the grammar does not read."""

from quanyu.formula.functions import RESERVED
from quanyu.terms import Finding, Place, Text

__all__ = ["syntax_finding", "unexpected"]

_QUOTES = Text("文字写在英文单引号里，如 'firm'。", "Write texts in single quotes, as in 'firm'.")
_HINTS = {
    '"': _QUOTES,
    "“": _QUOTES,
    "”": _QUOTES,
    "‘": _QUOTES,
    "’": _QUOTES,
    "'": _QUOTES,
    "=": Text("相等写作 `==`。", "Write `==` for equal."),
    "＝": Text("相等写作 `==`。", "Write `==` for equal."),
    "&": Text("写作 `and`。", "Write `and`."),
    "|": Text("写作 `or`。", "Write `or`."),
    "!": Text("写作 `not` 或 `!=`。", "Write `not` or `!=`."),
    "^": Text("没有乘方，请写成连乘。", "There are no powers; multiply instead."),
    "％": Text("写作半角 `%`。", "Write the plain `%`."),
    "%": Text("`%` 只跟在数字后面，如 `20%`。", "`%` stands only behind digits, as in `20%`."),
    ".": Text(
        "小数写作 `0.5`；名称中的点后面须有字。", "Write decimals as `0.5`; behind the dot of a name stands a word."
    ),
    "[": Text("列表写作 `in (a, b)`。", "Write lists as `in (a, b)`."),
    "：": Text("条件写作 `if(条件, a, b)`。", "Write a condition as `if(condition, a, b)`."),
    "?": Text("条件写作 `if(条件, a, b)`。", "Write a condition as `if(condition, a, b)`."),
}
_OPERANDS = ("NAME", "NUMBER", "TEXT", "FUNCTION", "TRUE", "FALSE", "INF", "LPAR")
_ALLOWED = Text(
    "可写名称、数、'文字'、+ - * /、比较、and or not、in (…)、函数(…)。",
    "Allowed are names, numbers, 'texts', + - * /, comparisons, and or not, in (…), function(…).",
)


def syntax_finding(place: Place | None, start: int, stop: int, reason: Text, remedy: Text) -> Finding:
    """An `expression-syntax` finding on the characters from `start` to `stop`."""
    return Finding("expression-syntax", place.within(start, stop) if place else None, reason, remedy)


def _remedy(text: str, position: int, kind: str, token: str) -> Text:
    before = text[:position]
    if kind == "LPAR" and before.rstrip()[-1:].isalnum():
        return Text(
            "函数名紧接括号，不空格，也不带点；否则补上运算符。",
            "A function's name stands directly before `(`, without blank or dot; else add an operator.",
        )
    if kind in ("NAME", "FUNCTION") and token[:1] in "eE" and before[-1:].isdigit():
        return Text("不用科学记数，写作 `300万` 或 `1_000_000`。", "No exponents; write `300万` or `1_000_000`.")
    if kind in _OPERANDS:
        return Text("在它前面补上运算符或逗号。", "Put an operator or a comma before it.")
    if kind in ("PLUS", "MINUS", "TIMES", "OVER", "COMPARE", "AND", "OR", "IN", "NOT"):
        return Text(
            "运算符两边都要有内容;`- -x` 写作 `x`。", "An operator needs something on both sides; write `x` for `- -x`."
        )
    if kind == "COMMA":
        return Text(
            "逗号只用于函数与 in 的括号内；小数点写作 `.`，大数写作 `300万`。",
            "Commas stand only inside `function(…)` and `in (…)`; write `300万` for large amounts.",
        )
    if kind == "RPAR":
        return Text("括号成对，且括号内不能为空。", "Parentheses come in pairs and are not empty.")
    return _ALLOWED


def unexpected(text: str, place: Place | None, position: int, kind: str = "", token: str = "") -> Finding:
    """The finding for the character or token at `position` that cannot stand there.

    The kind `$END` is that of a text that breaks off.
    """
    if kind == "$END":
        return syntax_finding(
            place,
            position,
            position + 1,
            Text("表达式没有写完。", "The expression breaks off."),
            Text("补上缺少的运算数或右括号。", "Add the missing operand or closing parenthesis."),
        )
    found = token or text[position : position + 1]
    reason = Text(f"这里不能是 `{found}`。", f"`{found}` cannot stand here.")
    if found in RESERVED:
        reason = Text(f"`{found}` 是保留字，不能在这里。", f"`{found}` is a reserved word and cannot stand here.")
    remedy = _HINTS.get(found, _ALLOWED) if not kind else _remedy(text, position, kind, token)
    return syntax_finding(place, position, position + len(found), reason, remedy)
