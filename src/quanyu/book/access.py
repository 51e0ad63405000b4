"""The book as one party sees it: row-level security, for as long as a transaction reads.

The policies of every table are in the schema. Here is the only way in: a role and the number of a party, both of which
end with the transaction. Who can send statements of his own could give himself another number, so no door does that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, text

from quanyu.book import tables as t

__all__ = ["PARTY", "SUPERVISOR", "role_of", "seen_as"]

PARTY, SUPERVISOR = "quanyu_party", "quanyu_supervisor"


@contextmanager
def seen_as(connection: Connection, party: int, *, role: str = PARTY) -> Iterator[Connection]:
    """Reads as a party within the connection's transaction: only its own rows, and nothing can be written.

    role: PARTY, or SUPERVISOR for what published versions grant the party beside its own rows (`sees`). After an
    exception the transaction has to be taken back, as it is by whoever began it.
    """
    if role not in (PARTY, SUPERVISOR):
        raise ValueError(f"no role of a party: {role}")
    if not connection.in_transaction():
        raise ValueError("a party reads within a transaction")
    _set(connection, str(party), role)
    yield connection
    _set(connection, "", "none")


def role_of(connection: Connection, party: int) -> str:
    """The role in which a party reads: SUPERVISOR where a published version grants it something to see, else PARTY."""
    r = t.party_role.c
    granted = select(r.version_id).where(r.party_id == party, func.cardinality(r.sees) > 0).limit(1)
    return PARTY if connection.execute(granted).first() is None else SUPERVISOR


def _set(connection: Connection, party: str, role: str) -> None:
    query = text("select set_config('quanyu.party', :party, true), set_config('role', :role, true)")
    connection.execute(query, {"party": party, "role": role})
