"""Laws of a premium: a table equals its rows to the fen, bounds hold, parts make the whole, factors push one way."""

import datetime as dt
import math
import os
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from quanyu.formula import Column, EvaluationError, Expression, Given, TextColumn, evaluate, parse
from quanyu.formula.lookup import Lookup, look_up
from quanyu.rating import (
    CompiledRating,
    Quotes,
    Sheet,
    Term,
    change_of_premium,
    earned_share,
    quote_columns,
    quote_row,
    return_of_premium,
    time_share,
)
from quanyu.rating.bounds import numeric
from quanyu.rating.day_count import DayCount
from quanyu.rating.flow import Chain, exact_steps
from quanyu.rating.near import near
from rating.programmes import rated

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "150"))
LAW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZONES = ("A", "B", "C")
DECIMALS = st.sampled_from(["0.1", "0.5", "0.97", "1", "1.0305", "1.1", "2", "0.3333", "7", "0.005", "0"])
EDGES = st.lists(
    st.sampled_from(["-3", "0", "0.1", "0.3", "1.5", "2", "7.25", "10"]), min_size=1, max_size=4, unique=True
)
EXPRESSIONS = st.sampled_from(
    [
        "sum * 3‰",
        "sum * rate",
        "sum / 7 + mu",
        "sum / 3 * 3 * 0.0005",
        "sum * rate / 7 * 7 + 0.005",
        "max(500, 10% * sum)",
        "min(sum, 1000) * (mu - 0.1)",
        "abs(mu - 5) * 100",
        "clip(sum / 3, 10, 500)",
        "round(sum * rate, 0.05)",
        "if(mu > 1.5 and occupied, sum * 1%, 7.005)",
        "if(zone in ('A', 'B') or not occupied, 100, sum / 1000)",
        "if(mu * 0.1 <= 0.03, 10, 20)",
        "if(0 < mu <= 2, -3, 33.335)",
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A table of text, of intervals closed on either side, of points, or of two keys; not all values have a row."""
    kind = draw(st.sampled_from(["zone", "mu", "points", "two", "computed"]))
    cells = st.one_of(DECIMALS, st.sampled_from(["mu / 7", "rate * 10"]))
    if kind == "zone":
        rows = ", ".join(f"{zone}: {draw(cells)}" for zone in ZONES)
        return f"by: zone, table: {{{rows}}}"
    if kind == "points":
        rows = ", ".join(f"'{point}': {draw(cells)}" for point in ("0", "0.1", "0.3", "2"))
        return f"by: mu, table: {{{rows}}}, else: {draw(DECIMALS)}"
    if kind == "two":
        rows = ", ".join(f"{zone}: {{'true': {draw(cells)}, else: {draw(cells)}}}" for zone in ZONES[:2])
        return f"by: [zone, occupied], table: {{{rows}}}, else: {draw(DECIMALS)}"
    edges = sorted(draw(EDGES), key=Fraction)
    left, right = draw(st.sampled_from([("[", ")"), ("(", "]")]))
    ends = ["-inf", *edges, "inf"]
    rows = ", ".join(f"'{left}{a}, {b}{right}': {draw(cells)}" for a, b in pairwise(ends))
    return f"by: {'mu' if kind == 'mu' else 'mu * 0.1 + 0.2'}, table: {{{rows}}}"


@st.composite
def premiums(draw: st.DrawFn) -> str:
    lines = [f'base: "{draw(EXPRESSIONS)}"', "factors:"]
    for k in range(draw(st.integers(1, 4))):
        within = draw(st.sampled_from(["", ", within: [0.5, 1.2]", ", within: [0, inf]"]))
        body = draw(st.one_of(tables(), DECIMALS.map(lambda value: f"value: {value}")))
        lines.append(f"  f{k}: {{{body}{within}}}")
    if draw(st.booleans()):
        lines.append(f'plus: {{p: "{draw(EXPRESSIONS)}", q: {draw(DECIMALS)}}}')
    if draw(st.booleans()):
        lines.append(f"loadings: {{a: {draw(st.sampled_from(['5%', '25%', 'rate']))}, b: 6%}}")
    bound = st.sampled_from(["60.005", "500", "sum * 1%"])
    lines += [f"{key}: {draw(bound)}" for key in ("min", "max") if draw(st.booleans())]
    if draw(st.booleans()):
        lines.append(f"round: {draw(st.sampled_from(['0.01', '0.005', '1', '0.3', '10']))}")
    if draw(st.booleans()):
        lines.append(f"day_count: {draw(st.sampled_from(['actual/365', '30/360', 'months', 'actual/actual']))}")
    return "\n" + "\n".join("  " + line for line in lines)


@st.composite
def risks(draw: st.DrawFn) -> list[dict[str, Any]]:
    day = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))
    row: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "sum": st.one_of(st.integers(0, 10**7), st.integers(0, 10**9).map(lambda n: n / 100)),
            "rate": st.integers(0, 500).map(lambda n: n / 1000),
            "mu": st.one_of(
                st.sampled_from([-3.0, 0.0, 0.1, 0.3, 1.5, 2.0, 7.25, 10.0, 0.30000000000000004]),
                st.floats(-20, 20, allow_nan=False),
            ),
            "zone": st.sampled_from(ZONES),
            "occupied": st.booleans(),
            "start": day,
            "days": st.integers(0, 800),
        }
    )
    rows: list[dict[str, Any]] = draw(st.lists(row, min_size=1, max_size=12))
    for each in rows:
        each["end"] = (each["start"] + dt.timedelta(days=each.pop("days"))).isoformat()
        each["start"] = each["start"].isoformat()
    return rows


def in_columns(rows: list[dict[str, Any]]) -> dict[str, Column]:
    columns: dict[str, Column] = {
        name: np.array([row[name] for row in rows], dtype=np.float64) for name in ("sum", "rate", "mu")
    }
    columns["zone"] = TextColumn(np.array([ZONES.index(row["zone"]) for row in rows]), ZONES)
    columns["occupied"] = np.array([row["occupied"] for row in rows])
    for name in ("start", "end"):
        columns[name] = np.array([row[name] for row in rows], dtype=object)
    return columns


def sheet_of(rating: CompiledRating, row: Mapping[str, Given]) -> Sheet | None:
    try:
        return quote_row(rating, row)
    except EvaluationError:
        return None


@LAW
@given(premiums(), risks())
def test_a_table_equals_its_rows_to_the_fen(premium: str, rows: list[dict[str, Any]]) -> None:
    rating = rated(premium)
    sheets = [sheet_of(rating, row) for row in rows]
    quotes = quote_columns(rating, in_columns(rows), len(rows))
    if all(sheet is not None for sheet in sheets):
        assert isinstance(quotes, Quotes)
        assert quotes.fen.tolist() == [sheet.fen for sheet in sheets if sheet is not None]
    else:
        assert isinstance(quotes, list)
        named = {int(str(finding.reason).split(":")[0].removeprefix("row ")) - 1 for finding in quotes}
        assert named == {row for row, sheet in enumerate(sheets) if sheet is None}


@LAW
@given(premiums(), risks())
def test_parts_make_the_premium_and_bounds_hold(premium: str, rows: list[dict[str, Any]]) -> None:
    rating = rated(premium)
    for row in rows:
        sheet = sheet_of(rating, row)
        if sheet is None:
            continue
        by_kind: dict[str, list[Fraction]] = {}
        for line in sheet.lines:
            by_kind.setdefault(line.kind, []).append(line.held)
        none = Fraction(0)
        total = math.prod(by_kind["base"] + by_kind.get("factor", []), start=Fraction(1))
        total += sum(by_kind.get("plus", []), none)
        total /= 1 - sum(by_kind.get("loading", []), none)
        total = max([total, *by_kind.get("minimum", [])])
        total = min([total, *by_kind.get("maximum", [])])
        total *= math.prod(by_kind.get("time", []), start=Fraction(1))
        for step in by_kind.get("rounding", []):
            assert abs(sheet.premium - total) <= step / 2
            assert sheet.premium % step == 0
        if not by_kind.get("rounding"):
            assert sheet.premium == total
        assert sheet.lines[-1].running == sheet.premium
        for factor, line in zip(rating.factors, sheet.lines[1:], strict=False):
            bounds = [evaluate(bound, row) for bound in factor.within or ()]
            assert not bounds or bounds[0] <= line.held <= bounds[1]  # type: ignore[operator]
            if isinstance(factor.quantity, Lookup):
                assert line.raw == look_up(factor.quantity, row)


@LAW
@given(st.lists(st.tuples(DECIMALS, DECIMALS), min_size=1, max_size=5), st.integers(0, 10**9))
def test_a_larger_factor_is_never_a_smaller_premium(pairs: list[tuple[str, str]], total: int) -> None:
    def premium(choice: int) -> Fraction:
        chosen = [sorted(pair, key=Fraction)[choice] for pair in pairs]
        factors = ", ".join(f"f{k}: {{value: {value}, within: [0.2, 1.5]}}" for k, value in enumerate(chosen))
        text = (
            f"{{base: sum * 1‰, factors: {{{factors}}}, plus: {{fee: 3}}, loadings: {{tax: 6%}}, min: 9, round: 0.01}}"
        )
        return quote_row(rated(text), {"sum": total}).premium

    assert premium(0) <= premium(1)


def one(value: Any, row: int) -> Any:
    return value[row] if np.ndim(value) else value


@LAW
@given(EXPRESSIONS, st.lists(EXPRESSIONS, min_size=1, max_size=6), risks())
def test_the_exact_value_lies_within_the_bound_and_on_its_grid(
    first: str, more: list[str], rows: list[dict[str, Any]]
) -> None:
    text = " * ".join(f"({expression})" for expression in [first, *more])
    for operation in ("", " / 3", " - 0.07 * (sum + mu)"):
        expression = parse(text + operation)
        assert isinstance(expression, Expression)
        found = numeric(near(expression, in_columns(rows), len(rows)))
        for number, row in enumerate(rows):
            if one(found.unsure, number):
                continue
            exact = evaluate(expression, row)
            assert isinstance(exact, Fraction)
            value, error = float(one(found.value, number)), float(one(found.error, number))
            assert abs(Fraction(value) - exact) <= Fraction(error) + Fraction(1, 10**300)
            assert found.parts is None or (exact * found.parts).denominator == 1


@LAW
@given(st.lists(st.integers(2, 9999), min_size=12, max_size=60), st.integers(1, 10**6))
def test_many_factors_stay_within_the_bound_of_their_product(cells: list[int], total: int) -> None:
    rows = ", ".join(f"f{k}: {{by: zone, table: {{A: {cell / 1000}}}}}" for k, cell in enumerate(cells))
    rating = rated(f"{{base: sum, factors: {{{rows}}}}}")
    table: dict[str, Column] = {"sum": np.array([float(total)]), "zone": TextColumn(np.array([0]), ("A",))}
    chain = Chain(1)
    assert all(chain.take(factor, table) for factor in rating.factors)
    product = chain.product()
    exact = math.prod((Fraction(cell, 1000) for cell in cells), start=Fraction(1))
    assert abs(Fraction(float(product.value[0])) - exact) <= Fraction(float(product.error[0]))
    if exact * total < 10**15:
        quotes = quote_columns(rating, table, 1)
        assert isinstance(quotes, Quotes)
        assert quotes.fen.tolist() == [quote_row(rating, {"sum": total, "zone": "A"}).fen]


@LAW
@given(
    st.one_of(
        st.integers(-(2**53), 2**53), st.integers(40, 53).flatmap(lambda bits: st.integers(2**bits, 2 ** (bits + 1)))
    ),
    st.sampled_from([1, 7, 100, 1000, 30_000]),
    st.integers(0, 40),
    st.booleans(),
)
def test_whole_steps_are_claimed_only_where_they_are_sure(numerator: int, parts: int, units: int, up: bool) -> None:
    """The exact value is numerator / parts; what stands in the column may lie anywhere within its bound of it."""
    exact = Fraction(numerator, parts)
    error = abs(float(exact)) * units * 2.0**-53
    value = float(exact) + (error if up else -error) * 0.99
    error += abs(float(exact)) * 2.0**-51
    for width in (Fraction(1, 100), Fraction(1), Fraction(3, 10), Fraction(1, 200)):
        known, steps = exact_steps(np.array([value]), np.array([error]), parts=parts, width=width)
        assert not known[0] or steps[0] == math.floor(exact / width + Fraction(1, 2))


ADDITIVE: tuple[DayCount, ...] = ("actual/365", "actual/360", "30/360", "days")
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@LAW
@given(st.sampled_from(ADDITIVE), st.lists(DAYS, min_size=3, max_size=3, unique=True).map(sorted))
def test_cover_in_two_parts_counts_as_one(convention: DayCount, days: list[dt.date]) -> None:
    first, middle, last = days
    assume(middle < last)
    whole = time_share(convention, first, end=last)
    after = middle + dt.timedelta(days=1)
    assert time_share(convention, first, end=middle) + time_share(convention, after, end=last) == whole


EVERY: tuple[DayCount, ...] = (*ADDITIVE, "actual/actual", "months")


@LAW
@given(st.sampled_from(EVERY), DAYS, st.integers(0, 1500))
def test_a_day_more_never_counts_less(convention: DayCount, start: dt.date, days: int) -> None:
    end = start + dt.timedelta(days=days)
    longer = time_share(convention, start, end=end + dt.timedelta(days=1))
    assert time_share(convention, start, end=end) <= longer


@LAW
@given(st.sampled_from(EVERY), DAYS, st.integers(1, 800), st.integers(-10, 900))
def test_what_is_earned_and_what_is_given_back_make_the_premium(
    convention: DayCount, start: dt.date, days: int, last: int
) -> None:
    term = Term(convention, start, start + dt.timedelta(days=days))
    assume(term.share(term.end) > 0)
    day, before = start + dt.timedelta(days=last), start + dt.timedelta(days=last - 1)
    premium = Fraction(1234567, 100)
    assert earned_share(term, before) <= earned_share(term, day)
    assert premium * earned_share(term, day) + return_of_premium(premium, term, day) == premium
    change = change_of_premium(premium, 2 * premium, term=term, first=day)
    assert change == -change_of_premium(2 * premium, premium, term=term, first=day)
    assert change == return_of_premium(premium, term, before)


@LAW
@given(DAYS, st.integers(1, 4))
def test_whole_years_of_cover_are_whole_numbers(start: dt.date, years: int) -> None:
    assume((start.month, start.day) != (2, 29))
    end = start.replace(year=start.year + years) - dt.timedelta(days=1)
    assert time_share("actual/actual", start, end=end) == years
    assert time_share("months", start, end=end) == years
