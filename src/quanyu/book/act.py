"""Who did what, when and why: the head of everything that is written."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quanyu.terms import Finding

__all__ = ["Act", "Refused", "Repeated"]

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Act:
    """One act by one actor. at: with its time zone; booked_on: the day of the books, its day in Shanghai if not said.

    reference: a name the actor gives it, under which it is done once only.
    """

    kind: str
    actor: str
    at: dt.datetime
    reason: str = ""
    booked: dt.date | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an act needs the time zone of its time")
        if not self.actor:
            raise ValueError("an act needs an actor")

    @property
    def booked_on(self) -> dt.date:
        """The day of the books."""
        return self.booked or self.done_on

    @property
    def done_on(self) -> dt.date:
        """The day in Shanghai on which it is done."""
        return self.at.astimezone(_ZONE).date()


class Refused(Exception):  # noqa: N818 - carries findings, and takes the transaction back
    """What the book refuses to write, with every reason."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(str(finding.reason) for finding in findings))
        self.findings = list(findings)


class Repeated(Exception):  # noqa: N818 - no error: the act was done before
    """An act whose reference stands in the book already. txn: the transaction that did it."""

    def __init__(self, txn: int) -> None:
        super().__init__(f"done before, in transaction {txn}")
        self.txn = txn
