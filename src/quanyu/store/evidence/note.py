"""Signed heads as a stranger reads them: from the text and public keys, with nothing of the code that signed."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from quanyu.store.evidence.rule import WIDTH, Head

__all__ = ["Note", "PublicKey", "read_key", "read_note"]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that the reader trusts for one log."""

    origin: str
    key_id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A head as it was published, with the signatures below it: name, key id, signature."""

    head: Head
    signatures: tuple[tuple[str, str, bytes], ...]

    def signed_by(self, keys: Sequence[PublicKey]) -> PublicKey | None:
        """The first of the keys that signed this head for its log, or None."""
        for name, key_id, signature in self.signatures:
            for key in keys:
                if (name, key_id) == (key.origin, key.key_id) and name == self.head.origin:
                    try:
                        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, self.head.text().encode())
                    except InvalidSignature:
                        continue
                    return key
        return None


def read_key(line: str) -> PublicKey:
    """A published key, `origin+id+base64`. ValueError where it is none, or the id is not that of the key."""
    origin, key_id, encoded = _three(line.strip())
    raw = _bytes(encoded)
    if len(raw) != 33 or raw[0] != 1:
        raise ValueError("not an Ed25519 key")
    if hashlib.sha256(origin.encode() + b"\n" + raw).hexdigest()[:8] != key_id:
        raise ValueError("the key's id is not that of the key")
    return PublicKey(origin, key_id, raw[1:])


def _three(line: str) -> tuple[str, str, str]:
    parts = line.split("+", 2)
    if len(parts) != 3:
        raise ValueError("a public key is written origin+id+base64")
    return parts[0], parts[1], parts[2]


def read_note(text: str) -> Note:
    """A signed head. ValueError where the text is not one, to the letter."""
    stated, gap, signed = text.partition("\n\n")
    lines = stated.split("\n")
    if not gap or len(lines) != 5 or not signed.endswith("\n"):
        raise ValueError("a signed head has five lines, an empty one, and signatures")
    origin, size, root, digest, time = lines
    if not (size.isascii() and size.isdigit() and digest.startswith("digest ") and time.startswith("time ")):
        raise ValueError("a head states origin, size, root, digest and time")
    at = datetime.fromisoformat(time.removeprefix("time "))
    head = Head(origin, digest.removeprefix("digest "), int(size), _bytes(root), at)
    if head.text() != stated + "\n" or len(head.root) != WIDTH:
        raise ValueError("a head is written in one way only")
    return Note(head, tuple(_signature(line) for line in signed[:-1].split("\n")))


def _signature(line: str) -> tuple[str, str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise ValueError("a signature's line begins with a dash")
    signed = _bytes(encoded)
    return name, signed[:4].hex(), signed[4:]


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
