"""What does not agree between a log, the rows it speaks of, and the heads that were signed."""

from dataclasses import dataclass
from enum import StrEnum

from quanyu.terms import Text

__all__ = ["Discrepancy", "What"]


class What(StrEnum):
    """The kinds of discrepancy."""

    ALTERED = "altered"  # a record is not what was logged
    MISSING = "missing"  # a record that was logged is gone
    ADDED = "added"  # a record that was never logged
    LEAF = "leaf"  # the log's own copies of a hash differ, or are gone
    HEAD = "head"  # the log does not have the root that was signed
    CUT = "cut"  # the log is shorter than a signed head says
    FORK = "fork"  # signed heads contradict one another
    SIGNATURE = "signature"  # a head that no trusted key signed, or that cannot be read
    CODE = "code"  # a code is not that of the record
    PROOF = "proof"  # a proof does not lead to the head
    FORM = "form"  # a file is not a bundle
    MORE = "more"  # more was found than is named


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not agree.

    seq: the leaf; kind, subject, txn: the record; size: of the head; each where one is meant.
    signed: a signed head stands against it; otherwise the rows and the log merely differ.
    """

    what: What
    reason: Text
    seq: int | None = None
    kind: str = ""
    subject: int | None = None
    txn: int = 0
    size: int | None = None
    signed: bool = False
