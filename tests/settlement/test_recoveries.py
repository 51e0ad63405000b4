"""What comes back: by burden, as a smaller loss, above all that was borne, and limits given back (B13)."""

from fractions import Fraction

import pytest

from .cases_written import by_claim, codes, settled, yuan

LAYERED = """
losses:
  - {as: own, party: insured, limit: {claim: 20}}
  - {as: layer, party: a, limit: {claim: 80}}
  - {as: top, party: b}
"""
ROWS = "rows: [{claim: x, t: 1, amount: 200}]\nflow: recoveries\n"
YEARLY = "losses: [{as: cover, party: a, limit: {period: 100}}, {as: rest, party: insured}]\n"
TWO = "rows: [{claim: x, t: 1, amount: 80, insured: i1}, {claim: y, t: 3, amount: 60, insured: i2}]\n"


def back(amount: int, t: int = 2, claim: str = "x") -> str:
    return f"recovered: [{{claim: {claim}, t: {t}, amount: {amount}}}]\n"


def flow(basis: str, *, restores: bool = False) -> str:
    return f"recoveries: {{basis: {basis}, restores: {str(restores).lower()}, above: maker}}\n"


@pytest.mark.parametrize(
    ("basis", "amount", "expected"),
    [
        ("borne", 50, {"insured:i1": 5, "a": 20, "b": 25}),
        ("borne", 250, {"insured:i1": 20, "a": 80, "b": 100, "maker": 50}),
        ("loss-reduction", 50, {"b": 50}),
        ("loss-reduction", 120, {"b": 100, "a": 20}),
        ("loss-reduction", 250, {"insured:i1": 20, "a": 80, "b": 100, "maker": 50}),
    ],
)
def test_b13_who_gets_what_comes_back(basis: str, amount: int, expected: dict[str, int]) -> None:
    done = settled(LAYERED + flow(basis), ROWS + back(amount))
    assert yuan(done) == expected
    assert by_claim(done) == {("x", "insured:i1"): 20, ("x", "a"): 80, ("x", "b"): 100}


@pytest.mark.parametrize("basis", ["borne", "loss-reduction"])
def test_two_recoveries_of_one_claim_are_never_more_than_was_borne(basis: str) -> None:
    twice = "recovered: [{claim: x, t: 2, amount: 150}, {claim: x, t: 3, amount: 100}]\n"
    expected = {"insured:i1": 20, "a": 80, "b": 100, "maker": 50}
    assert yuan(settled(LAYERED + flow(basis), ROWS + twice)) == expected


@pytest.mark.parametrize(("restores", "second"), [(False, 20), (True, 60)])
@pytest.mark.parametrize("basis", ["borne", "loss-reduction"])
def test_a_recovery_gives_limits_back_only_where_it_restores(basis: str, restores: bool, second: int) -> None:
    """A limit of 100 a year: x uses 80. When 50 of it come back, y finds 20, or, restored, all of its 60."""
    done = settled(YEARLY + flow(basis, restores=restores), TWO + back(50))
    assert by_claim(done)["x", "a"] == 80
    assert by_claim(done)["y", "a"] == second
    assert done.recovered is not None
    assert done.recovered.by_party() == {"a": 5000}
    assert sum(b.amount for b in done.bookings) == sum(done.outcome.by_party().values()) == 14000


def test_what_a_restored_limit_gives_is_booked_when_the_money_comes_back() -> None:
    done = settled(YEARLY + flow("borne", restores=True), TWO + back(50, t=4))
    late = [(b.claim, b.party, b.amount / 100) for b in done.bookings if b.now == 4]
    assert sorted(late) == [("y", "a", 40), ("y", "insured:i2", -40)]


def test_what_an_account_gets_back_serves_later_claims_alone() -> None:
    """A fund of 50 pays x; 30 come back at 2. y, of 3, has them; at 4 they would come too late."""
    body = "accounts: {fund: {opening: 50}}\nlosses: [{as: fund, party: fund}, {as: rest, party: city}]\n"
    body += flow("borne")
    rows = "rows: [{claim: x, t: 1, amount: 50}, {claim: y, t: 3, amount: 50, insured: i2}]\n"
    early, late = (settled(body, rows + back(30, t)) for t in (2, 4))
    assert by_claim(early) == {("x", "fund"): 50, ("y", "fund"): 30, ("y", "city"): 20}
    assert by_claim(late) == {("x", "fund"): 50, ("y", "city"): 50}
    assert early.outcome.balances == {"fund": 0}
    assert late.outcome.balances == {"fund": 3000}


def test_what_comes_back_above_a_ceiling_is_told() -> None:
    """The fund of 50 pays 40 of x and is given 30 at 2; at 3 its 40 come back, and it holds 60 at most."""
    body = "accounts: {fund: {opening: 50, ceiling: 60}}\n"
    body += "losses: [{as: fund, party: fund}, {as: rest, party: city}]\n" + flow("borne")
    rows = "rows: [{claim: x, t: 1, amount: 40}]\ndeposits: [{t: 2, account: fund, amount: 30}]\n"
    done = settled(body, rows + back(40, t=3))
    assert done.outcome.balances == {"fund": 6000}
    assert [(o.account, o.instant, o.amount) for o in done.outcome.overflow] == [("fund", 3, 2000)]
    assert settled(body, rows + back(20, t=3)).outcome.overflow == ()


def test_in_whole_fen_what_comes_back_is_handed_out_to_the_last() -> None:
    done = settled(LAYERED + flow("borne"), ROWS + "recovered: [{claim: x, t: 2, amount: 0.07}]\n")
    assert sum(yuan(done).values()) == Fraction("0.07")


def test_recoveries_of_a_programme_without_them_are_a_finding() -> None:
    assert codes(YEARLY, TWO + back(5)) == ["no-flow"]
