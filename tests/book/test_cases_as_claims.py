"""The recorded and worked cases of the programmes, replayed as claims: what the book owes is what `settle` says."""

from collections import defaultdict
from pathlib import Path

import pytest

from book.claims_book import by_names, opened_book, replay_case
from quanyu.desk.open import OpenedCase, open_case
from quanyu.store import Store

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "programmes").rglob("*.case"))


def of_losses(path: Path) -> bool:
    opened = open_case(path)
    assert isinstance(opened, OpenedCase)
    case = opened.case
    return case.flow in ("losses", "recoveries") and case.table is None and not any("count" in r for r in case.rows)


@pytest.mark.parametrize("path", [p for p in CASES if of_losses(p)], ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_case_through_the_book_moves_what_settle_says(path: Path, store: Store) -> None:
    book = opened_book(store)
    done, ids = replay_case(book, path)
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    for move in done.settled.transfers:
        wanted[move.claim, move.payer] += move.amount
    with book.store.begin() as connection:
        version = book.library.version(connection, ids[-1])
    assert by_names(book, version) == dict(wanted)
    if done.settled.recovered is not None:
        names = {party: name for name, party in version.roles.items()}
        got: dict[str, int] = defaultdict(int)
        for money in book.money("due", "recoveries"):
            got[names[money.receiver_id]] += money.amount
        assert dict(got) == done.settled.recovered.by_party()
