"""Types of expressions, and findings with their exact place."""

import pytest

from quanyu.formula import Expression, Kind, Type, check, parse
from quanyu.terms import Finding, Place

AT = Place("programme.yaml", 3, 11)
MONEY, SHARE, NUMBER, BOOL = Type(Kind.MONEY), Type(Kind.SHARE), Type(Kind.NUMBER), Type(Kind.BOOL)
RAIN = Type(Kind.NUMBER, "mm", series=True)
KNOWN = {
    "premium": MONEY,
    "losses.coinsurers": MONEY,
    "usd": Type(Kind.MONEY, "USD"),
    "cny": Type(Kind.MONEY, "CNY"),
    "rate": SHARE,
    "depth": Type(Kind.NUMBER, "cm"),
    "price": Type(Kind.NUMBER, "CNY/t"),
    "n": NUMBER,
    "ok": BOOL,
    "kind": Type(Kind.TEXT, values=("firm", "person")),
    "note": Type(Kind.TEXT),
    "day": Type(Kind.DATE),
    "rain": RAIN,
    "close": Type(Kind.NUMBER, "CNY/t", series=True),
    "flags": Type(Kind.BOOL, series=True),
    "grades": Type(Kind.TEXT, values=("A", "B"), series=True),
}


def checked(text: str, expected: Type | None = None) -> tuple[Type, list[Finding]]:
    expr = parse(text, AT)
    assert isinstance(expr, Expression), expr
    return check(expr, KNOWN, expected)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("premium - losses.coinsurers - 10% * premium", MONEY),
        ("premium * n", MONEY),
        ("premium / n", MONEY),
        ("premium / premium", NUMBER),
        ("premium / rate", MONEY),
        ("premium * depth", MONEY),
        ("premium * premium / premium", NUMBER),
        ("usd + premium", Type(Kind.MONEY, "USD")),
        ("max(500, 10% * premium)", MONEY),
        ("clip(premium, 0, inf)", MONEY),
        ("1 - rate", SHARE),
        ("1 - 20%", SHARE),
        ("rate * 2", SHARE),
        ("rate / 2", SHARE),
        ("rate * rate", SHARE),
        ("depth + 1", Type(Kind.NUMBER, "cm")),
        ("rate * depth", Type(Kind.NUMBER, "cm")),
        ("depth / depth", NUMBER),
        ("price * n", NUMBER),
        ("-depth", Type(Kind.NUMBER, "cm")),
        ("depth > 20 and not ok", BOOL),
        ("kind == 'firm'", BOOL),
        ("kind in ('firm', 'person')", BOOL),
        ("note == 'anything'", BOOL),
        ("day >= '2021-06-08'", BOOL),
        ("if(kind == 'firm', 300万, 50万)", NUMBER),
        ("if(ok, premium, 5)", MONEY),
        ("if(ok, 'firm', 'person')", Type(Kind.TEXT, values=("firm", "person"))),
        ("rain >= 10", Type(Kind.BOOL, series=True)),
        ("rain >= 10 and flags", Type(Kind.BOOL, series=True)),
        ("runs(rain >= 10)", Type(Kind.NUMBER, series=True)),
        ("longest_run(rain >= 10)", NUMBER),
        ("count(grades == 'A')", NUMBER),
        ("mean(close)", Type(Kind.NUMBER, "CNY/t")),
        ("last(grades)", Type(Kind.TEXT, values=("A", "B"))),
        ("max(rain)", Type(Kind.NUMBER, "mm")),
        ("during(rain, '[06-08, 07-05]')", RAIN),
        ("rolling(rain, 3)", RAIN),
        ("length(grades)", NUMBER),
        ("clip(10 - rain, 0, inf)", RAIN),
    ],
)
def test_types(text: str, found: Type) -> None:
    assert checked(text) == (found, [])


