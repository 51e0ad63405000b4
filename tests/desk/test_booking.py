"""The book opened for the first time: the name and the digest of its evidence log, once for all."""

import datetime as dt
from pathlib import Path

import pytest

from book.policy_book import Desk
from quanyu.desk.booking import Book, found_log
from quanyu.desk.sealing import Sealed, own_keys, seal
from quanyu.desk.verifying import verify_book
from quanyu.store import Store, StoreError
from quanyu.store.evidence.log import header

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
ORIGIN = "example.com/book"


def test_a_book_by_sm3_is_written_signed_and_verified(store: Store, tmp_path: Path) -> None:
    environment = {"QUANYU_DATA": str(tmp_path), "QUANYU_LOG_ORIGIN": ORIGIN, "QUANYU_LOG_DIGEST": "sm3"}
    with store.begin() as connection:
        found_log(connection, environment)
    with store.begin() as connection:
        found_log(connection, {"QUANYU_LOG_DIGEST": "sha256"})
        assert (header(connection).origin, header(connection).algorithm) == (ORIGIN, "sm3")
    desk = Desk(store)
    desk.publish()
    book = Book(store, lambda: NOW, "ada")
    sealed = seal(book, environment)
    assert isinstance(sealed, Sealed)
    assert sealed.head.head.algorithm == "sm3"
    verified = verify_book(book, own_keys(ORIGIN, environment))
    assert verified.holds
    assert verified.leaves["version"] == 1


def test_a_digest_that_is_not_known_founds_no_book(store: Store) -> None:
    with store.begin() as connection:
        with pytest.raises(StoreError) as refused:
            found_log(connection, {"QUANYU_LOG_DIGEST": "md5"})
        with pytest.raises(LookupError):
            header(connection)
        assert refused.value.remedy.en == "set QUANYU_LOG_DIGEST to one of sha256, sm3"
        found_log(connection, {})
        assert header(connection).algorithm == "sha256"
