"""Cases settled: recorded ones to the fen, reductions, closings, transfers, what comes back."""

from fractions import Fraction
from pathlib import Path

import pytest

from quanyu.engine import Compiled, compile_programme
from quanyu.language.load import load_case, make_case, read_programme
from quanyu.language.programme import Case
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes
from quanyu.settlement import Settled, settle
from quanyu.settlement.expected import compare

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "programmes").rglob("*.case"))
HEAD = """
programme: tests.settle
version: 2023-01-01
name: {zh: 试, en: test}
family: property
source: hand-worked
period: {each: year, basis: occurring}
facts: {depth: {}, assessed: {type: money}}
parties: {a: {kind: insurer}, b: {kind: insurer}, city: {kind: government}, maker: {kind: liable}}
covers: {c: {pays: assessed}, relief: {pays: {by: depth, table: {"(20, 50]": 500, "(50, inf)": 1000}, else: 0}}}
examples: [{cover: c, env: {assessed: 1}, expect: 1}]
"""


def compiled(body: str) -> Compiled:
    document, findings = read_programme(HEAD + body)
    assert document is not None, findings
    made = compile_programme(document.value)
    assert isinstance(made, Compiled), made
    return made


def case(text: str) -> Case:
    tree, findings = read_bytes(("case: x\nprogramme: x.yaml\n" + text).encode(), "x.case")
    assert isinstance(tree, Map), findings
    document, findings = make_case(tree, "x.case", {})
    assert document is not None, findings
    return document.value


def settled(body: str, text: str) -> Settled:
    done = settle(compiled(body), case(text))
    assert isinstance(done, Settled), done
    return done


def yuan(done: Settled) -> dict[str, Fraction]:
    return {party: Fraction(amount) / 100 for party, amount in done.asked.by_party().items()}


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.name)
def test_every_case_comes_out_as_expected(path: Path) -> None:
    document, _ = load_case(path)
    assert document is not None
    programme, _ = (
        read_programme((path.parent / document.value.programme).read_text("utf-8"))
        if "extends" not in (path.parent / document.value.programme).read_text("utf-8")
        else (None, [])
    )
    if programme is None:
        from quanyu.language.load import load_programme

        programme, _ = load_programme(path.parent / document.value.programme)
    assert programme is not None
    made = compile_programme(programme.value)
    assert isinstance(made, Compiled)
    done = settle(made, document.value)
    assert isinstance(done, Settled), done
    lines = compare(done)
    assert lines
    assert [(c.name, c.got, c.expected) for c in lines if not c.holds] == []
    assert sum(done.outcome.by_party().values()) == sum(done.outcome.totals().values())


LIMIT = "losses: [{as: first, party: a, limit: {period: 100}}, {as: rest, party: city}]\n"


def test_a_reduction_gives_room_to_those_who_waited() -> None:
    """Limit 100: a claims 80, b 50; then a falls by 50. Nobody owes anything for a claim of 30."""
    rows = "rows: [{claim: a, t: 1, amount: 80}, {claim: b, t: 2, amount: 50}, {claim: a, t: 3, amount: -50}]\n"
    done = settled(LIMIT, rows)
    by_claim = {k: v / 100 for k, v in done.outcome.by_claim().items()}
    assert by_claim == {("a", "a"): 30, ("b", "a"): 50}


def test_a_claim_below_zero_is_refused_and_nothing_is_settled() -> None:
    findings = settle(compiled(LIMIT), case("rows: [{claim: a, t: 1, amount: 10}, {claim: a, t: 2, amount: -20}]\n"))
    assert isinstance(findings, list)
    assert [f.code for f in findings] == ["claim-below-zero"]


def test_what_is_booked_adds_up_to_what_is_settled() -> None:
    rows = """
rows:
  - {claim: a, at: 2023-03-01, known: 2023-03-05, amount: 80}
  - {claim: b, at: 2023-04-01, known: 2023-04-02, amount: 50}
  - {claim: a, at: 2023-05-01, known: 2023-05-01, amount: -50}
"""
    done = settled(LIMIT, rows)
    entries = [(str(b.now), b.claim, b.party, b.amount / 100) for b in done.bookings]
    assert entries == [
        ("2023-03-05", "a", "a", 80), ("2023-04-02", "b", "a", 20), ("2023-04-02", "b", "city", 30),
        ("2023-05-01", "a", "a", -50), ("2023-05-01", "b", "a", 30), ("2023-05-01", "b", "city", -30),
    ]  # fmt: skip
    assert sum(b.amount for b in done.bookings) == sum(done.outcome.by_party().values())


def test_what_is_not_known_yet_is_left_out() -> None:
    rows = (
        "known: 2023-04-30\nrows: [{claim: a, at: 2023-03-01, amount: 80}, {claim: a, at: 2023-05-01, amount: -50}]\n"
    )
    assert yuan(settled(LIMIT, rows)) == {"a": 80}


def test_a_budget_that_does_not_reopen_leaves_others_as_booked() -> None:
    """100 of subsidy: a takes 80, b 20 of 50. When a is cancelled, b stands as booked; c, later, has the room."""
    body = "losses: [{as: budget, party: a, cap: {period: 100}, reopen: false}, {as: own, party: city}]\n"
    rows = """
rows:
  - {claim: a, at: 2023-01-01, known: 2023-01-01, amount: 80}
  - {claim: b, at: 2023-02-01, known: 2023-02-01, amount: 50}
  - {claim: a, at: 2023-03-01, known: 2023-03-01, amount: -80}
  - {claim: c, at: 2023-04-01, known: 2023-04-01, amount: 90}
"""
    done = settled(body, rows)
    by_claim = {k: v / 100 for k, v in done.outcome.by_claim().items()}
    assert by_claim == {("b", "a"): 20, ("b", "city"): 30, ("c", "a"): 80, ("c", "city"): 10}


