"""The book held against its log: what was altered is named; the key is nobody else's; codes and bundles."""

import datetime as dt
import stat
from pathlib import Path

import pytest
from sqlalchemy import Connection

from book.evidence.everything import POLICIES, everything
from quanyu.book.evidence.sealed import bundle_of, leaf_of_policy
from quanyu.desk.booking import Book
from quanyu.desk.sealing import Sealed, key_file, own_keys, read_keys, seal, signer_of
from quanyu.desk.verifying import Found, Verified, find_code, verify_book, verify_bundle
from quanyu.store import Store
from quanyu.store.evidence.bundle import Checked
from quanyu.store.evidence.discrepancy import What
from quanyu.store.evidence.note import PublicKey, read_key
from quanyu.terms import Finding

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
ORIGIN = "test.book/1"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"QUANYU_DATA": str(tmp_path)}


@pytest.fixture
def book(store: Store) -> Book:
    everything(store)
    return Book(store, lambda: NOW, "ada")


def sealed(book: Book, environment: dict[str, str]) -> Sealed:
    done = seal(book, environment)
    assert isinstance(done, Sealed)
    return done


def verified(book: Book, environment: dict[str, str]) -> Verified:
    return verify_book(book, own_keys(ORIGIN, environment))


def tamper(book: Book, *statements: str) -> None:
    """Changes what must not be changed, as one who has the server in hand can."""
    with book.store.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_book_as_it_was_signed_holds(book: Book, environment: dict[str, str]) -> None:
    done = sealed(book, environment)
    found = verified(book, environment)
    assert found.holds
    assert (found.heads, found.proven, found.total) == (1, done.head.head.size, done.head.head.size)
    assert found.leaves["policy"] == POLICIES + 1


def test_a_head_is_signed_once_for_what_it_says(book: Book, environment: dict[str, str]) -> None:
    first = sealed(book, environment)
    assert first.fresh
    assert sealed(book, environment) == Sealed(first.head, first.public_key, fresh=False)


def test_altered_missing_and_added_rows_are_named(book: Book, environment: dict[str, str]) -> None:
    sealed(book, environment)
    tamper(
        book,
        "update segment set premium = premium + 1 where policy_id = 7",
        "update transfer set amount = 6 where policy_id = 9 and amount = 5",
        "update claim set number = 'C-9'",
        "update txn set actor = 'eve' where kind = 'test' and id = (select txn_id from closing)",
        "delete from segment where policy_id = 1 and seq = 2",
        "insert into party select 9999, 'x', '添加', 'added', kind, null, txn_id from party where id = 1",
        "insert into txn select 888, 'test', 'mallory', '', booked_on, recorded_at from txn where id = 1",
        "delete from occurrence",
    )
    found = verified(book, environment)
    told = {
        (one.found.what, one.found.kind, one.number, one.actor, one.booked_on, one.found.signed) for one in found.named
    }
    day = dt.date(2026, 3, 1)
    assert told == {
        (What.ALTERED, "policy", "P-6", "ada", day, True),
        (What.ALTERED, "policy", "P-8", "ada", day, True),
        (What.ALTERED, "claim", "C-9", "bao", day, True),
        (What.ALTERED, "txn", "5", "eve", day, True),
        (What.MISSING, "policy", "P-0", "ada", day, True),
        (What.ADDED, "party", "添加", "ada", day, False),
        (What.ADDED, "txn", "888", "mallory", day, False),
        (What.MISSING, "occurrence", "", "bao", day, True),
    }


def test_a_head_of_a_transaction_that_is_gone_alters_its_records(book: Book, environment: dict[str, str]) -> None:
    sealed(book, environment)
    tamper(book, "delete from txn where id = (select txn_id from closing)")
    assert {(one.found.what, one.found.kind, one.actor) for one in verified(book, environment).named} == {
        (What.ALTERED, "txn", "")
    }


def test_without_a_head_rows_and_log_are_still_compared(book: Book, environment: dict[str, str]) -> None:
    tamper(book, "update segment set premium = premium + 1 where policy_id = 7")
    found = [(one.found.what, one.number, one.found.signed) for one in verified(book, environment).named]
    assert found == [(What.SIGNATURE, "", False), (What.ALTERED, "P-6", False)]


