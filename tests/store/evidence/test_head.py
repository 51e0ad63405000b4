"""Keys in files, and heads that are signed by them and read by strangers."""

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from quanyu.store.evidence.head import Signer, check_origin, open_signer, rotate
from quanyu.store.evidence.note import read_key, read_note
from quanyu.store.evidence.rule import Head, Rule

ORIGIN = "example.com/book"
AT = datetime(2026, 6, 30, 8, tzinfo=UTC)


def head(size: int = 5, algorithm: str = "sha256") -> Head:
    return Head(ORIGIN, algorithm, size, Rule(algorithm).leaf(b"root"), AT)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return open_signer(tmp_path / "keys" / "book.pem", ORIGIN)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_signed_head_is_read_by_a_stranger(signer: Signer, algorithm: str) -> None:
    note = read_note(signer.sign(head(algorithm=algorithm)).note())
    assert note.head == head(algorithm=algorithm)
    key = read_key(signer.public_key())
    assert note.signed_by([key]) == key
    assert note.signed_by([]) is None


def test_the_note_has_the_form_of_a_signed_note(signer: Signer) -> None:
    body, _, signature = signer.sign(head()).note().partition("\n\n")
    assert body + "\n" == head().text()
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    raw = base64.b64decode(encoded)
    assert (dash, name, raw[:4].hex(), len(raw)) == ("—", ORIGIN, signer.key_id, 68)


def test_the_known_example_of_the_format_has_its_key_id() -> None:
    # The public key of the Go checksum database, as the Go command carries it.
    key = read_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert (key.origin, key.key_id, len(key.raw)) == ("sum.golang.org", "033de0ae", 32)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "book.pem"
    assert open_signer(path, ORIGIN).public_key() == open_signer(path, ORIGIN).public_key()
    assert [p.name for p in tmp_path.iterdir()] == ["book.pem"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o640)
        with pytest.raises(PermissionError, match="chmod 600"):
            open_signer(path, ORIGIN)


def test_many_at_once_make_one_key(tmp_path: Path) -> None:
    made = list[str]()
    many = [
        Thread(target=lambda: made.append(open_signer(tmp_path / "book.pem", ORIGIN).public_key())) for _ in range(8)
    ]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_new_key_leaves_the_old_heads_valid(tmp_path: Path) -> None:
    path = tmp_path / "book.pem"
    old = open_signer(path, ORIGIN)
    before = read_note(old.sign(head(5)).note())
    new, retired = rotate(path, ORIGIN)
    after = read_note(new.sign(head(6)).note())
    assert old.key_id in retired.name
    assert new.key_id != old.key_id
    assert open_signer(retired, ORIGIN).public_key() == old.public_key()
    assert open_signer(path, ORIGIN).public_key() == new.public_key()
    keys = [read_key(old.public_key()), read_key(new.public_key())]
    assert [note.signed_by(keys) for note in (before, after)] == keys
    assert after.signed_by(keys[:1]) is None
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["book.pem", retired.name])


def test_a_key_signs_for_its_own_log_alone(tmp_path: Path) -> None:
    other = open_signer(tmp_path / "other.pem", "example.com/other")
    with pytest.raises(ValueError, match="not for example"):
        other.sign(head())
    # The same secret under another name is another key.
    renamed = Signer("example.com/book", other.key)
    assert renamed.key_id != other.key_id
    assert read_note(renamed.sign(head()).note()).signed_by([read_key(other.public_key())]) is None


def test_every_line_is_signed(signer: Signer) -> None:
    note, key = signer.sign(head()).note(), read_key(signer.public_key())
    for old, new in (
        (ORIGIN + "\n", "example.com/b00k\n"),
        ("\n5\n", "\n6\n"),
        ("sha256", "sm3"),
        ("08:00:00", "08:00:01"),
        (base64.b64encode(head().root).decode(), base64.b64encode(bytes(32)).decode()),
    ):
        assert read_note(note.replace(old, new, 1)).signed_by([key]) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n5\n", "\n05\n"), ("\n5\n", "\n-5\n"), ("\n5\n", "\n٥\n"), ("digest ", "Digest "), ("Z\n", "+00:00\n"),
     ("\n\n", "\nx\n\n"), ("\n\n", "\n"), ("—", "-"), (".000000Z", "Z"), ("=", "")],
)  # fmt: skip
def test_a_head_is_written_in_one_way(signer: Signer, old: str, new: str) -> None:
    note = signer.sign(head()).note()
    assert old in note
    with pytest.raises(ValueError):
        read_note(note.replace(old, new, 1))


def test_a_witness_may_sign_below(signer: Signer, tmp_path: Path) -> None:
    witness = b"\x00" * 76
    note = signer.sign(head()).note() + f"— witness.example {base64.b64encode(witness).decode()}\n"
    assert read_note(note).signed_by([read_key(signer.public_key())]) is not None


@pytest.mark.parametrize(
    "line", ["", "a+b", "a+00000000+AQ==", "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"]
)
def test_what_is_no_public_key_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        read_key(line)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", " a", "a\u00a0b", "a\x00"])
def test_what_cannot_name_a_log_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        check_origin(origin)


def test_a_file_that_holds_another_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.touch(0o600)
    path.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="no Ed25519"):
        open_signer(path, ORIGIN)
    path.write_bytes(b"")
    with pytest.raises(ValueError):
        open_signer(path, ORIGIN)


def test_the_time_is_signed_in_utc(signer: Signer) -> None:
    later = Head(ORIGIN, "sha256", 1, bytes(32), AT + timedelta(microseconds=1))
    assert "time 2026-06-30T08:00:00.000001Z\n" in signer.sign(later).note()
