"""Where rules draw the line: what is said, and what is let pass."""

import pytest

from checks.checks_overlay import codes, said
from quanyu.terms import Severity

TO = "  to: [{as: paid-to, party: insured}]\n"


def losses(*steps: str) -> str:
    return "losses:\n  from:\n" + "".join(f"    - {step}\n" for step in steps) + TO


LAST = "{as: last, party: city}"

# ------------------------------------------------------------ money with nobody


@pytest.mark.parametrize(
    "steps",
    [
        ["{as: all, party: insurer}"],
        ["{as: first, party: insurer, share: 80%}", "{as: rest, party: insured, share: 100%}"],
        ["{as: nested, party: insurer, steps: [{as: ceded, party: second, share: 30%}]}"],
        ["{as: group, steps: [{as: a, party: insurer, share: 80%}, {as: b, party: city}]}"],
        ["{as: both, tower: [{as: a, party: insurer, share: 60%}, {as: b, party: second, share: 40%}]}"],
        ["{as: homes, party: insurer, covers: [home]}", "{as: repairs, party: second, covers: [repair]}"],
        ["{as: a, party: insurer, when: occupied}", "{as: b, party: city, when: not occupied}"],
    ],
)
def test_a_list_that_takes_everything(steps: list[str]) -> None:
    assert codes(losses(*steps)) == []


@pytest.mark.parametrize(
    "steps",
    [
        ["{as: first, party: insurer, share: 80%}", "{as: rest, party: insured, share: 20%}"],
        ["{as: all, party: insurer, limit: {period: 3亿}}"],
        ["{as: above, party: insurer, attachment: 500}"],
        ["{as: fund, party: reserve}"],
        ["{as: homes, party: insurer, covers: [home]}"],
        ["{as: a, party: insurer, when: occupied}", "{as: b, party: city, when: age > 3}"],
        ["{as: group, steps: [{as: a, party: insurer, share: 80%}]}"],
        ["{as: both, tower: [{as: a, party: insurer, share: 60%}, {as: b, party: second, share: 30%}]}"],
    ],
)
def test_a_list_that_leaves_money(steps: list[str]) -> None:
    assert codes(losses(*steps)) == ["money-with-nobody"]


def test_the_leak_names_the_cover() -> None:
    (finding,) = said(losses("{as: homes, party: insurer, covers: [home]}"))
    assert "repair" in finding.reason.en
    assert "insured" in finding.remedy.en


def test_a_surplus_of_what_the_account_holds_is_given_by_it() -> None:
    surplus = "surplus: {{amount: {}, at: end, from: [{{as: left, party: reserve}}], to: [{{as: kept, party: city}}]}}"
    assert codes(surplus.format("reserve.balance")) == []
    assert codes(surplus.format("10% * premium")) == ["money-with-nobody"]


def test_a_fund_with_a_ceiling_leaves_what_does_not_fit() -> None:
    to = "premium: {to: [{as: fund, party: reserve}]}"
    assert codes(to) == []
    assert codes("accounts: {reserve: {ceiling: 1000万}}\n" + to) == ["money-to-nobody"]


# ------------------------------------------------------------ pools


def pool(shares: str) -> str:
    return f"pools: {{both: {{leader: insurer, shares: {shares}}}}}\ninsured: {{fields: {{line_a: share}}}}"


@pytest.mark.parametrize(
    "shares",
    ["{insurer: 1 / 3, second: 2 / 3}", "{insurer: line_a, second: 100% - line_a}", "{insurer: 99.5%, second: 5‰}"],
)
def test_shares_that_make_the_whole(shares: str) -> None:
    assert codes(pool(shares)) == []


@pytest.mark.parametrize(
    "shares",
    ["{insurer: 33.3%, second: 66.6%}", "{insurer: line_a, second: 99% - line_a}", "{insurer: line_a, second: line_a}"],
)
def test_shares_that_do_not(shares: str) -> None:
    assert codes(pool(shares)) == ["shares-do-not-sum"]


def test_each_date_has_its_own_sum() -> None:
    members = (
        "pools: {both: {leader: insurer, members: ["
        "{from: 2026-01-01, shares: {insurer: 60%, second: 40%}}, "
        "{from: 2026-07-01, shares: {insurer: 100%, second: 1%}}"
        "]}}"
    )
    (finding,) = said(members)
    assert finding.code == "shares-do-not-sum"
    assert "101%" in finding.reason.en


# ------------------------------------------------------------ tables


