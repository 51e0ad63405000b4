"""Claims of perils: numbers that never meet, only what is read is drawn, fields and keys as they are said."""

import numpy as np
import pytest

from quanyu.engine.annual import Annual
from quanyu.engine.happenings import Needs, draw_claims
from quanyu.engine.ordering import rows_of
from quanyu.formula import TextColumn
from simulation.replay import annual_from
from simulation.test_exact import HEAD

LOSSES = "losses: {from: [{as: x, party: a}], to: [{as: paid, party: insured}]}\n"
ALL = Needs(
    clock=True, cover=True, recovered=True, fields=frozenset({"kind", "sum", "big", "rate"}),
    keys=frozenset({"event", "buyer", "policy", "insured"}),
)  # fmt: skip


def annual(perils: str, *, exposure: str = "[{count: 1}]", head: str = HEAD) -> Annual:
    return annual_from(f"{head}\n{LOSSES}\nassumptions: {{exposure: {exposure}, perils: {{{perils}}}}}")


def test_numbers_of_different_perils_never_meet() -> None:
    """Two perils of two covers; neither draws a buyer, so every claim has its own."""
    drawn = annual(
        "p: {frequency: {fixed: 2}, claims: {fixed: 3}, amounts: {fire: {fixed: 1}, wind: {fixed: 2}}},"
        "q: {frequency: {fixed: 2}, amounts: {fire: {fixed: 3}}},"
        "r: {frequency: {fixed: 1}, amounts: {fire: {fixed: 4}}, keys: {buyer: {among: 5}}}"
    ).drawn
    parts = draw_claims(drawn, 1, range(4), ALL)
    rows = rows_of(parts, ALL, {"event": ("event",), "buyer": ("buyer", "period")})
    for i in range(4):
        path = slice(int(rows.ptr[i]), int(rows.ptr[i + 1]))
        amounts, events, buyers = rows.amount[path], rows.keys["event"][path], rows.keys["buyer"][path]
        assert len(amounts) == 2 * 3 * 2 + 2 + 1
        assert len(set(events)) == 2 + 2 + 1
        # A claim's two covers share its buyer; six claims of the first peril, two of the second, one of the third.
        assert len(set(buyers)) == 6 + 2 + 1
        first = set(events[amounts <= 2])
        assert not first & set(events[amounts > 2])
        assert sorted(set(events)) == list(range(5))


def test_rows_stand_by_the_clock_and_covers_of_a_claim_together() -> None:
    drawn = annual(
        "p: {frequency: {poisson: 30}, amounts: {fire: {uniform: {low: 1, high: 9}}, wind: {fixed: 2}},"
        " delay: {determined: {uniform: {low: 10, high: 500}}}},"
        "q: {frequency: {poisson: 20}, time: {day: 06-15}, amounts: {wind: {fixed: 3}}}",
        head=HEAD.replace("parties:", "queue: {by: determined, ties: pro rata}\nparties:", 1),
    ).drawn
    rows = rows_of(draw_claims(drawn, 3, range(50), ALL), ALL, {})
    assert rows.instant is not None
    assert rows.cover is not None
    assert rows.instant.max() > 1.0
    for i in range(50):
        path = slice(int(rows.ptr[i]), int(rows.ptr[i + 1]))
        assert (np.diff(rows.instant[path]) >= 0).all()
        pairs = rows.cover[path][:-1][np.diff(rows.instant[path]) == 0]
        assert len(pairs) >= len(rows.amount[path]) // 3


def test_what_is_not_read_is_not_drawn_and_changes_nothing() -> None:
    drawn = annual(
        "p: {frequency: {poisson: 4}, amounts: {fire: {gamma: {mean: 3, cv: 1}}}, keys: {buyer: {among: 5}},"
        " fields: {kind: {categorical: {x: 0.5, y: 0.5}}}, delay: {determined: {fixed: 3}}, recovery: {fixed: 0.1}}",
        exposure="[{count: 3, fields: {sum: 1}}, {count: 2, fields: {sum: 2}}]",
        head=HEAD.replace("gust_limit: {type: money}", "kind: [x, y], sum: {type: money}, buyer: key"),
    ).drawn
    (whole,), (bare,) = draw_claims(drawn, 1, range(100), ALL), draw_claims(drawn, 1, range(100), Needs())
    assert bare.clock is None
    assert bare.unit is None
    assert bare.returned is None
    assert not bare.fields
    assert not bare.keys
    np.testing.assert_array_equal(bare.amounts[0], whole.amounts[0])
    assert whole.unit is not None
    assert set(whole.unit) == {0, 1, 2, 3, 4}
    np.testing.assert_array_equal(whole.fields["sum"], np.where(whole.unit < 3, 1.0, 2.0))
    assert isinstance(whole.fields["kind"], TextColumn)
    assert set(whole.keys["buyer"]) <= set(range(5))


