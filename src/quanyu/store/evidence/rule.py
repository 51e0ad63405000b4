"""The digest rule: which bytes stand for a record, a leaf, a node and a head. Writer and verifier share this alone.

Hashes are those of RFC 9162, 2.1.1: a leaf is H(0x00 ‖ bytes), a node H(0x01 ‖ left ‖ right), the empty tree H().
A record is JSON with keys sorted by code point, UTF-8, no space, nothing escaped that JSON does not demand.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Protocol

__all__ = ["ALGORITHMS", "WIDTH", "Head", "Rule", "canonical", "instant", "record_bytes"]

WIDTH = 32  # bytes of a hash, SHA-256 and SM3 alike


class _Hash(Protocol):
    def digest(self) -> bytes: ...


ALGORITHMS: Mapping[str, Callable[[bytes], _Hash]] = {
    "sha256": hashlib.sha256,
    "sm3": partial(hashlib.new, "sm3"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How one log hashes. algorithm: `sha256`, or `sm3` where OpenSSL has it; ValueError otherwise."""

    algorithm: str = "sha256"

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS or self.algorithm not in hashlib.algorithms_available:
            raise ValueError(f"no digest named {self.algorithm!r} here")

    def empty(self) -> bytes:
        """The root of a log without leaves."""
        return ALGORITHMS[self.algorithm](b"").digest()

    def leaf(self, record: bytes) -> bytes:
        """The hash of one record."""
        return ALGORITHMS[self.algorithm](b"\x00" + record).digest()

    def node(self, left: bytes, right: bytes) -> bytes:
        """The hash of two neighbours."""
        return ALGORITHMS[self.algorithm](b"\x01" + left + right).digest()

    def leaves(self, records: Sequence[bytes]) -> bytes:
        """The hashes of many records, one after another."""
        digest = ALGORITHMS[self.algorithm]
        return b"".join([digest(b"\x00" + record).digest() for record in records])

    def parents(self, hashes: bytes) -> bytes:
        """The level above an even number of hashes."""
        digest, pair = ALGORITHMS[self.algorithm], 2 * WIDTH
        return b"".join([digest(b"\x01" + hashes[i : i + pair]).digest() for i in range(0, len(hashes), pair)])


def canonical(value: object) -> bytes:
    """The one JSON text of a value.

    Takes None, bool, int, str, date, aware datetime, Decimal (written as a string), lists and mappings of these.
    TypeError for anything else, a float above all; ValueError for an instant without a zone and for a lone surrogate.
    Strings stay as they are: é in one code point and in two are two strings.
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def record_bytes(kind: str, subject: int, fields: Mapping[str, object]) -> bytes:
    """The canonical bytes of a record, which carry its kind and id, so that no two records have the same."""
    if taken := {"kind", "id"} & fields.keys():
        raise ValueError(f"{sorted(taken)} are the record's own")
    return canonical({**fields, "kind": kind, "id": subject})


def instant(at: datetime) -> str:
    """An instant in UTC to the microsecond, `2026-06-30T08:00:00.000000Z`."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return format(abs(value) if value.is_zero() else value, "f")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the keys of a record are strings")
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(part) for part in value]
    raise TypeError(f"a record does not hold {type(value).__name__}; amounts are whole fen, decimals are strings")


@dataclass(frozen=True, slots=True)
class Head:
    """What is signed: that the log `origin` had `size` leaves with this `root` at an instant."""

    origin: str
    algorithm: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """The lines that are signed: those of a C2SP checkpoint, with digest and time as its extension lines."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ndigest {self.algorithm}\ntime {instant(self.at)}\n"