def table(by: str, rows: str, otherwise: str = "") -> str:
    return f"values: {{x: {{by: {by}, table: {rows}{otherwise}}}}}"


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("age", '{"[0, 17]": 1, "[18, inf)": 2}'),
        ("level", "{1: 1, 2: 2, 3: 3}"),
        ("level", '{"[1, 2]": 1, 3: 2}'),
        ("occupied", '{"true": 1, "false": 0}'),
        ("grade", "{A: 1, B: 2}"),
        ("grade", "{A: 1, else: 2}"),
        ("sum", '{"(0, 50万]": 1, "(50万, inf)": 2}'),
        ("sum - 10万", '{"(-inf, 0]": 1, "(0, inf)": 2}'),
    ],
)
def test_tables_that_answer_everything(by: str, rows: str) -> None:
    assert codes(table(by, rows)) == []


@pytest.mark.parametrize(
    ("by", "rows", "code"),
    [
        ("age", '{"[0, 17]": 1, "[19, inf)": 2}', "table-gap"),
        ("sum", '{"(0, 50万)": 1, "(50万, inf)": 2}', "table-gap"),
        ("sum", '{"(0, 50万]": 1}', "table-gap"),
        ("sum - 10万", '{"(-5, 0]": 1, "(0, inf)": 2}', "table-gap"),
        ("level", "{1: 1, 2: 2}", "table-gap"),
        ("occupied", '{"true": 1}', "table-gap"),
        ("grade", "{A: 1}", "table-gap"),
        ("age", '{"[0, 18]": 1, "[18, inf)": 2}', "table-overlap"),
        ("sum", '{"(0, 60万]": 1, "(50万, inf)": 2}', "table-overlap"),
        ("level", '{"[1, 3]": 1, 2: 2}', "table-overlap"),
        ("grade", "{A: 1, B: 2, C: 3}", "table-key"),
        ("age", '{young: 1, "[0, inf)": 2}', "table-key"),
    ],
)
def test_tables_that_do_not(by: str, rows: str, code: str) -> None:
    assert codes(table(by, rows)) == [code]


def test_an_else_answers_a_gap_but_not_an_overlap() -> None:
    assert codes(table("sum", '{"(0, 10)": 1}', ", else: 0")) == []
    assert codes(table("sum", '{"(0, 10]": 1, "[10, 20)": 2}', ", else: 0")) == ["table-overlap"]


def test_inner_levels_are_held_to_the_same() -> None:
    rows = '{A: {"[0, 18)": 1, "[18, inf)": 2}, B: {"[0, 18)": 1, "[20, inf)": 2}}'
    assert codes(table("[grade, age]", rows)) == ["table-gap"]


# ------------------------------------------------------------ scopes and terms


@pytest.mark.parametrize(
    ("scope", "term", "expected"),
    [
        ("claim", "10% * amount", []),
        ("insured", "sum", []),
        ("policy", "sum", []),
        ("event", "sum", ["term-not-determined"]),
        ("period", "sum", ["term-not-determined"]),
        ("event", "10% * amount", ["term-not-determined"]),
        ("period", "150% * premium", []),
    ],
)
def test_a_term_reads_what_its_scope_determines(scope: str, term: str, expected: list[str]) -> None:
    assert codes(losses(f"{{as: a, party: insurer, attachment: {{{scope}: {term}}}}}", LAST)) == expected


def test_a_group_policy_does_not_determine_its_insured() -> None:
    step = losses("{as: a, party: insurer, limit: {policy: sum}}", LAST)
    assert codes("insured: {group: true}\n" + step) == ["term-not-determined"]


def test_a_declared_scope_may_determine_more() -> None:
    step = losses("{as: a, party: insurer, limit: {site: value}}", LAST)
    fields = "insured: {fields: {place: key, value: money}}\n"
    assert codes(fields + "scopes: {site: {columns: [place, period]}}\n" + step) == ["term-not-determined"]
    assert codes(fields + "scopes: {site: {columns: [place, period], determines: [value]}}\n" + step) == []


def test_a_named_value_is_as_determined_as_what_it_is_made_of() -> None:
    values = "values: {twice: {value: 2 * sum}, flat: {value: 2 * 500}}\n"
    assert codes(values + losses("{as: a, party: insurer, limit: {event: twice}}", LAST)) == ["term-not-determined"]
    assert codes(values + losses("{as: a, party: insurer, limit: {event: flat}}", LAST)) == []


