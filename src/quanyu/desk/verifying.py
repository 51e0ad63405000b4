"""Verify: the whole book against its log and the heads that were signed, one record by its code, one bundle offline."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from quanyu.book.evidence.named import Named, named
from quanyu.book.evidence.sealed import Leaf, leaf_of_code, still_as_logged
from quanyu.book.evidence.sources import SOURCES
from quanyu.desk.booking import Book
from quanyu.store.evidence.bundle import Checked, check_bundle
from quanyu.store.evidence.code import read_code
from quanyu.store.evidence.derive import entries
from quanyu.store.evidence.discrepancy import Discrepancy, What
from quanyu.store.evidence.log import header, heads
from quanyu.store.evidence.note import PublicKey
from quanyu.store.evidence.verify import Entry, verify
from quanyu.terms import Finding, Place, Text

__all__ = ["Found", "Verified", "find_code", "verify_book", "verify_bundle"]

_PAGE = re.compile(r'<script type="application/json" id="evidence">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Verified:
    """What was held against what, and everything that does not agree, named.

    leaves: by kind. heads: signed heads that were read. proven: leaves under the largest of them.
    """

    origin: str
    leaves: dict[str, int]
    heads: int
    proven: int
    named: tuple[Named, ...]

    @property
    def holds(self) -> bool:
        """Whether all is as it was signed."""
        return not self.named

    @property
    def total(self) -> int:
        """All leaves."""
        return sum(self.leaves.values())


@dataclass(frozen=True)
class Found:
    """What a code on paper names. proven: under a signed head. intact: the rows are what was logged."""

    leaf: Leaf
    named: Named
    intact: bool
    proven: bool


def verify_book(book: Book, keys: Sequence[PublicKey], *, kept: Sequence[str] = (), most: int = 1000) -> Verified:
    """Reads every record again from the rows. kept: heads that somebody kept outside, as text."""

    def read(connection: Connection) -> Verified:
        counts = Counter[str]()
        known = heads(connection)
        about = header(connection)
        found = verify(
            _counted(entries(connection, SOURCES), counts),
            [*(one.note() for one in known), *kept],
            keys,
            most=most,
            algorithm=about.algorithm,
        )
        proven = max((one.head.size for one in known), default=0)
        return Verified(about.origin, dict(sorted(counts.items())), len(known), proven, tuple(named(connection, found)))

    return book.read(read)


def _counted(read: Iterable[Entry], counts: Counter[str]) -> Iterator[Entry]:
    for entry in read:
        if entry.seq is not None:
            counts[entry.kind] += 1
        yield entry


def find_code(book: Book, text: str) -> Found | list[Finding]:
    """The record that a code names, whether it is still what was logged, and whether a head was signed over it."""
    try:
        code = read_code(text)
    except ValueError as error:
        return [_unknown(text, Text(f"核验码无效：{error}", f"not a code: {error}"))]

    def read(connection: Connection) -> Found | list[Finding]:
        leaf = leaf_of_code(connection, code)
        if leaf is None:
            return [_unknown(text, Text(f"日志里没有核验码 {text}", f"the log has no record with the code {text}"))]
        about = Discrepancy(What.CODE, Text("", ""), leaf.seq, leaf.kind, leaf.subject, leaf.txn)
        proven = any(one.head.size > leaf.seq for one in heads(connection))
        return Found(leaf, named(connection, [about])[0], still_as_logged(connection, leaf), proven)

    return book.read(read)


def verify_bundle(path: Path, keys: Sequence[PublicKey], *, code: str | None = None) -> Checked | list[Finding]:
    """One record with its proof, from a file or from the page of a certificate, with the keys alone."""
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = Text(f"证据包无法读取：{error}", f"the bundle cannot be read: {error}")
        remedy = Text("给出 .json 或凭证页 .html", "name a .json file, or the page of a certificate")
        return [Finding("bundle-unreadable", Place(str(path), 1, 1), reason, remedy)]
    page = _PAGE.search(text)
    return check_bundle(page[1] if page else text, keys, code=code)


def _unknown(code: str, reason: Text) -> Finding:
    remedy = Text("核对抄写；O 与 0、I 与 1 不分", "look at how it was copied; O is read as 0, I as 1")
    return Finding("unknown-code", Place(code, 1, 1), reason, remedy)
