"""One record under a signed head: found by its code or by what it is of, with the proof that a stranger checks."""

from dataclasses import dataclass

from quanyu.book.evidence.sources import SOURCES
from quanyu.store.evidence.bundle import write_bundle
from quanyu.store.evidence.code import Code, write_code
from quanyu.store.evidence.log import edge, header, heads, prove
from quanyu.store.evidence.rule import Rule
from quanyu.store.evidence.sql import Connection, fetch

__all__ = ["Leaf", "bundle_of", "leaf_of_code", "leaf_of_policy", "policy_as_logged", "size_of_log", "still_as_logged"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the log, and what it is of."""

    seq: int
    kind: str
    subject: int
    txn: int
    hash: bytes

    @property
    def code(self) -> str:
        """What is printed on paper."""
        return write_code(self.seq, self.hash)


_LEAF = "select seq, kind, subject, txn_id, hash from leaf"


def leaf_of_code(connection: Connection, code: Code) -> Leaf | None:
    """The leaf that a code names; None where the log has no such leaf."""
    found = [Leaf(*row) for row in fetch(connection, f"{_LEAF} where seq = %s", (code.seq,))]
    return found[0] if found and code.names(code.seq, found[0].hash) else None


def leaf_of_policy(connection: Connection, policy: int) -> Leaf | None:
    """The leaf of the last act that said what a policy covers: its issue, or the last change of it."""
    query = (
        f"{_LEAF} where kind = 'policy' and subject = %s"
        " and txn_id in (select txn_id from segment where policy_id = %s) order by seq desc limit 1"
    )
    return next((Leaf(*row) for row in fetch(connection, query, (policy, policy))), None)


def policy_as_logged(connection: Connection, policy: int) -> bool:
    """Whether all that was logged of a policy is as its rows have it, and every day it stands on was logged."""
    leaves = [Leaf(*row) for row in fetch(connection, f"{_LEAF} where kind = 'policy' and subject = %s", (policy,))]
    written = {row[0] for row in fetch(connection, "select txn_id from segment where policy_id = %s", (policy,))}
    return written <= {leaf.txn for leaf in leaves} and all(still_as_logged(connection, leaf) for leaf in leaves)


def record_bytes_of(connection: Connection, leaf: Leaf) -> bytes | None:
    """The record of a leaf as the rows have it now; None where they are gone."""
    source = SOURCES.get(leaf.kind)
    read = () if source is None else source.records(connection, [(leaf.subject, leaf.txn)])
    return next((record for _, record in read), None)


def still_as_logged(connection: Connection, leaf: Leaf) -> bool:
    """Whether the rows are what was logged."""
    record = record_bytes_of(connection, leaf)
    return record is not None and Rule(header(connection).algorithm).leaf(record) == leaf.hash


def size_of_log(connection: Connection) -> int:
    """The number of leaves."""
    return edge(connection).size


def bundle_of(connection: Connection, leaf: Leaf) -> str:
    """The file that proves a record under the newest head. LookupError where that head does not reach it, or rows
    are gone."""
    record = record_bytes_of(connection, leaf)
    known = heads(connection)
    if record is None or not known:
        raise LookupError(f"there is nothing to prove leaf {leaf.seq} by")
    newest = known[-1]
    proof = prove(connection, leaf.seq, size=newest.head.size).proof
    return write_bundle(record, seq=leaf.seq, proof=proof, note=newest.note())
