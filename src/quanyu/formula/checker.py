"""Types an expression against declared names and says everything that is wrong in it."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from quanyu.formula.functions import FUNCTIONS
from quanyu.formula.tree import (
    Both,
    Call,
    Comparison,
    Either,
    Expression,
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
from quanyu.formula.types import Kind, Type, common, divided, fits, multiplied
from quanyu.formula.window import is_date, read_window
from quanyu.terms import Finding, Text

__all__ = ["check"]

_BOOL, _NUMBER = Type(Kind.BOOL), Type(Kind.NUMBER)
_ANY_TYPE = Text("改用同一种量。", "Use quantities of the same kind.")


class _Checker:
    """Walks a tree; a node whose type cannot be told (None) has been reported and stays silent further up."""

    def __init__(self, expr: Expression, known: Mapping[str, Type]) -> None:
        self.expr, self.known = expr, known
        self.findings: list[Finding] = []

    def report(self, code: str, node: Node, *, reason: Text, remedy: Text) -> None:
        self.findings.append(Finding(code, self.expr.place_of(node), reason, remedy))

    def mismatch(self, node: Node, zh: str, en: str, *, remedy: Text = _ANY_TYPE) -> None:
        self.report("type-mismatch", node, reason=Text(zh, en), remedy=remedy)

    def written(self, node: Node) -> str:
        return self.expr.text_of(node)

    def type_of(self, node: Node) -> Type | None:
        match node:
            case Number(_, unit):
                return Type(Kind.SHARE) if set(unit) & set("%‰") else _NUMBER
            case Infinity():
                return _NUMBER
            case Truth():
                return _BOOL
            case Literal(text):
                return Type(Kind.TEXT, values=(text,))
            case Name(name):
                return self.name(node, name)
            case Negative(operand):
                return self.numeric(operand)
            case Sum():
                return self.sum(node)
            case Product():
                return self.product(node)
            case Comparison(operands, operators):
                return self.comparison(operands, operators)
            case Membership(item, choices):
                return self.membership(item, choices)
            case Not(operand):
                return self.flag(operand)
            case Both(operands) | Either(operands):
                return self.flags(operands)
            case Call():
                return self.call(node)
            case _:
                raise TypeError(f"no node of an expression: {node!r}")

    def name(self, node: Node, name: str) -> Type | None:
        if name in self.known:
            return self.known[name]
        near = get_close_matches(name, self.known, n=1, cutoff=0.6)
        remedy = Text("先声明这个名称，或改用已声明的名称。", "Declare the name first, or use a declared one.")
        if near:
            remedy = Text(f"是不是 `{near[0]}`？", f"Did you mean `{near[0]}`?")
        elif name in FUNCTIONS:
            remedy = Text(f"函数写作 `{FUNCTIONS[name].form}`。", f"The function is written `{FUNCTIONS[name].form}`.")
        self.report(
            "unknown-name", node, reason=Text(f"没有名为 `{name}` 的量。", f"There is no `{name}` here."), remedy=remedy
        )
        return None

    def numeric(self, node: Node) -> Type | None:
        """The numeric type of a node, scalar or series."""
        found = self.type_of(node)
        if found and not found.numeric:
            self.mismatch(
                node,
                f"`{self.written(node)}` 是{found.words().zh}，这里要数。",
                f"`{self.written(node)}` is {found.words().en}; a number belongs here.",
                remedy=Text("只有数可以计算。", "Only numbers can be calculated with."),
            )
            return None
        return found

    def scalar(self, node: Node) -> Type | None:
        """The numeric type of a node that must be one value."""
        return self.single(node, self.numeric(node))

    def single(self, node: Node, found: Type | None) -> Type | None:
        if found and found.series:
            self.mismatch(
                node,
                f"`{self.written(node)}` 是序列，这里要一个值。",
                f"`{self.written(node)}` is a series; one value belongs here.",
                remedy=Text("用 sum、mean、max、last 等取一个值。", "Take one value by sum, mean, max or last."),
            )
            return None
        return found

    def series(self, node: Node, kind: str = "any") -> Type | None:
        """The type of a node that must be a series: of `any` values, of `number`s, or of `flag`s."""
        found = self.type_of(node)
        if not found:
            return None
        right = kind == "any" or (found.numeric if kind == "number" else found.kind is Kind.BOOL)
        if found.series and right:
            return found
        wanted = {
            "any": Text("序列", "a series"),
            "number": Text("数的序列", "a series of numbers"),
            "flag": Text("是非的序列，如 `rain >= 10`", "a series of yes-or-no, such as `rain >= 10`"),
        }[kind]
        self.mismatch(
            node,
            f"`{self.written(node)}` 是{found.words().zh}，这里要{wanted.zh}。",
            f"`{self.written(node)}` is {found.words().en}; {wanted.en} belongs here.",
            remedy=Text(f"写{wanted.zh}。", f"Write {wanted.en}."),
        )
        return None

    def flag(self, node: Node) -> Type | None:
        """The type of a node that must be a yes-or-no, scalar or series."""
        found = self.type_of(node)
        if found and found.kind is not Kind.BOOL:
            self.mismatch(
                node,
                f"`{self.written(node)}` 是{found.words().zh}，这里要是非。",
                f"`{self.written(node)}` is {found.words().en}; a yes-or-no belongs here.",
                remedy=Text("写一个比较，如 `x > 0`。", "Write a comparison, such as `x > 0`."),
            )
            return None
        return found

    def flags(self, operands: tuple[Node, ...]) -> Type | None:
        found = [self.flag(operand) for operand in operands]
        known = [t for t in found if t]
        if len({t.series for t in known}) > 1:
            odd = next(o for o, t in zip(operands, found, strict=True) if t and t.series != known[0].series)
            self.mismatch(
                odd,
                "and、or 的各项要么都是序列，要么都不是。",
                "The parts of and, or are all series or none is.",
                remedy=Text("用 count、longest_run 把序列化为一个值。", "Reduce the series by count or longest_run."),
            )
        return Type(Kind.BOOL, series=any(t.series for t in known))

    def together(self, nodes: tuple[Node, ...], found: list[Type | None]) -> Type | None:
        """The common type of parts that are added or chosen between; the first that does not fit is reported."""
        so_far: Type | None = None
        for node, each in zip(nodes, found, strict=True):
            if each is None:
                return None
            joined = each if so_far is None else common(so_far, each)
            if joined is None and so_far:
                a, b = so_far.words(), each.words()
                self.mismatch(
                    node,
                    f"`{self.written(node)}` 是{b.zh}，与{a.zh}不能合在一起。",
                    f"`{self.written(node)}` is {b.en}, which does not go with {a.en}.",
                    remedy=Text(
                        "先乘或除成同一种量，如 `20% * premium`。",
                        "Multiply or divide to the same kind first, as in `20% * premium`.",
                    ),
                )
                return None
            so_far = joined
        return so_far

    def sum(self, node: Sum) -> Type | None:
        return self.together(node.operands, [self.numeric(operand) for operand in node.operands])

    def product(self, node: Product) -> Type | None:
        found = [self.numeric(operand) for operand in node.operands]
        so_far = found[0]
        for operator, each in zip(node.operators, found[1:], strict=True):
            if so_far and each:
                so_far = multiplied(so_far, each) if operator == "*" else divided(so_far, each)
            else:
                so_far = None
        return so_far

    def comparison(self, operands: tuple[Node, ...], operators: tuple[str, ...]) -> Type | None:
        found = [self.type_of(operand) for operand in operands]
        for index, operator in enumerate(operators):
            left, right = found[index], found[index + 1]
            if left and right:
                self.comparable(operands[index : index + 2], (left, right), ordered=operator not in ("==", "!="))
        return Type(Kind.BOOL, series=any(t.series for t in found if t))

    def membership(self, item: Node, choices: tuple[Node, ...]) -> Type | None:
        found = self.type_of(item)
        for choice in choices:
            each = self.single(choice, self.type_of(choice))
            if found and each:
                self.comparable((item, choice), (found, each))
        return Type(Kind.BOOL, series=bool(found and found.series))

    def comparable(self, nodes: tuple[Node, ...], types: tuple[Type, Type], *, ordered: bool = False) -> None:
        """Reports two nodes that cannot be compared, or never are equal."""
        (left, right), (a, b) = nodes, types
        if common(a, b) is None:
            self.mismatch(
                right,
                f"`{self.written(right)}` 是{b.words().zh}，不能与{a.words().zh}比较。",
                f"`{self.written(right)}` is {b.words().en}, which is not compared with {a.words().en}.",
            )
        elif a.kind is Kind.BOOL and ordered:
            self.mismatch(
                right,
                "是非没有大小。",
                "A yes-or-no is neither more nor less.",
                remedy=Text("写 `==`、`!=`、and、or。", "Write `==`, `!=`, and, or."),
            )
        elif Kind.DATE in (a.kind, b.kind):
            for node, each in ((left, a), (right, b)):
                if any(not is_date(value) for value in each.values):
                    self.mismatch(
                        node,
                        f"`{self.written(node)}` 不是日期。",
                        f"`{self.written(node)}` is no date.",
                        remedy=Text("写作 '2021-06-08' 或 '06-08'。", "Write '2021-06-08' or '06-08'."),
                    )
        elif a.textual and ordered:
            self.mismatch(
                right,
                "文字没有大小。",
                "A text is neither more nor less.",
                remedy=Text("写 `==` 或 in (…)。", "Write `==` or in (…)."),
            )
        elif a.values and b.values and not set(a.values) & set(b.values):
            self.never(left if isinstance(left, Literal) else right, b if isinstance(left, Literal) else a)

    def never(self, node: Node, allowed: Type) -> None:
        given = node.text if isinstance(node, Literal) else self.written(node)
        near = get_close_matches(given, allowed.values, n=1, cutoff=0.6)
        listed = ", ".join(f"'{value}'" for value in ((*near,) or allowed.values[:12]))
        self.mismatch(
            node,
            f"`{self.written(node)}` 不在可取的值之中。",
            f"`{self.written(node)}` is none of the allowed texts.",
            remedy=Text(f"可写 {listed}。", f"Write {listed}."),
        )

    def call(self, node: Call) -> Type | None:
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = get_close_matches(node.function, FUNCTIONS, n=1, cutoff=0.6)
            listed = ", ".join(f"`{name}`" for name in ((*near,) or FUNCTIONS))
            head = replace(node, stop=node.start + len(node.function))
            self.report(
                "unknown-function",
                head,
                reason=Text(f"没有函数 `{node.function}`。", f"There is no function `{node.function}`."),
                remedy=Text(f"可用 {listed}。", f"Use {listed}."),
            )
            for argument in node.arguments:
                self.type_of(argument)
            return None
        given = len(node.arguments)
        if given < function.least or (function.most is not None and given > function.most):
            self.argument_count(node, given)
            return None
        return self.called(node)

    def argument_count(self, node: Call, given: int) -> None:
        form = FUNCTIONS[node.function].form
        self.report(
            "argument-count",
            node,
            reason=Text(
                f"`{node.function}` 不能有 {given} 个参数。",
                f"`{node.function}` does not take {given} argument{'' if given == 1 else 's'}.",
            ),
            remedy=Text(f"写作 `{form}`。", f"Write `{form}`."),
        )

    def called(self, node: Call) -> Type | None:
        first, *others = node.arguments
        match node.function:
            case "if":
                return self.chosen(first, node.arguments[1:])
            case "min" | "max":
                return self.extreme(node)
            case "abs" | "clip" | "round":
                found = [self.numeric(first), *(self.scalar(other) for other in others)]
                return self.together(node.arguments, found)
            case "sum" | "mean":
                return self.element(self.series(first, "number"))
            case "first" | "last":
                return self.element(self.series(first))
            case "length":
                return _NUMBER if self.series(first) else None
            case "count" | "longest_run":
                return _NUMBER if self.series(first, "flag") else None
            case "runs":
                return Type(Kind.NUMBER, series=True) if self.series(first, "flag") else None
            case "during":
                return self.during(first, others[0])
            case _:
                return self.rolling(first, others[0])

    def element(self, found: Type | None) -> Type | None:
        return replace(found, series=False) if found else None

    def chosen(self, condition: Node, branches: tuple[Node, ...]) -> Type | None:
        self.single(condition, self.flag(condition))
        found = [self.type_of(branch) for branch in branches]
        if found[0] and found[1] and found[0].series != found[1].series:
            self.mismatch(
                branches[1], "if 的两支要么都是序列，要么都不是。", "The branches of if are both series or neither is."
            )
            return None
        return self.together(branches, found)

    def extreme(self, node: Call) -> Type | None:
        if len(node.arguments) > 1:
            return self.together(node.arguments, [self.scalar(argument) for argument in node.arguments])
        found = self.numeric(node.arguments[0])
        if found and not found.series:
            self.argument_count(node, 1)
            return None
        return self.element(found)

    def during(self, series: Node, window: Node) -> Type | None:
        found = self.series(series)
        if not isinstance(window, Literal) or read_window(window.text) is None:
            self.mismatch(
                window,
                f"`{self.written(window)}` 不是时窗。",
                f"`{self.written(window)}` is no window of dates.",
                remedy=Text(
                    "写作 '[06-08, 07-05]' 或 '[2021-06-08, 2021-07-05]'。",
                    "Write '[06-08, 07-05]' or '[2021-06-08, 2021-07-05]'.",
                ),
            )
        return found

    def rolling(self, series: Node, n: Node) -> Type | None:
        found = self.series(series, "number")
        if not (isinstance(n, Number) and n.value.denominator == 1 and n.value >= 1):
            self.mismatch(
                n,
                f"`{self.written(n)}` 不是写明的正整数。",
                f"`{self.written(n)}` is no whole number written out.",
                remedy=Text("写作 `rolling(rain, 3)`。", "Write `rolling(rain, 3)`."),
            )
        return found


def _missed(checker: _Checker, expected: Type, actual: Type) -> None:
    root = checker.expr.root
    if isinstance(root, Literal) and expected.kind is Kind.DATE and not expected.series and is_date(root.text):
        return
    if expected.kind is Kind.TEXT and actual.textual and actual.series == expected.series:
        checker.never(root, expected)
        return
    a, e = actual.words(), expected.words()
    checker.mismatch(
        root,
        f"`{checker.written(root)}` 是{a.zh}，这里要{e.zh}。",
        f"`{checker.written(root)}` is {a.en}; {e.en} belongs here.",
        remedy=Text(f"写{e.zh}。", f"Write {e.en}."),
    )


def check(expr: Expression, known: Mapping[str, Type], expected: Type | None = None) -> tuple[Type, list[Finding]]:
    """The type of an expression over `known` names, and every finding in it, from left to right.

    Codes: `unknown-name`, `unknown-function`, `type-mismatch`, `argument-count`. Where the type cannot be told because
    of a finding, it is `expected`, or a plain number.
    """
    checker = _Checker(expr, known)
    found = checker.type_of(expr.root)
    if found and expected and not fits(found, expected):
        _missed(checker, expected, found)
    order = sorted(checker.findings, key=lambda f: f.place.column if f.place else 0)
    return found or expected or _NUMBER, order
