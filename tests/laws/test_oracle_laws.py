"""The laws of the waterfall, on the oracle itself: a yardstick that is bent would measure nothing."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from oracle import Ledger, Refused, from_notation, history_from, split
from oracle.fen import next_seat
from oracle.strategies import Notation, cases, claims, programmes

LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
BY_PARTY = dict[tuple[str, str], Fraction]


def shares(case: Notation, **changes: Any) -> BY_PARTY:
    facts = {**case["history"], **changes.pop("history", {})}
    return split(from_notation(case["programme"]), history_from(facts), **changes).by_claim()


def gross(case: Notation) -> dict[str, int]:
    out: dict[str, int] = {}
    for row in case["history"]["rows"]:
        out[row["claim"]] = out.get(row["claim"], 0) + row["amount"]
    return {claim: amount for claim, amount in out.items() if amount}


def of_claims(parts: BY_PARTY) -> dict[str, Fraction]:
    out: dict[str, Fraction] = {}
    for (claim, _), amount in parts.items():
        out[claim] = out.get(claim, Fraction(0)) + amount
    return out


def in_fen(case: Notation) -> BY_PARTY:
    try:
        return shares(case, fen=True)
    except Refused:
        assume(False)
        raise


@LAW
@given(cases())
def test_the_parts_of_a_claim_add_up_to_it_and_none_is_negative(case: Notation) -> None:
    parts = shares(case)
    assert of_claims(parts) == gross(case)
    assert min(parts.values(), default=Fraction(0)) >= 0


@LAW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_at_an_instant_does_not_matter(case: Notation, random: Any) -> None:
    rows = case["history"]["rows"]
    places = list(range(len(rows)))
    random.shuffle(places)
    shuffled = sorted(places, key=lambda i: rows[i]["t"])
    again = {"rows": [rows[i] for i in shuffled]}
    assert shares(case, history=again) == shares(case)
    try:
        whole = shares(case, fen=True)
    except Refused:
        return
    assert shares(case, history=again, fen=True) == whole


def scaled(value: Any, k: int) -> Any:
    return value * k if isinstance(value, int | Fraction) and not isinstance(value, bool) else value


def scaled_steps(steps: list[Notation], k: int) -> list[Notation]:
    out = []
    for step in steps:
        new = dict(step)
        for name in ("attachment", "limit", "franchise", "cap"):
            if name in new:
                new[name] = {scope: scaled(v, k) for scope, v in new[name].items()}
        if "bands" in new:
            new["bands"] = {s: {scaled_interval(i, k): q for i, q in b.items()} for s, b in new["bands"].items()}
        for name in ("tower", "steps"):
            if name in new:
                new[name] = scaled_steps(new[name], k)
        new.pop("reinstatement", None)
        out.append(new)
    return out


def scaled_interval(interval: str, k: int) -> str:
    low, high = interval.strip("(]) ").split(",")
    return f"({int(low) * k}, {high.strip() if 'inf' in high else int(high) * k}{interval[-1]}"


@LAW
@given(cases(constants=True), st.integers(2, 1000))
def test_money_counted_in_a_smaller_unit_is_split_alike(case: Notation, k: int) -> None:
    programme, facts = case["programme"], case["history"]
    steps = scaled_steps(programme["losses"], k)
    # A condition on an amount is a figure inside a text; those programmes are not scaled here.
    assume("amount" not in str(steps) and "sum" not in str(steps))
    accounts = {a: {name: v * k for name, v in spec.items()} for a, spec in programme["accounts"].items()}
    larger = {name: [{**r, "amount": r["amount"] * k} for r in rows] for name, rows in facts.items()}
    changed = {"programme": {**programme, "losses": steps, "accounts": accounts}, "history": larger}
    assert shares(changed) == {key: v * k for key, v in shares(case).items()}


@LAW
@given(cases(caps=False, accounts=False, constants=True, depth=0, reductions=False), st.data())
def test_a_larger_loss_never_gives_the_first_bearer_less(case: Notation, data: st.DataObject) -> None:
    first, *_ = case["programme"]["losses"]
    assume("when" not in first and "franchise" not in first)
    lone = {**case["programme"], "losses": [{**first, "party": "insurer"}, {"as": "rest", "party": "insured"}]}
    before = {"programme": lone, "history": case["history"]}
    rows = [dict(row) for row in case["history"]["rows"]]
    rows[data.draw(st.integers(0, len(rows) - 1))]["amount"] += data.draw(st.integers(1, 100))

    def borne(parts: BY_PARTY) -> Fraction:
        return sum((v for (_, party), v in parts.items() if party == "insurer"), Fraction(0))

    assert borne(shares(before, history={"rows": rows})) >= borne(shares(before))


@LAW
@given(programmes(accounts=False), claims(most=1), st.integers(2, 200), st.data())
def test_a_lone_claim_may_be_paid_in_parts(programme: Notation, one: list[Notation], amount: int, data: Any) -> None:
    cut = data.draw(st.integers(1, amount - 1))
    whole = {"programme": programme, "history": {"rows": [{**one[0], "t": 1, "amount": amount}]}}
    parts = [{**one[0], "t": 1, "amount": cut}, {**one[0], "t": 2, "amount": amount - cut}]
    assert shares(whole, history={"rows": parts}) == shares(whole)


@LAW
@given(cases(caps=False, accounts=False), st.integers(1, 3))
def test_a_party_with_steps_behind_is_a_group_with_the_party_last(case: Notation, size: int) -> None:
    inner = case["programme"]["losses"][:-1][:size]
    nested = [{"as": "n", "party": "city", "steps": inner}, {"as": "rest", "party": "insured"}]
    group = [{"as": "n", "steps": [*inner, {"as": "own", "party": "city"}]}, {"as": "rest", "party": "insured"}]
    one = {**case, "programme": {**case["programme"], "losses": nested}}
    other = {**case, "programme": {**case["programme"], "losses": group}}
    assert shares(one) == shares(other)


@LAW
@given(cases(accounts=False), st.integers(1, 8))
def test_bookings_add_up_to_the_restated_split(case: Notation, stop: int) -> None:
    """Whatever is known first, the entries of two bookings add up to the split of what is known last."""
    programme, rows = from_notation(case["programme"]), case["history"]["rows"]
    ledger = Ledger(programme)
    ledger.book(stop, history_from({**case["history"], "rows": [r for r in rows if r["t"] <= stop]}))
    ledger.book(20, history_from(case["history"]))
    assert ledger.balance() == split(programme, history_from(case["history"])).by_claim()


@LAW
@given(cases(), st.integers(1, 8), st.booleans())
def test_parts_that_stand_as_booked_never_overdraw_an_account(case: Notation, stop: int, fen: bool) -> None:
    """Accounts do not reopen: through revisions the claims still add up, no part and no balance falls below zero."""
    ledger, rows = Ledger(from_notation(case["programme"]), fen=fen), case["history"]["rows"]
    for now in (stop, stop + 3, 30):
        known = [r for r in rows if r["t"] <= now]
        ledger.book(now, history_from({**case["history"], "rows": known}))
        assert of_claims(ledger.balance()) == gross({**case, "history": {"rows": known}})
        assert all(v >= 0 for v in ledger.balance().values())
        assert all(v >= 0 for v in ledger.outcome.balances.values())


@LAW
@given(cases())
def test_whole_fen_conserve_every_claim(case: Notation) -> None:
    parts = in_fen(case)
    assert of_claims(parts) == gross(case)
    assert all(v >= 0 and v.denominator == 1 for v in parts.values())


@LAW
@given(cases(reductions=False, accounts=False), st.integers(1, 12))
def test_whole_fen_are_never_taken_back_as_claims_arrive(case: Notation, stop: int) -> None:
    assume("amount" not in str(case["programme"]["losses"]) and "franchise" not in str(case["programme"]["losses"]))
    rows = [row for row in case["history"]["rows"] if row["t"] <= stop]
    last = in_fen(case)
    for key, paid in shares(case, history={"rows": rows}, fen=True).items():
        assert last.get(key, 0) >= paid


@LAW
@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 60))
def test_seats_stay_near_the_exact_share(weights: list[int], total: int) -> None:
    exact = [Fraction(w, sum(weights)) for w in weights]
    seats = [0] * len(weights)
    for _ in range(total):
        seats[next_seat(exact, seats)] += 1
    assert sum(seats) == total
    assert all(abs(n - w * total) <= 2 for n, w in zip(seats, exact, strict=True))


@pytest.mark.parametrize("scope", ["insured", "event"])
def test_splitting_among_others_follows_the_queue(scope: str) -> None:
    """Parts of a claim keep their places: what was paid before another claim is served before it."""
    steps = [{"as": "cover", "party": "insurer", "limit": {scope: 100}}, {"as": "rest", "party": "insured"}]
    keys = {"insured": "i", "period": 1, "event": "e"}
    rows = [
        {**keys, "claim": "a", "t": 1, "amount": 60},
        {**keys, "claim": "b", "t": 2, "amount": 60},
        {**keys, "claim": "a", "t": 3, "amount": 60},
    ]
    parts = split(from_notation({"losses": steps}), history_from({"rows": rows})).by_claim()
    assert parts == {("a", "insurer"): 60, ("b", "insurer"): 40, ("a", "insured:i"): 60, ("b", "insured:i"): 20}
