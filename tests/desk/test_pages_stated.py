"""What a page says of the terms: beside the file, read by hand."""

import math
from fractions import Fraction

from desk.pages_of import opened, page
from quanyu.desk.pages import programme_page
from quanyu.documents import Flow, ProgrammePage, Step
from quanyu.terms import Text

CATASTROPHE = "ningbo/public-catastrophe/2016-01-01"
POOL = "shanghai/ic-pool/2021-10-01"
BILL = "ningbo/hospital-bill/2021-08-10"


def flow(one: ProgrammePage, name: str) -> Flow:
    return next(f for f in one.flows if f.name == name)


def step(one: ProgrammePage, name: str, label: str) -> Step:
    def search(steps: tuple[Step, ...]) -> Step | None:
        return next((s if s.label == label else found for s in steps if s.label == label or (found := search(s.steps))),
                    None)  # fmt: skip

    found = search(flow(one, name).steps)
    assert found is not None
    return found


def test_a_page_needs_no_simulation() -> None:
    bare = programme_page(opened(CATASTROPHE), None, ())
    assert bare.results == ()
    assert bare.chances == ()
    assert bare.price is None
    assert bare.run is None
    assert len(bare.flows) == 6
    assert bare.premium[0].total == 57_000_000


def test_parties_roles_and_pools_are_those_of_the_file() -> None:
    one = page(CATASTROPHE)
    assert [p.id for p in one.parties] == ["city", "picc", "cpic", "pingan", "chinalife", "sunshine", "dadi"]
    assert {r.role.en: r.who.en for r in one.roles}["policyholder"] == "Ningbo Municipal Government"
    (pool,) = one.pools
    assert pool.leader == "picc"
    assert sum(share for _, share in pool.dated[0].shares) == 1
    assert one.insured is not None
    assert [f.name for f in one.insured.fields] == ["occupied"]


def test_members_stand_with_the_date_from_which_they_share() -> None:
    (pool,) = page(POOL).pools
    assert [(d.since, len(d.shares)) for d in pool.dated] == [("2021-10-01", 18), ("2023-07-01", 21)]


def test_tables_keep_their_ends_as_written() -> None:
    cover = next(c for c in page(CATASTROPHE).covers if c.id == "household")
    (table,) = cover.tables
    assert table.columns[0] == Text("water_depth（cm）", "water_depth (cm)")
    assert table.rows == (("(20, 50]", 500), ("(50, 100]", 1000), ("(100, ∞)", 2000), (Text("其他", "otherwise"), 0))
    assert not table.illustrative
    assert cover.when == Text.same("occupied")
    assert any("只取最高" in w.zh for w in cover.words)


def test_numbers_without_a_source_are_marked() -> None:
    one = page(CATASTROPHE)
    marked = {c.id for c in one.covers if c.illustrative}
    assert marked == {"damage", "casualty", "rescuer", "public_safety"}
    assert step(one, "losses.from", "last").illustrative
    assert not step(one, "losses.from", "persons").illustrative
    assert all(g.illustrative for g in one.assumptions)


def test_a_mark_on_one_term_marks_that_term_alone() -> None:
    own = step(page(BILL), "losses.from", "own-expense")
    assert own.attachments[0].illustrative
    assert not own.caps[0].illustrative
    assert not own.illustrative


def test_terms_are_numbers_or_the_expression_with_its_value() -> None:
    one = page(POOL)
    deductible = step(one, "losses.from", "deductible").limits[0]
    assert deductible.amount is None
    assert deductible.words == Text("max(500万, 5% × amount)", "max(5,000,000, 5% × amount)")
    surplus = step(one, "losses.from", "surplus")
    assert surplus.share == Fraction(6, 10)
    assert surplus.share_words is not None
    layer = step(one, "losses.from", "first-layer")
    assert [b.amount for b in layer.attachments] == [10**8]
    assert [(b.scope.en, b.amount) for b in layer.limits] == [("each event", 2 * 10**8), ("each year", 6 * 10**8)]
    assert any("first-reinstatement" in w.en for w in layer.words)
    assert step(one, "losses.from", "layers").tower


def test_bands_stand_with_the_scope_they_count_over() -> None:
    basic = step(page(BILL), "losses.from", "basic")
    assert [(b.low, b.high, b.share) for b in basic.bands] == [
        (0, 50_000, Fraction(80, 100)),
        (50_000, 200_000, Fraction(85, 100)),
        (200_000, math.inf, 0),
    ]
    assert any("each insured in a period" in w.en for w in basic.words)


def test_amounts_of_the_picture_leave_nothing_out() -> None:
    for name in (CATASTROPHE, POOL, BILL):
        losses = flow(page(name), "losses.from")
        assert losses.total is not None
        assert math.isclose(sum(float(s.amount or 0) for s in losses.steps), float(losses.total), rel_tol=1e-9)
        for side in ("premium.from", "premium.to"):
            premium = flow(page(name), side)
            assert premium.total is not None
            assert sum(Fraction(s.amount or 0) for s in premium.steps) == premium.total


def test_every_example_is_shown_as_it_ran() -> None:
    one = page(CATASTROPHE)
    assert len(one.examples) == 14
    assert all(e.passed for e in one.examples)
    assert one.examples[1].given == "household {occupied: true, water_depth: 50}"
    assert (one.examples[1].expected, one.examples[1].got) == ("500", "500")


def test_sources_name_the_place_they_stand_for() -> None:
    sources = {s.covers.en: s for s in page(CATASTROPHE).sources if s.covers is not None}
    assert "covers.household" in sources
    assert "losses.reserve" in sources
    assert sources["assumptions.typhoon"].illustrative


def test_independence_is_said() -> None:
    said = " ".join(w.en for w in page(CATASTROPHE).warnings)
    assert "Typhoons with their rain, Other rainstorms, Public safety events" in said
    assert "Hospital stays: amounts not named together are taken as independent: Class A — Outside" in " ".join(
        w.en for w in page(BILL).warnings
    )
