"""Signed heads: the log's promise, with an Ed25519 key kept in a file of its own.

A signed head is a C2SP signed note: the lines of the head, an empty line, and a line that names the key and signs.
"""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from quanyu.store.evidence.rule import Head

__all__ = ["SignedHead", "Signer", "check_origin", "open_signer", "rotate"]

_ED25519 = b"\x01"  # the signature type of a C2SP signed note


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head, who signed it, and the signature (64 bytes)."""

    head: Head
    key_id: str
    signature: bytes

    def note(self) -> str:
        """The signed note, as it is published."""
        line = base64.b64encode(bytes.fromhex(self.key_id) + self.signature).decode()
        return f"{self.head.text()}\n— {self.head.origin} {line}\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs the heads of one log."""

    origin: str
    key: Ed25519PrivateKey

    def sign(self, head: Head) -> SignedHead:
        """The head with its signature. ValueError for a head of another log."""
        if head.origin != self.origin:
            raise ValueError(f"this key signs for {self.origin}, not for {head.origin}")
        return SignedHead(head, self.key_id, self.key.sign(head.text().encode()))

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits that name the key within its log."""
        return hashlib.sha256(self.origin.encode() + b"\n" + _ED25519 + self._public()).hexdigest()[:8]

    def public_key(self) -> str:
        """The line that is published for strangers: origin, key id, and the public key in base64."""
        return f"{self.origin}+{self.key_id}+{base64.b64encode(_ED25519 + self._public()).decode()}"

    def _public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def open_signer(path: Path, origin: str) -> Signer:
    """The key in a file; made, readable by its owner alone, where there is none yet.

    PermissionError where others may read the file, ValueError where it holds no Ed25519 key.
    """
    check_origin(origin)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = _write_new(path)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first; its key is the key
        finally:
            fresh.unlink()
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} may be read by others: chmod 600")
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return Signer(origin, key)


def rotate(path: Path, origin: str) -> tuple[Signer, Path]:
    """A new key in the file, and where the old one is kept now, under its id. Heads signed by the old stay valid."""
    retired = path.with_name(f"{path.stem}-{open_signer(path, origin).key_id}{path.suffix}")
    fresh = _write_new(path)
    os.link(path, retired)
    fresh.replace(path)
    return open_signer(path, origin), retired


def check_origin(origin: str) -> None:
    """ValueError unless the name fits on one line of a note: no space of any kind, no plus sign."""
    if not origin or origin.split() != [origin] or "+" in origin or not origin.isprintable():
        raise ValueError(f"{origin!r} cannot name a log: one word without a plus sign, such as example.com/book")


def _write_new(path: Path) -> Path:
    """A new private key beside the path, whole and on disk, readable by its owner alone."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return fresh