# ------------------------------------------------------------ towers


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("share: 60%", "share: 40%", []),
        ("share: 60%", "share: 50%", ["tower-overlap"]),
        ("share: rate", "share: 100% - rate", []),
        ("limit: {event: 50}", "attachment: {event: 50}, limit: {event: 50}", []),
        ("limit: {event: 50}", "attachment: {event: 40}, limit: {event: 50}", ["tower-overlap"]),
        ("limit: {event: 50}", "attachment: {period: 50}, limit: {period: 50}", ["tower-overlap"]),
        ("limit: {insured: sum}", "attachment: {insured: sum}, limit: {insured: 50}", []),
        ("limit: {event: 50, period: 80}", "attachment: {event: 50}, limit: {event: 50, period: 60}", []),
        ("covers: [home]", "covers: [repair]", []),
    ],
)
def test_members_of_a_tower_do_not_take_twice(a: str, b: str, expected: list[str]) -> None:
    tower = f"{{as: layers, tower: [{{as: a, party: insurer, {a}}}, {{as: b, party: second, {b}}}]}}"
    assert codes(losses(tower, LAST)) == expected


# ------------------------------------------------------------ flows


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("premium", []),
        ("losses.last", ["circular-flow"]),
        ("reserve.balance", ["circular-flow"]),
    ],
)
def test_losses_read_only_what_is_known_before(term: str, expected: list[str]) -> None:
    assert codes(losses(f"{{as: a, party: insurer, attachment: {{period: {term}}}}}", LAST)) == expected


def surplus(amount: str) -> str:
    sides = "from: [{as: gives, party: insurer}], to: [{as: kept, party: reserve}]"
    return f'surplus: {{amount: "{amount}", at: end, {sides}}}'


def test_a_surplus_reads_everything_but_itself() -> None:
    assert codes(surplus("max(0, premium.to.risk - losses.relief - reserve.balance)")) == []
    assert codes(surplus("surplus.gives")) == ["circular-flow"]


def test_two_accounts_may_give_and_a_surplus_may_move() -> None:
    sides = "from: [{as: left, party: reserve}], to: [{as: kept, party: city}]"
    moving = f"surplus: {{amount: reserve.balance, at: end, {sides}}}\n"
    assert codes(moving + losses("{as: fund, party: reserve}", LAST)) == []


# ------------------------------------------------------------ amounts


@pytest.mark.parametrize(
    ("pays", "expected"),
    [
        ('"assessed * sum / max(1, age)"', []),
        ('"if(age > 0, assessed / age, 0)"', []),
        ("assessed / level", []),
        ("assessed / rate", []),
        ("assessed / age", ["division-unguarded"]),
        ("4000 * age * 8%", []),
        ("water_depth", ["type-mismatch"]),
        ("（assessed）", []),
        ('"min（assessed，sum）"', []),
    ],
)
def test_what_a_cover_may_pay(pays: str, expected: list[str]) -> None:
    assert codes(f"covers: {{repair: {{pays: {pays}}}}}") == expected


def test_a_premium_with_a_minimum_is_never_zero() -> None:
    step = "must:\n" + losses("{as: a, party: insurer, cap: {insured: 50 * premium}}", LAST)
    assert codes(step) == ["premium-may-be-zero"]
    assert codes(step + "premium: {min: 60}") == []
    kept = step.replace("must:\n", "must: [{that: sum > 0}, {that: rate >= 0.1%}]\n")
    assert codes(kept) == []
    assert codes(kept.replace("rate >= 0.1%", "rate >= 0")) == ["premium-may-be-zero"]


def test_infos_do_not_weigh() -> None:
    (finding,) = said("period:\n  basis:")
    assert finding.severity is Severity.INFO


def test_sections_with_covers_of_their_own_are_only_mentioned() -> None:
    steps = losses(
        "{as: homes, party: insurer, covers: [home], cap: {period: 3亿}}",
        "{as: repairs, party: insurer, covers: [repair], cap: {period: 3亿}}",
        LAST,
    )
    assert [(f.code, f.severity) for f in said(steps)] == [("sibling-caps", Severity.INFO)]


def test_a_source_covers_what_stands_below_it() -> None:
    bare = "source:\nillustrative: [accounts, covers]\n"
    step = "losses: {{from: [{{as: relief, party: insurer, cap: {{period: 3亿}}{}}}, {{as: last, party: city}}]}}"
    assert codes(bare + step.format("")) == ["illustrative-missing"]
    assert codes(bare + step.format(", source: 甬政办发〔2021〕18号")) == []
    assert codes("source:\nillustrative: [all]\n") == []


def test_findings_come_in_order_of_place() -> None:
    found = said('covers: {repair: {pays: "b + a"}, home: {when: c}}')
    places = [f.place for f in found if f.place]
    assert places == sorted(places)
    assert [f.code for f in found] == ["unknown-name"] * 3
