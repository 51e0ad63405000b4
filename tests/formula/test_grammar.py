"""Which texts are expressions, and where the finding points for those that are not."""

import time
from fractions import Fraction

import pytest

from quanyu.formula import RESERVED, Expression, names, parse, render
from quanyu.formula.tree import Call, Comparison, Literal, Membership, Name, Number, Product, Sum
from quanyu.terms import Finding, Place

AT = Place("programme.yaml", 7, 21)


def read(text: str) -> Expression:
    expr = parse(text, AT)
    assert isinstance(expr, Expression), expr
    return expr


def refused(text: str) -> Finding:
    finding = parse(text, AT)
    assert isinstance(finding, Finding), finding
    assert finding.code == "expression-syntax"
    assert finding.reason.zh
    assert finding.remedy.zh
    return finding


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("300万", 3_000_000),
        ("3亿", 300_000_000),
        ("20%", Fraction(1, 5)),
        ("3‰", Fraction(3, 1000)),
        ("1_000.50", Fraction(2001, 2)),
        ("2千万", 20_000_000),
        ("3 万", 30_000),
        ("0.1", Fraction(1, 10)),
    ],
)
def test_numbers_are_exact(text: str, value: Fraction) -> None:
    root = read(text).root
    assert isinstance(root, Number)
    assert root.value == value


@pytest.mark.parametrize("text", ["300万", "20%", "1_000.50", "3 万", "7", "0.1", "12 ", "010", "1" * 41, "00"])
def test_a_plain_number_reads_alone_as_it_reads_within_parentheses(text: str) -> None:
    alone, within = parse(text, AT), parse(f"({text})", AT)
    if isinstance(within, Finding):
        assert isinstance(alone, Finding)
        assert (alone.code, alone.reason, alone.remedy) == (within.code, within.reason, within.remedy)
        assert alone.place
        assert within.place
        assert (alone.place.column, alone.place.end) == (within.place.column - 1, within.place.end - 1)
    else:
        assert isinstance(alone, Expression)
        assert isinstance(alone.root, Number)
        assert alone.root == within.root
        assert (alone.root.start, alone.root.stop) == (0, len(text.rstrip()))


def test_multiplication_binds_before_addition_and_comparison_before_and() -> None:
    a, b, c = Name("a"), Name("b"), Name("c")
    assert read("a + b * c").root == Sum((a, Product((b, c), ("*",))), ("+",))
    assert read("(a + b) * c").root == Product((Sum((a, b), ("+",)), c), ("*",))
    assert read("a - b - c").root == Sum((a, b, c), ("-", "-"))
    assert read("a < b <= c").root == Comparison((a, b, c), ("<", "<="))
    assert read("not a and b or c").root == read("((not a) and b) or c").root


def test_trade_names_may_be_function_names() -> None:
    assert read("sum * sum(sum)").root == Product((Name("sum"), Call("sum", (Name("sum"),))), ("*",))
    assert names(read("min(max, count)")) == {"max", "count"}


def test_names_of_the_trade() -> None:
    found = names(read("premium.to.coinsurers - losses.class-a * 保额 + reserve.balance - x_1"))
    assert found == {"premium.to.coinsurers", "losses.class-a", "保额", "reserve.balance", "x_1"}


def test_a_hyphen_belongs_to_a_name_only_after_a_dot() -> None:
    assert names(read("class-a")) == {"class", "a"}
    assert names(read("losses.class - a")) == {"losses.class", "a"}


def test_words_inside_names_are_no_keywords() -> None:
    assert names(read("android + order + notary + inflow + iffy + trueness")) == {
        "android", "order", "notary", "inflow", "iffy", "trueness",
    }  # fmt: skip


def test_operators_may_touch_parentheses() -> None:
    assert read("a and(b)or(not(c))").root == read("a and b or not c").root


def test_full_width_characters_are_their_twins() -> None:
    assert read("max（1，x）").root == read("max(1, x)").root
    assert read("a ＋ b × c ≥ d ÷ e").root == read("a + b * c >= d / e").root
    assert read("a ≠ b and c ≤ d").root == read("a != b and c <= d").root


def test_texts_keep_what_stands_in_them() -> None:
    assert read("kind == '个体，工商户 (a)'").root == Comparison((Name("kind"), Literal("个体，工商户 (a)")), ("==",))
    assert read("k not in ('a', 'b')").root == Membership(Name("k"), (Literal("a"), Literal("b")), negated=True)


def test_spans_are_those_of_the_text() -> None:
    expr = read("a / (b - c) + max(1, d)")
    assert isinstance(expr.root, Sum)
    quotient, call = expr.root.operands
    assert isinstance(quotient, Product)
    assert expr.text_of(quotient) == "a / (b - c)"
    assert expr.text_of(quotient.operands[1]) == "(b - c)"
    assert expr.text_of(call) == "max(1, d)"
    assert expr.place_of(call) == Place("programme.yaml", 7, 35, 44)


