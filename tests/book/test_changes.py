"""Each difference of two versions has a rank and a reason; what the book cannot follow is not published."""

import datetime as dt
from collections.abc import Mapping
from itertools import product

import pytest
from sqlalchemy import select

from book.policy_book import Desk, programme, refusal
from quanyu.book import tables as t
from quanyu.book.changes import Rank, classified
from quanyu.book.differing import differences
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.live import Live, live_from
from quanyu.book.succession import publish_version
from quanyu.store import Store

NEXT = {"version": "2027-01-01", "period": "{from: 2027-01-01, each: policy}"}
FIRST = {"period": "{from: 2026-01-01, each: policy}"}
OCCURRING = {"period": "{from: 2026-01-01, each: year, basis: occurring}"}
LATER = {"version": "2026-07-01", "period": "{from: 2026-07-01, each: year, basis: occurring}"}
ALONE = {
    "parties": "{insurer: {kind: insurer, name: 甲保险}}",
    "premium": "{base: sum * 1%, from: [{as: own, party: insured}], to: [{as: risk, party: insurer}]}",
}
QUIET = Live()
BUSY = Live(policies=3, started=1, occurred=1, reported=1, open_claims=2, fields=frozenset({"sum", "village"}))


def ranks(before: Mapping[str, str], after: Mapping[str, str], live: Live = QUIET) -> dict[str, Rank]:
    return {one.path: one.rank for one in classified(programme(before), programme(after), live)}


def test_the_same_programme_differs_in_nothing() -> None:
    assert differences(programme(), programme()) == []


def test_every_difference_is_found_by_its_path() -> None:
    bounded = {"losses": "[{as: cover, party: insurer, limit: {claim: 1万}}]", "must": "[{that: sum > 0}]"}
    assert differences(programme(), programme(bounded)) == [
        (("losses", "cover", "limit"), "", "1万"),
        (("must",), "", "[{that: sum > 0}]"),
    ]


@pytest.mark.parametrize("live", [QUIET, BUSY])
def test_texts_sources_and_assumptions_are_safe(live: Live) -> None:
    changed = {
        "name": "{zh: 农家, en: Farms}",
        "source": "文件",
        "assumptions": "{perils: {}}",
        "must": "[{that: sum > 0}]",
        "insured": "{fields: {sum: money, village: key, age: {type: int, name: 岁}}}",
        "parties": "{insurer: {kind: insurer, name: 甲财产}, city: {kind: government, name: 市财政}}",
    }
    assert set(ranks({}, changed, live).values()) == {Rank.SAFE}


@pytest.mark.parametrize(("changed", "live"), list(product(
    [{"currency": "USD"}, {"unit": "hour"}, {"programme": "t.other"}], [QUIET, BUSY])))  # fmt: skip
def test_identity_is_refused(changed: Mapping[str, str], live: Live) -> None:
    assert Rank.REFUSED in ranks({}, changed, live).values()


TERMS = {"losses": "[{as: cover, party: insurer, limit: {claim: 1万}}]", "covers": "{home: {pays: assessed * 90%}}"}


def test_terms_bind_new_policies_or_what_happens() -> None:
    assert set(ranks(FIRST, {**FIRST, **TERMS}, BUSY).values()) == {Rank.SAFE}
    assert set(ranks(OCCURRING, {**OCCURRING, **TERMS}, BUSY).values()) == {Rank.MIGRATION}
    assert set(ranks(OCCURRING, {**OCCURRING, **TERMS}, QUIET).values()) == {Rank.SAFE}


def test_a_first_day_is_not_before_what_is_booked() -> None:
    assert ranks(OCCURRING, LATER, BUSY)["period.from"] == Rank.REFUSED
    assert ranks(OCCURRING, LATER, QUIET)["period.from"] == Rank.SAFE
    assert ranks(OCCURRING, LATER, Live(closed=dt.date(2026, 7, 31)))["period.from"] == Rank.REFUSED
    assert ranks(OCCURRING, LATER, Live(closed=dt.date(2026, 6, 30)))["period.from"] == Rank.SAFE
    assert ranks(FIRST, NEXT, Live(started=1))["period.from"] == Rank.MIGRATION


CAPPED = {"losses": "[{as: cover, party: insurer, cap: {period: 5000}}, {as: last, party: city}]"}


@pytest.mark.parametrize("live", [QUIET, BUSY])
def test_a_version_within_a_year_begins_its_yearly_limits_anew_and_says_so(live: Live) -> None:
    within = classified(programme({**OCCURRING, **CAPPED}), programme({**LATER, **CAPPED}), QUIET)
    (first,) = (one for one in within if one.path == "period.from")
    assert (first.rank, "cover" in first.reason.en, "2026" in first.reason.en) == (Rank.MIGRATION, True, True)
    assert ranks({**OCCURRING, **CAPPED}, {**LATER, **CAPPED}, live)["period.from"] is not Rank.SAFE
    whole = {**NEXT, "period": "{from: 2027-01-01, each: year, basis: occurring}"}
    assert ranks({**OCCURRING, **CAPPED}, {**whole, **CAPPED})["period.from"] is Rank.SAFE
    ended = {"losses": "[{as: cover, party: insurer, cap: {event: 5000}}, {as: last, party: city}]"}
    assert ranks({**OCCURRING, **ended}, {**LATER, **ended})["period.from"] is Rank.SAFE