def test_units_are_equally_likely() -> None:
    drawn = annual(
        "p: {frequency: {fixed: 10}, amounts: {fire: {fixed: 1}}}",
        exposure="[{count: 30, fields: {sum: 1}}, {count: 10, fields: {sum: 2}}]",
        head=HEAD.replace("gust_limit: {type: money}", "sum: {type: money}"),
    ).drawn
    (part,) = draw_claims(drawn, 1, range(4000), ALL)
    assert part.unit is not None
    counts = np.bincount(part.unit, minlength=40)
    expected = 40_000 / 40
    assert ((counts - expected) ** 2 / expected).sum() < 39 + 4 * np.sqrt(2 * 39)


def test_amounts_that_are_nothing_make_no_row() -> None:
    """A law that goes below zero: what is not above it is no claim."""
    made = annual("p: {frequency: {fixed: 4}, amounts: {fire: {normal: {mean: 0, sd: 1}}}}")
    assert made.plain is None
    rows = made.draw(1, range(1000))
    assert rows.amount.min() > 0.0
    assert 0.45 < rows.amount.size / 4000 < 0.55


def test_a_quantity_of_the_exposure_follows_a_field_that_is_drawn() -> None:
    """`rate` follows from `sum`, which the exposure states and the peril draws anew."""
    head = HEAD.replace("gust_limit: {type: money}", "sum: {type: money}") + "values: {rate: {value: sum * 2}}\n"
    text = LOSSES.replace("party: a}", "party: a, share: rate / 100}, {as: rest, party: b}")
    made = annual_from(
        f"{head}\n{text}\nassumptions: {{exposure: [{{count: 1, fields: {{sum: 10}}}}],"
        " perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 100}}, fields: {sum: {fixed: 30}}},"
        " q: {frequency: {fixed: 1}, amounts: {fire: {fixed: 1}}}}}"
    )
    rows = made.draw(1, range(3))
    rate = np.asarray(rows.fields["rate"])
    np.testing.assert_array_equal(rate, np.where(rows.amount == 100.0, 60.0, 20.0))


def test_keys_that_stand_in_a_field_and_keys_of_numbers() -> None:
    head = HEAD.replace("gust_limit: {type: money}", "sum: {type: money}, kind: [x, y]")
    drawn = annual(
        "p: {frequency: {fixed: 6}, amounts: {fire: {fixed: 1}}, fields: {kind: {categorical: {x: 0.5, y: 0.5}},"
        " sum: {empirical: [0.25, 0.5]}}},"
        "q: {frequency: {fixed: 1}, amounts: {fire: {fixed: 2}}, fields: {kind: {categorical: {y: 1}}}}",
        head=head,
        exposure="[{count: 1}]",
    ).drawn
    parts = draw_claims(drawn, 2, range(60), ALL)
    rows = rows_of(parts, ALL, {"kind": ("kind",), "sum": ("sum",), "both": ("kind", "sum")})
    kind, total = rows.fields["kind"], np.asarray(rows.fields["sum"])
    assert isinstance(kind, TextColumn)
    for i in range(60):
        path = slice(int(rows.ptr[i]), int(rows.ptr[i + 1]))
        words = [kind.values[c] for c in kind.codes[path]]
        sums = [s if not np.isnan(s) else ("own", n) for n, s in enumerate(total[path])]
        for scope, wanted in (("kind", words), ("sum", sums), ("both", list(zip(words, sums, strict=True)))):
            known: dict[object, int] = {}
            expected = [known.setdefault(k, len(known)) for k in wanted]
            assert rows.keys[scope][path].tolist() == expected, scope


@pytest.mark.parametrize("needs", [Needs(), ALL])
def test_no_claims_at_all(needs: Needs) -> None:
    drawn = annual("p: {frequency: {poisson: 0.0001}, amounts: {fire: {fixed: 1}}}").drawn
    scopes = {"event": ("event",)} if needs.keys else {}
    rows = rows_of(draw_claims(drawn, 1, range(5), needs), needs, scopes)
    assert rows.ptr.tolist() == [0] * 6
    assert rows.amount.size == 0