@pytest.mark.parametrize(
    ("text", "start", "stop", "remedy"),
    [
        ("", 0, 1, "Write a number"),
        ("   ", 0, 3, "Write a number"),
        ("x = 3", 2, 3, "`==`"),
        ("a && b", 2, 3, "`and`"),
        ("a | b", 2, 3, "`or`"),
        ("!a", 0, 1, "`not`"),
        ("x ^ 2", 2, 3, "powers"),
        ('kind == "firm"', 8, 9, "single quotes"),
        ("kind == “firm”", 8, 9, "single quotes"),
        ("'firm", 0, 1, "single quotes"),
        ("x * 20％", 6, 7, "plain `%`"),
        ("300,000", 0, 7, "`300000`"),
        ("min(x, 1,500)", 7, 12, "`1, 500`"),
        ("x + 010", 4, 7, "`10`"),
        ("1e9", 1, 3, "exponents"),
        (".5", 0, 1, "`0.5`"),
        ("sum (x)", 4, 5, "directly before"),
        ("a.b(x)", 3, 4, "directly before"),
        ("(a + b", 6, 7, "closing parenthesis"),
        ("a +", 3, 4, "missing operand"),
        ("a + b)", 5, 6, "pairs"),
        ("a b", 2, 3, "operator"),
        ("5 万元", 3, 4, "operator"),
        ("a, b", 1, 2, "Commas"),
        ("--x", 1, 2, "both sides"),
        ("if > 3", 0, 2, "if(condition, a, b)"),
        ("x.y + in.z", 6, 8, "another word"),
        ("a[0]", 1, 2, "in (a, b)"),
        ("x ? 1 : 2", 2, 3, "if(condition, a, b)"),
        ("__import__('os').system('x')", 16, 17, ""),
        ("lambda: 3", 6, 7, ""),
    ],
)
def test_what_is_refused_and_where(text: str, start: int, stop: int, remedy: str) -> None:
    finding = refused(text)
    assert finding.place == AT.within(start, stop)
    assert remedy in finding.remedy.en


@pytest.mark.parametrize("word", sorted(RESERVED - {"true", "false", "inf"}))
def test_reserved_words_are_no_names(word: str) -> None:
    assert isinstance(parse(word), Finding)
    assert isinstance(parse(f"{word}.x"), Finding)


def test_nothing_of_python_is_an_expression() -> None:
    for text in (
        "x.__class__()",
        "[x for x in y]",
        "x if y else z",
        "x ** 2",
        "x // 2",
        "x % 2",
        "f'{x}'",
        "x; y",
        "a := 1",
    ):
        refused(text)


def test_a_finding_without_a_file_has_no_place() -> None:
    finding = parse("1 +")
    assert isinstance(finding, Finding)
    assert finding.place is None


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("（", "）"), ("abs(", ")"), ("if(a, b, ", ")")])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    read(opening * 100 + "x" + closing * 100)
    assert "100" in refused(opening * 101 + "x" + closing * 101).reason.en
    assert refused(opening * 101).code == "expression-syntax"


def test_parentheses_inside_texts_do_not_nest() -> None:
    read("k == '" + "(" * 200 + "'")


def test_deep_trees_are_a_finding() -> None:
    level = "(a or a and not a < a + a * -"
    assert "deeply" in refused(level * 60 + "a" + ")" * 60).reason.en


def test_length_is_bounded_and_long_chains_are_read() -> None:
    read(" + ".join(["a"] * 1000))
    assert refused("a" * 4001).place == AT.within(4000, 4001)
    assert "4000" in refused(" + ".join(["a"] * 1001)).reason.en


def test_reading_is_quick_after_the_first_time() -> None:
    read("1")
    begun = time.perf_counter()
    for _ in range(50):
        read("min(principal_outstanding, if(kind == 'firm', 300万, 50万)) - 10% * premium")
    assert (time.perf_counter() - begun) / 50 < 0.005


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a+b *c", "a + b * c"),
        ("（a＋b）×c", "(a + b) * c"),
        ("((a))", "a"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "(a - b) - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)", "-(a + b)"),
        ("2*-3", "2 * -3"),
        ("- (-x)", "-(-x)"),
        ("not(a and b)", "not (a and b)"),
        ("not a<b", "not a < b"),
        ("(not a) == b", "(not a) == b"),
        ("(a<b)==(c<d)", "(a < b) == (c < d)"),
        ("a or b and c", "a or b and c"),
        ("(a or b)and c", "(a or b) and c"),
        ("x not in('a','b')", "x not in ('a', 'b')"),
        ("1_000.50 万", "1000.5万"),
        ("20.0%", "20%"),
        ("if(a,1,inf)", "if(a, 1, inf)"),
        ("true==FALSE", "true == FALSE"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    expr = read(text)
    assert render(expr) == canonical
    assert read(canonical).root == expr.root
