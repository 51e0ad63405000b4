"""Signed heads over the book: the key in the user's own folder, and who is trusted to have signed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from quanyu.book.evidence.sealed import size_of_log
from quanyu.desk.booking import Book
from quanyu.store.account import data_folder
from quanyu.store.evidence.head import SignedHead, Signer, open_signer
from quanyu.store.evidence.log import header, heads, publish_head
from quanyu.store.evidence.note import PublicKey, read_key
from quanyu.terms import Finding, Place, Text

__all__ = ["Sealed", "key_file", "own_keys", "read_keys", "seal", "signer_of"]


@dataclass(frozen=True)
class Sealed:
    """A head as published. public_key: the line that readers trust. fresh: whether it was signed just now."""

    head: SignedHead
    public_key: str
    fresh: bool


def key_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the private key lies: QUANYU_KEY, else `keys/book.pem` in the folder of the data."""
    named = environment.get("QUANYU_KEY")
    return Path(named).expanduser() if named else data_folder(environment) / "keys" / "book.pem"


def signer_of(origin: str, environment: Mapping[str, str] = os.environ) -> Signer | list[Finding]:
    """The key that signs for a log, made at first use, readable by its owner alone."""
    path = key_file(environment)
    try:
        return open_signer(path, origin)
    except (OSError, ValueError) as error:
        return [_unusable(path, error)]


def seal(book: Book, environment: Mapping[str, str] = os.environ) -> Sealed | list[Finding]:
    """Signs the log as it is; nothing new where the newest head is of this key and says the same."""
    signer = signer_of(book.read(header).origin, environment)
    if isinstance(signer, list):
        return signer

    def sign(connection: Connection) -> Sealed:
        newest = next(iter(reversed(heads(connection))), None)
        if newest is not None and (newest.key_id, newest.head.size) == (signer.key_id, size_of_log(connection)):
            return Sealed(newest, signer.public_key(), fresh=False)
        return Sealed(publish_head(connection, signer, book.now()), signer.public_key(), fresh=True)

    return book.store.transact(sign, isolation="READ COMMITTED")


def own_keys(origin: str, environment: Mapping[str, str] = os.environ) -> list[PublicKey]:
    """The keys of this user: the present one and those it followed. None where there is no key yet."""
    path = key_file(environment)
    files = [path, *sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))] if path.exists() else []
    found: list[PublicKey] = []
    for file in files:
        try:
            found.append(read_key(open_signer(file, origin).public_key()))
        except (OSError, ValueError):
            continue
    return found


def read_keys(path: Path) -> list[PublicKey] | list[Finding]:
    """Published keys, one a line; empty lines and lines that begin with # are nothing."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        return [_unusable(path, error)]
    keys, wrong = list[PublicKey](), list[Finding]()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            try:
                keys.append(read_key(line))
            except ValueError as error:
                wrong.append(_unusable(path, error, number))
    return wrong or keys or [_unusable(path, ValueError("no key in it"))]


def _unusable(path: Path, error: Exception, line: int = 1) -> Finding:
    return Finding(
        "key-unusable",
        Place(str(path), line, 1),
        Text(f"密钥文件不能用：{error}", f"the key cannot be used: {error}"),
        Text(
            "私钥：chmod 600，或以 QUANYU_KEY 指明另一个；公钥：每行 origin+id+base64，如 quanyu book seal 所印",
            "a private key: chmod 600, or name another by QUANYU_KEY; public keys: lines origin+id+base64, as "
            "`quanyu book seal` prints them",
        ),
    )