@pytest.mark.parametrize(
    ("text", "code", "start", "stop", "says"),
    [
        ("premum * 2", "unknown-name", 0, 6, "`premium`"),
        ("losses.coinsurer", "unknown-name", 0, 16, "`losses.coinsurers`"),
        ("zzz", "unknown-name", 0, 3, "Declare"),
        ("count > 2", "unknown-name", 0, 5, "count(flags)"),
        ("1 + maxx(1, 2)", "unknown-function", 4, 8, "`max`"),
        ("clip(premium)", "argument-count", 0, 13, "clip(x, low, high)"),
        ("if(ok, 1)", "argument-count", 0, 9, "if(condition, a, b)"),
        ("min(premium)", "argument-count", 0, 12, "min(series)"),
        ("max()", "argument-count", 0, 5, "max(a, b"),
        ("premium + 20%", "type-mismatch", 10, 13, "20% * premium"),
        ("premium + rate", "type-mismatch", 10, 14, "kind"),
        ("premium + note", "type-mismatch", 10, 14, "numbers"),
        ("usd + cny", "type-mismatch", 6, 9, "kind"),
        ("depth + premium", "type-mismatch", 8, 15, "kind"),
        ("note > 3", "type-mismatch", 7, 8, "kind"),
        ("3 == note", "type-mismatch", 5, 9, "kind"),
        ("note > 'a'", "type-mismatch", 7, 10, "`==`"),
        ("premium > rate", "type-mismatch", 10, 14, "kind"),
        ("ok + 1", "type-mismatch", 0, 2, "numbers"),
        ("ok < true", "type-mismatch", 5, 9, "`==`"),
        ("not premium", "type-mismatch", 4, 11, "comparison"),
        ("ok and n", "type-mismatch", 7, 8, "comparison"),
        ("if(n, 1, 2)", "type-mismatch", 3, 4, "comparison"),
        ("if(ok, premium, 20%)", "type-mismatch", 16, 19, "kind"),
        ("if(ok, rain, 2)", "type-mismatch", 13, 14, "kind"),
        ("if(flags, 1, 2)", "type-mismatch", 3, 8, "mean"),
        ("max(rain, 3)", "type-mismatch", 4, 8, "mean"),
        ("clip(n, rain, 3)", "type-mismatch", 8, 12, "mean"),
        ("sum(depth)", "type-mismatch", 4, 9, "series"),
        ("sum(flags)", "type-mismatch", 4, 9, "numbers"),
        ("count(rain)", "type-mismatch", 6, 10, "rain >= 10"),
        ("ok and flags", "type-mismatch", 7, 12, "longest_run"),
        ("kind == 'frm'", "type-mismatch", 8, 13, "'firm'"),
        ("'x' == kind", "type-mismatch", 0, 3, "'person'"),
        ("kind in ('firm', 'farmer')", "type-mismatch", 17, 25, "'firm'"),
        ("count(grades == 'C')", "type-mismatch", 16, 19, "'A'"),
        ("day > 'June'", "type-mismatch", 6, 12, "'2021-06-08'"),
        ("during(rain, 'June')", "type-mismatch", 13, 19, "'[06-08, 07-05]'"),
        ("rolling(rain, n)", "type-mismatch", 14, 15, "rolling(rain, 3)"),
        ("n in (rain, 2)", "type-mismatch", 6, 10, "mean"),
    ],
)
def test_findings(text: str, code: str, start: int, stop: int, says: str) -> None:
    _, findings = checked(text)
    assert [(f.code, f.place) for f in findings] == [(code, AT.within(start, stop))]
    assert says in findings[0].remedy.en
    assert findings[0].reason.zh
    assert findings[0].remedy.zh


def test_everything_wrong_is_said_once_and_from_left_to_right() -> None:
    _, findings = checked("premum + (ok + 1) * foo(bar)")
    assert [f.code for f in findings] == ["unknown-name", "type-mismatch", "unknown-function", "unknown-name"]
    assert [f.place.column for f in findings if f.place] == [11, 21, 31, 35]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", MONEY),
        ("premium", NUMBER),
        ("0.5", SHARE),
        ("20%", SHARE),
        ("price * n", MONEY),
        ("'firm'", Type(Kind.TEXT, values=("firm", "person"))),
        ("note", Type(Kind.TEXT, values=("firm", "person"))),
        ("day", Type(Kind.TEXT)),
        ("'2021-06-08'", Type(Kind.DATE)),
        ("runs(rain > 1)", Type(Kind.NUMBER, series=True)),
    ],
)
def test_what_fits_where_it_is_expected(text: str, expected: Type) -> None:
    assert checked(text, expected)[1] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20%", MONEY),
        ("premium", SHARE),
        ("depth", MONEY),
        ("ok", MONEY),
        ("premium", BOOL),
        ("rain", NUMBER),
        ("n", Type(Kind.NUMBER, series=True)),
        ("'farm'", Type(Kind.TEXT, values=("firm", "person"))),
        ("'June'", Type(Kind.DATE)),
    ],
)
def test_what_does_not_fit(text: str, expected: Type) -> None:
    findings = checked(text, expected)[1]
    assert [(f.code, f.place) for f in findings] == [("type-mismatch", AT.within(0, len(text)))]


def test_the_type_of_what_cannot_be_told_is_the_expected_one() -> None:
    assert checked("foo", MONEY)[0] == MONEY
    assert checked("foo")[0] == NUMBER


def test_types_in_words() -> None:
    assert RAIN.words().en == "a series, each a number (mm)"
    assert MONEY.words().zh == "金额"