def test_a_log_cut_short_is_found_by_a_head_kept_outside(book: Book, environment: dict[str, str]) -> None:
    kept = sealed(book, environment).head.note()
    size = verified(book, environment).total
    tamper(book, "delete from head", f"delete from leaf where seq >= {size - 2}", "delete from closing",
           "delete from batch", "delete from transfer where txn_id = 5", "delete from txn where id = 5")  # fmt: skip
    found = verify_book(book, own_keys(ORIGIN, environment), kept=[kept])
    assert What.CUT in {one.found.what for one in found.named}


def test_the_key_is_the_users_alone(tmp_path: Path) -> None:
    environment = {"QUANYU_DATA": str(tmp_path)}
    signer_of(ORIGIN, environment)
    path = key_file(environment)
    assert path == tmp_path / "keys" / "book.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    refused = signer_of(ORIGIN, environment)
    assert isinstance(refused, list)
    assert [finding.code for finding in refused] == ["key-unusable"]
    assert own_keys(ORIGIN, environment) == []
    assert key_file({"QUANYU_KEY": "/x/own.pem"}) == Path("/x/own.pem")


def test_public_keys_are_read_a_line_each(tmp_path: Path, environment: dict[str, str]) -> None:
    signer = signer_of(ORIGIN, environment)
    assert not isinstance(signer, list)
    file = tmp_path / "trusted"
    file.write_text(f"# ours\n\n{signer.public_key()}\n")
    assert read_keys(file) == [read_key(signer.public_key())]
    for text in ("", "nonsense\n", signer.public_key().replace("test", "best")):
        file.write_text(text)
        wrong = read_keys(file)
        assert isinstance(wrong[0], Finding)
        assert wrong[0].code == "key-unusable"
    assert isinstance(read_keys(tmp_path / "absent")[0], Finding)


def code_of(book: Book, policy: int) -> str:
    leaf = book.read(lambda connection: leaf_of_policy(connection, policy))
    assert leaf is not None
    return leaf.code


def found_by(book: Book, code: str) -> Found:
    found = find_code(book, code)
    assert isinstance(found, Found)
    return found


def test_a_code_finds_its_record(book: Book, environment: dict[str, str]) -> None:
    code = code_of(book, 7)
    before = found_by(book, code.lower().replace("0", "o"))
    assert (before.named.number, before.named.actor, before.intact, before.proven) == ("P-6", "ada", True, False)
    sealed(book, environment)
    assert found_by(book, code).proven
    tamper(book, "update segment set premium = premium + 1 where policy_id = 7")
    assert not found_by(book, code).intact
    for wrong in (code[:-1] + ("A" if code[-1] != "A" else "B"), "nonsense"):
        refused = find_code(book, wrong)
        assert isinstance(refused, list)
        assert [finding.code for finding in refused] == ["unknown-code"]


def test_the_code_of_a_changed_policy_is_that_of_its_last_change(book: Book) -> None:
    leaf = book.read(lambda connection: leaf_of_policy(connection, 1))
    assert leaf is not None
    assert leaf.txn == 4


def bundle(book: Book, policy: int) -> str:
    def made(connection: Connection) -> str:
        leaf = leaf_of_policy(connection, policy)
        assert leaf is not None
        return bundle_of(connection, leaf)

    return book.read(made)


def test_a_bundle_is_checked_by_the_key_alone(book: Book, environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        bundle(book, 7)
    keys: list[PublicKey] = [read_key(sealed(book, environment).public_key)]
    text, file = bundle(book, 7), tmp_path / "bundle.json"
    file.write_text(text)
    checked = verify_bundle(file, keys, code=code_of(book, 7))
    assert isinstance(checked, Checked)
    assert checked.discrepancies == ()
    assert checked.record["rows"]["policy"][0]["number"] == "P-6"
    file.write_text(text.replace('"premium": -5', '"premium": -4'))
    forged = verify_bundle(file, keys)
    assert isinstance(forged, Checked)
    assert What.PROOF in {one.what for one in forged.discrepancies}
    absent = verify_bundle(tmp_path / "absent", keys)
    assert isinstance(absent, list)
    assert [finding.code for finding in absent] == ["bundle-unreadable"]
