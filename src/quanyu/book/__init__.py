"""Book: policies, occurrences, claims, ledger, accounts, registers.

Takes  acts (who, when, why) within a database transaction that the caller commits, and published programmes.
Gives  rows that are only ever appended, transfers with a payer and a receiver, the book as at any day.
Never  computes a premium or a share itself, changes a row, commits, reads the clock.
"""

from quanyu.book.act import Act, Refused, Repeated
from quanyu.book.journal import Journal, Money, writing
from quanyu.book.versions import Library, Version, publish

__all__ = ["Act", "Journal", "Library", "Money", "Refused", "Repeated", "Version", "publish", "writing"]