def test_after_closing_a_difference_falls_into_the_next_open_period() -> None:
    body = "closes: {after: 12 months}\n" + LIMIT
    rows = """
rows:
  - {claim: a, at: 2023-06-01, known: 2023-06-01, amount: 40}
  - {claim: a, at: 2023-07-01, known: 2024-12-31, amount: 10}
  - {claim: a, at: 2023-08-01, known: 2025-01-01, amount: 5}
"""
    done = settled(body, rows)
    assert [(b.period, b.amount / 100) for b in done.bookings] == [("2023", 40), ("2023", 10), ("2024", 5)]


def test_transfers_say_who_pays_whom_and_leave_out_what_one_bears_oneself() -> None:
    tower = "tower: [{as: p, party: a, share: 60%}, {as: q, party: b, share: 40%}]"
    body = f"losses: [{{as: own, party: insured, limit: {{claim: 10}}}}, {{as: pool, {tower}}}]\n"
    done = settled(body, "rows: [{claim: x, t: 1, amount: 110, insured: i7}]\n")
    assert [(t.payer, t.receiver, t.amount, t.label) for t in done.transfers] == [
        ("a", "insured:i7", 6000, "p"), ("b", "insured:i7", 4000, "q")
    ]  # fmt: skip


RECOVERED = """
losses:
  - {as: own, party: insured, limit: {claim: 20}}
  - {as: layer, party: a, limit: {claim: 80}}
  - {as: top, party: b}
"""
ROWS = "rows: [{claim: x, t: 1, amount: 200}]\nrecovered: [{claim: x, t: 2, amount: 50}]\nflow: recoveries\n"


def test_recoveries_by_what_each_bore() -> None:
    """50 on (20 | 80 | 100): pro rata 5, 20, 25."""
    body = RECOVERED + "recoveries: {basis: borne, restores: false, above: city, to: [{as: all, party: borne}]}\n"
    assert yuan(settled(body, ROWS)) == {"insured:i1": 5, "a": 20, "b": 25}


def test_recoveries_as_a_smaller_loss() -> None:
    """The same 50 as if the loss had been 150: the top layer has all of it."""
    body = (
        RECOVERED + "recoveries: {basis: loss-reduction, restores: false, above: city, to: [{as: all, party: borne}]}\n"
    )
    assert yuan(settled(body, ROWS)) == {"b": 50}


def test_what_exceeds_all_that_was_borne_has_its_receiver() -> None:
    body = RECOVERED + "recoveries: {basis: borne, restores: false, above: maker, to: [{as: all, party: borne}]}\n"
    text = ROWS.replace("t: 2, amount: 50", "t: 2, amount: 250")
    assert yuan(settled(body, text)) == {"insured:i1": 20, "a": 80, "b": 100, "maker": 50}


def test_count_makes_so_many_claims_of_one_row() -> None:
    done = settled(LIMIT, "rows: [{claim: h, cover: relief, t: 1, depth: 30, count: 3}]\n")
    assert done.outcome.totals() == {"h.1": 50000, "h.2": 50000, "h.3": 50000}
    assert yuan(done) == {"a": 100, "city": 1400}


def test_facts_that_are_missing_are_a_finding() -> None:
    findings = settle(compiled(LIMIT), case("rows: [{claim: h, cover: relief, t: 1}]\n"))
    assert isinstance(findings, list)
    assert findings[0].code == "cover-without-facts"


def test_a_day_on_which_nothing_is_known_is_a_finding() -> None:
    findings = settle(compiled(LIMIT), case("known: 2022-01-01\nrows: [{claim: a, at: 2023-03-01, amount: 80}]\n"))
    assert isinstance(findings, list)
    assert [f.code for f in findings] == ["nothing-known"]


@pytest.mark.parametrize(
    ("amount", "first", "rest"), [("1.01", "0.51", "0.50"), ("0.01", "0.01", "0"), ("1.02", "0.51", "0.51")]
)
def test_half_a_fen_goes_up(amount: str, first: str, rest: str) -> None:
    """Half of 101 fen is 50.5, settled as 51; what is left of it, 50, goes on."""
    done = settled(
        "losses: [{as: half, party: a, share: 50%}, {as: rest, party: b}]\n",
        f"rows: [{{claim: x, t: 1, amount: {amount}}}]\n",
    )
    assert {p: v for p, v in yuan(done).items() if v} == {
        p: Fraction(v) for p, v in (("a", first), ("b", rest)) if v != "0"
    }


def test_half_fen_are_rounded_on_the_running_total_not_claim_by_claim() -> None:
    """Two claims of one fen at half a fen each: the running total is 1, so the second takes nothing."""
    rows = "rows: [{claim: x, t: 1, amount: 0.01}, {claim: y, t: 2, amount: 0.01}]\n"
    done = settled("losses: [{as: half, party: a, share: 50%}, {as: rest, party: b}]\n", rows)
    assert done.outcome.by_claim() == {("x", "a"): 1, ("y", "b"): 1}
