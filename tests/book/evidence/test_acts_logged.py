"""Whatever the acts of a business write is in the log: nothing is left out, and every record verifies."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book import test_cases_as_claims as cases
from book import test_policies_life as life
from book.claims_book import opened_book, replay_case
from book.policy_book import Desk
from quanyu.book.evidence.sources import records, unlogged
from quanyu.book.evidence.stated import STATED
from quanyu.store import Store
from quanyu.store.evidence.rule import Rule
from quanyu.store.evidence.sql import fetch

LIVES = [
    life.test_rules_decline_refer_and_need_two_persons,
    life.test_an_endorsement_costs_the_days_that_are_left,
    life.test_a_cancelled_policy_gives_back_to_each_payer,
    life.test_a_payer_pays_what_it_owes_and_no_more,
    life.test_a_renewal_goes_into_the_version_then_in_force_at_the_moved_level,
]
LOSSES = [path for path in cases.CASES if cases.of_losses(path)][::12]


def verifies(store: Store) -> None:
    """Every leaf has its record, every row its leaf."""
    with store.begin() as connection:
        leaves = fetch(connection, "select kind, subject, txn_id, hash from leaf")
        assert leaves
        for kind in STATED:
            assert list(unlogged(connection, kind)) == [], kind
            wanted = {(subject, txn): leaf for own, subject, txn, leaf in leaves if own == kind}
            found = records(connection, kind, list(wanted)) if wanted else ()
            assert {record: Rule().leaf(text) for record, text in found} == wanted, kind


@pytest.mark.parametrize("lived", LIVES, ids=lambda one: one.__name__.removeprefix("test_"))
def test_the_life_of_a_policy(lived: Callable[[Desk], None], store: Store) -> None:
    lived(Desk(store).found())
    verifies(store)


@pytest.mark.parametrize("path", LOSSES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_the_life_of_a_claim(path: Path, store: Store) -> None:
    replay_case(opened_book(store), path)
    verifies(store)
