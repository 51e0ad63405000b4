"""Which policy numbers of a table are in the book already, or stand in the table twice."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Connection, Text, func, literal, select

from quanyu.book import tables as t
from quanyu.book.mass.register import MOST
from quanyu.tables import Rows, as_texts
from quanyu.terms import Finding
from quanyu.terms import Text as Said

__all__ = ["numbers_taken"]


def numbers_taken(connection: Connection, blocks: Iterable[Rows]) -> list[Finding]:
    """A finding `number-taken` for each, `MOST` at most. It is asked where the book has refused a table."""
    seen: set[str] = set()
    findings: list[Finding] = []
    for rows in blocks:
        if "policy" not in rows.frame.columns:
            return findings
        numbers = as_texts(rows.frame["policy"])
        known = t.policy.c.number == func.any(literal(numbers.drop_nulls().to_list(), ARRAY(Text)))
        book = set(connection.execute(select(t.policy.c.number).where(known)).scalars())
        for row, number in enumerate(numbers.to_list()):
            if number is not None and (number in book or number in seen):
                findings.append(_taken(rows, row, number, twice=number in seen))
            if number is not None:
                seen.add(number)
        if len(findings) >= MOST:
            break
    return findings[:MOST]


def _taken(rows: Rows, row: int, number: str, *, twice: bool) -> Finding:
    said = Said(f"保单号 {number} 在表中出现两次", f"the policy number {number} stands twice in the table")
    if not twice:
        said = Said(f"保单号 {number} 已用", f"there is a policy {number} already")
    return Finding(
        "number-taken", rows.place(row, "policy"), said, Said("换一个保单号，或不写", "choose another number, or none")
    )