def test_a_policy_keeps_its_own_limits_but_shares_a_budget_with_its_version() -> None:
    july = {"version": "2026-07-01", "period": "{from: 2026-07-01, each: policy}"}
    own = {"losses": "[{as: cover, party: insurer, cap: {policy: 5000}}, {as: last, party: city}]"}
    budget = "[{as: subsidy, party: city, share: 40%, cap: {period: 150}}, {as: own, party: insured}]"
    helped = {"premium": f"{{base: sum * 1%, from: {budget}, to: [{{as: risk, party: insurer}}]}}"}
    assert ranks({**FIRST, **own}, {**july, **own})["period.from"] is Rank.SAFE
    assert ranks({**FIRST, **helped}, {**july, **helped})["period.from"] is Rank.MIGRATION


def test_a_version_that_states_no_first_day_begins_on_its_date() -> None:
    plain = {"period": "{each: year, basis: occurring}"}
    after = {"version": "2026-07-01", **plain}
    assert ranks(plain, after)["version"] is Rank.SAFE
    assert ranks(plain, after, BUSY)["version"] is Rank.REFUSED
    assert ranks({**plain, **CAPPED}, {**after, **CAPPED})["version"] is Rank.MIGRATION


def test_fields_and_parties_go_when_nobody_needs_them() -> None:
    fewer = {"insured": "{fields: {sum: money, age: int}}"}
    assert ranks({}, fewer) == {"insured.fields.village": Rank.SAFE}
    assert ranks({}, fewer, BUSY) == {"insured.fields.village": Rank.REFUSED}
    other = {"insured": "{fields: {sum: money, village: text, age: int}}"}
    assert ranks({}, other, BUSY) == {"insured.fields.village": Rank.MIGRATION}
    assert ranks({}, ALONE)["parties.city"] == Rank.SAFE
    assert ranks({}, ALONE, Live(balances={"city": 100}))["parties.city"] == Rank.REFUSED


def test_something_called_name_is_no_text() -> None:
    named = {"insured": "{fields: {sum: money, village: key, age: int, name: text}}"}
    live = Live(policies=1, fields=frozenset({"name"}))
    assert ranks(named, {}, live) == {"insured.fields.name": Rank.REFUSED}


@pytest.fixture
def desk(store: Store) -> Desk:
    one = Desk(store).found()
    one.act(lambda j: publish_version(j, one.library, programme(FIRST)))
    return one


def publish(desk: Desk, changes: Mapping[str, str]) -> int:
    return desk.act(lambda j: publish_version(j, desk.library, programme(changes)))


def kept(desk: Desk, version: int) -> dict[str, str]:
    query = select(t.programme_version.c.changes).where(t.programme_version.c.id == version)
    return {one["path"]: one["rank"] for one in desk.read(lambda c: c.execute(query).scalar_one())}


def test_changes_are_kept_with_the_version(desk: Desk) -> None:
    made = publish(desk, {**NEXT, **TERMS})
    assert kept(desk, made) == {"version": "safe", "period.from": "safe", "covers.home.pays": "safe",
                                "losses.cover.limit": "safe"}  # fmt: skip
    assert publish(desk, {**NEXT, **TERMS}) == made


def test_what_lives_is_read_from_the_book(desk: Desk) -> None:
    day = dt.date(2027, 1, 1)
    policy = desk.issue({"sum": "100万", "village": "东"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    desk.issue({"sum": "1万", "age": "3"}, dt.date(2026, 2, 1), dt.date(2026, 12, 31))
    ended = desk.issue({"sum": "1万", "age": "3"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    desk.act(lambda j: cancel(j, desk.library, ended.number, start=dt.date(2026, 12, 1)))
    live = desk.read(lambda c: live_from(c, "t.farm", day))
    assert (live.policies, live.started, set(live.fields)) == (1, 0, {"sum", "village"})
    assert live.balances["city"] > 0
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=dt.date(2027, 1, 15), fields={"age": "9"}))
    assert desk.read(lambda c: live_from(c, "t.farm", day)).fields == {"sum", "village", "age"}


def test_what_is_refused_is_not_published(desk: Desk) -> None:
    desk.issue({"sum": "100万", "village": "东"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    without = {**NEXT, "insured": "{fields: {sum: money}}", "currency": "USD"}
    assert refusal(lambda: publish(desk, without)) == {"change-refused"}
    assert refusal(lambda: publish(desk, {**NEXT, **ALONE})) == {"change-refused"}
    assert len(desk.read(lambda c: c.execute(select(t.programme_version.c.id)).all())) == 1


def test_periods_do_not_overlap(desk: Desk) -> None:
    publish(desk, {**NEXT, "period": "{from: 2027-01-01, to: 2027-12-31, each: policy}"})
    later = {"version": "2027-06-01", "period": "{from: 2027-06-01, each: policy}"}
    assert refusal(lambda: publish(desk, later)) == {"version-overlap"}
    assert kept(desk, publish(desk, {"version": "2028-01-01", "period": "{from: 2028-01-01, each: policy}"}))
