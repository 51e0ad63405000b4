"""Which version of a programme binds (B10): by the policy, the occurrence or the report."""

from fractions import Fraction

import pytest

from quanyu.engine import Compiled
from quanyu.language.scalars import Duration
from quanyu.settlement import Settled, settle_versions
from quanyu.waterfall import explain

from .cases_written import by_claim, case, compiled, yuan

LIMITED = "losses: [{{as: cover, party: a, limit: {0}}}, {{as: rest, party: city}}]\n"


def versions(basis: str, *, more: str = "") -> list[Compiled]:
    """The limit is 100 from 2023 on and 60 from 2024 on."""
    return [compiled(LIMITED.format(limit) + more, f"{year}-01-01", basis) for year, limit in ((2023, 100), (2024, 60))]


def settled(basis: str, text: str, *, more: str = "") -> Settled:
    done = settle_versions(versions(basis, more=more), case(text))
    assert isinstance(done, Settled), done
    return done


def codes(basis: str, text: str) -> list[str]:
    done = settle_versions(versions(basis), case(text))
    assert isinstance(done, list)
    return [finding.code for finding in done]


ROW = "rows: [{claim: x, attached: 2023-10-01, occurred: 2023-12-20, reported: 2024-02-01, amount: 100}]\n"


@pytest.mark.parametrize(("basis", "pays"), [("attaching", 100), ("occurring", 100), ("claims-made", 60)])
def test_b10_a_claim_is_settled_by_the_version_of_its_basis(basis: str, pays: int) -> None:
    assert yuan(settled(basis, ROW))["a"] == pays


def test_b10_a_policy_keeps_its_version_though_the_claim_occurs_under_the_next() -> None:
    late = ROW.replace("2023-12-20", "2024-02-01")
    assert yuan(settled("attaching", late)) == {"a": 100}
    assert yuan(settled("occurring", late)) == {"a": 60, "city": 40}


def test_rows_of_both_versions_stand_side_by_side() -> None:
    text = """
rows:
  - {claim: x, attached: 2023-10-01, at: 2024-02-01, amount: 130}
  - {claim: y, attached: 2024-03-01, at: 2024-05-01, amount: 130, event: e2, policy: q, insured: i2}
"""
    done = settled("attaching", text)
    assert by_claim(done) == {("x", "a"): 100, ("x", "city"): 30, ("y", "a"): 60, ("y", "city"): 70}
    assert set(done.outcome.by_step()) == {
        "2023-01-01/cover", "2023-01-01/rest", "2024-01-01/cover", "2024-01-01/rest"
    }  # fmt: skip
    assert [line.en.split("]")[0] for line in explain(done.outcome, "y")] == ["[2024-01-01/cover", "[2024-01-01/rest"]
    assert sum(b.amount for b in done.bookings) == sum(done.outcome.by_party().values())
    assert done.receivers is not None
    assert done.receivers.by_party() == {"insured:i1": 13000, "insured:i2": 13000}


def test_all_increments_of_a_claim_go_by_its_first() -> None:
    text = """
rows:
  - {claim: x, occurred: 2024-01-05, determined: 2024-03-01, amount: 50}
  - {claim: x, occurred: 2023-12-30, determined: 2024-02-01, amount: 40}
"""
    assert yuan(settled("occurring", text)) == {"a": 90}


def test_premium_and_deposits_stand_under_the_version_of_their_date_or_policy() -> None:
    capped = "accounts: {fund: {opening: 0}}\nlosses: [{as: cover, party: a, cap: {period: premium}}, "
    capped += "{as: fund, party: fund}, {as: rest, party: city}]\n"
    both = [compiled(capped, f"{year}-01-01", "attaching") for year in (2023, 2024)]
    text = """
premium: [{policy: p1, amount: 10}, {attached: 2024-05-01, policy: q9, amount: 20}]
deposits: [{account: fund, at: 2023-02-01, amount: 5}]
rows:
  - {claim: x, policy: p1, insured: p1, attached: 2023-10-01, at: 2024-02-01, amount: 30}
  - {claim: y, policy: q1, insured: q1, attached: 2024-03-01, at: 2024-05-01, amount: 30, event: e2}
"""
    done = settle_versions(both, case(text))
    assert isinstance(done, Settled), done
    assert by_claim(done) == {
        ("x", "a"): 10, ("x", "fund"): 5, ("x", "city"): 15, ("y", "a"): 20, ("y", "city"): 10
    }  # fmt: skip


def test_a_version_whose_period_has_ended_binds_what_is_reported_within_its_extended_reporting() -> None:
    ended = compiled(LIMITED.format(100), "2023-01-01", "claims-made")
    period = ended.programme.period.model_copy(
        update={"until": case("known: 2023-12-31\n").known, "extended_reporting": Duration(60, "day")}
    )
    ended = Compiled(
        ended.programme.model_copy(update={"period": period}), ended.covers, ended.combinations, ended.names,
        ended.kinds, ended.plans, ended.rating,
    )  # fmt: skip
    done = settle_versions([ended], case(ROW))
    assert isinstance(done, Settled), done
    assert yuan(done) == {"a": Fraction(100)}
    late = settle_versions([ended], case(ROW.replace("2024-02-01", "2024-05-01")))
    assert isinstance(late, list)
    assert [f.code for f in late] == ["no-version-in-force"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rows: [{claim: x, attached: 2001-01-01, at: 2001-02-01, amount: 1}]\n", "no-version-in-force"),
        ("rows: [{claim: x, at: 2023-02-01, amount: 1}]\n", "version-undated"),
        ("premium: [{policy: nobody, amount: 1}]\n" + ROW, "version-undated"),
        ("deposits: [{account: fund, at: 1999-01-01, amount: 1}]\n" + ROW, "no-version-in-force"),
        ("", "nothing-known"),
    ],
)
def test_what_no_version_binds_is_a_finding(text: str, code: str) -> None:
    assert codes("attaching", text) == [code]
