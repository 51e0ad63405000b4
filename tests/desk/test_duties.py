"""Duties, rights and dates: said, though no amount depends on them."""

import re

from quanyu.checks import check_programme
from quanyu.desk.duties import duty_words
from quanyu.language.load import Document, read_programme
from quanyu.language.programme import Programme
from quanyu.terms import Severity

STATED = """
programme: tests.duties
version: 2026-01-01
name: duties
family: liability
illustrative: [all]
parties: {insurer: {kind: insurer}, fund: {kind: investor, name: {zh: 种子基金, en: The seed fund}}}
insured: {unit: firm, SCHEDULE fields: {sum: money}}
facts: {assessed: {type: money}, kwh: {unit: kWh, REVISION certified: meter}}
covers: {home: {name: {zh: 房屋, en: House}, pays: assessed}}
losses: [{as: cover, party: insurer, PROVISIONAL cap: {period: 50万}}, {as: rest, party: insured}]
premium: {base: sum * 2%, plus: {visits: 10}}
examples: [{cover: home, env: {assessed: 1}, expect: 1}]
"""
KEPT = """
conventions: {calendar: {zh: 国务院放假通知, en: the State Council's notice}}
period: {each: season, basis: attaching, season: [11-20, 02-10], years: 3, extension: {notice: 30 days}}
parts: {water: {from: completion, to: completion + 5 years, covers: [home]}}
declarations: {due: 30 days, late: pro rata, minimum: 8000}
services: {amount: 10, from: [{as: paid, party: insurer}], to: [{as: v, party: fund}],
  items: [{as: visit, quota: {policy: 4}, milestones: [design, acceptance]}]}
excludes: [tests.other]
proceeds: {use: [replanting], evidence: invoices, within: 24 months}
option: {holder: fund, right: {zh: 优先认购权, en: first subscription}}
"""


def stated(*, kept: bool) -> Document[Programme]:
    words = {"SCHEDULE": "schedule: patent,", "REVISION": "revision: first published, accumulates: period,",
             "PROVISIONAL": "provisional: true,"}  # fmt: skip
    text = re.sub(r"[A-Z]{8,} ", lambda m: words[m[0].strip()] + " " if kept else "", STATED)
    text = text.replace("visits: 10}", "visits: 10}, true_up: {of: sum, at: the end}") if kept else text
    document, findings = read_programme(text + (KEPT if kept else ""))
    assert document is not None, findings
    return document


def test_every_key_that_moves_no_money_is_said_and_found() -> None:
    document = stated(kept=True)
    found = check_programme(document)
    assert {f.code for f in found} == {"kept-unread"}
    assert {f.severity for f in found} == {Severity.INFO}
    named = {re.match(r"`(\w+)`", f.reason.en)[1] for f in found}  # type: ignore[index]
    assert named == {
        "calendar", "season", "extension", "schedule", "parts", "quota", "milestones", "proceeds", "option",
        "revision", "accumulates", "provisional",
    }  # fmt: skip
    assert [text.en for text in duty_words(document.value)] == [
        "A policy runs 3 years",
        "A season runs from 11-20 to 02-10",
        "Extension notice: 30 days",
        "Working days by the State Council's notice",
        "The policy has a schedule of patent",
        "Part water (House): from completion to completion + 5 years",
        "Declared within 30 days; late, it is covered pro rata; minimum premium 8000",
        "kwh: first published",
        "kwh adds up within each period",
        "What the premium takes from sum is settled on what really happened, the end",
        "Service visit: at design, acceptance",
        "What is covered here may not be covered by tests.other",
        "Use of a payment: replanting, against invoices, within 24 months",
        "Right: The seed fund, first subscription",
    ]
    assert "权利：种子基金，优先认购权" in [text.zh for text in duty_words(document.value)]


def test_a_programme_without_them_says_nothing() -> None:
    document = stated(kept=False)
    assert list(duty_words(document.value)) == []
    assert "kept-unread" not in {f.code for f in check_programme(document)}
