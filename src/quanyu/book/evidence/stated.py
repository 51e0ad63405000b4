"""What a record of the evidence log is, as whoever verifies states it: tables and columns, by kind.

A record never changes what it holds: its hash is in the log for good. A new column of one of these tables goes into
a record of a new kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ACT", "STATED", "Rows"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table in a record: those that a transaction wrote for the subject named by one column.

    columns: how each is written: number, text, day, time, hex, json, numbers, texts, hexes. order: the column by which
    rows are listed. only: a condition on them.
    """

    table: str
    subject: str
    order: str
    columns: Mapping[str, str]
    only: str = ""


def _columns(text: str) -> dict[str, str]:
    """`number: id version_id, text: name` as columns."""
    parts = (part.split(":") for part in text.split(","))
    return {name: kind.strip() for kind, names in parts for name in names.split()}


ACT: Mapping[str, str] = _columns("number: id, text: kind actor reason reference, day: booked_on, time: recorded_at")
"""The head of a transaction, in every record of it."""

_TRANSFER = _columns(
    "number: id payer_id receiver_id amount version_id policy_id claim_id, text: stage flow label currency,"
    "day: booked_on"
)

STATED: Mapping[str, tuple[Rows, ...]] = {
    "programme": (Rows("programme", "id", "id", _columns("number: id, text: code")),),
    "version": (
        Rows("programme_version", "id", "id", _columns(
            "number: id programme_id, day: version valid_from valid_to, text: basis name_zh name_en source,"
            "hex: digest, json: changes"
        )),
        Rows("party_role", "version_id", "name", _columns("number: version_id party_id, text: name, texts: sees")),
    ),
    "party": (Rows("party", "id", "id", _columns("number: id owner_id, text: code name_zh name_en kind")),),
    "quote": (
        Rows("quote", "id", "id", _columns(
            "number: id version_id holder_id premium, text: number currency, day: valid_from valid_to expires_on,"
            "json: fields sheet"
        )),
        Rows("quote_event", "quote_id", "seq", _columns("number: quote_id seq, text: kind, json: body")),
    ),
    "policy": (
        Rows("policy", "id", "id", _columns(
            "number: id version_id holder_id leader_id master_id predecessor_id quote_id, text: number kind,"
            "day: issued_on, numbers: parties"
        )),
        Rows("policy_party", "policy_id", "party_id", _columns("number: policy_id party_id")),
        Rows("segment", "policy_id", "seq", _columns(
            "number: policy_id seq premium, text: kind state, day: valid_from valid_to, json: fields"
        )),
        Rows("transfer", "policy_id", "id", _TRANSFER, "r.policy_id is not null and r.claim_id is null"),
    ),
    "occurrence": (
        Rows("occurrence", "id", "id", _columns(
            "number: id, text: code name_zh name_en place, day: began ended, json: body"
        )),
    ),
    "determination": (
        Rows("determination", "id", "id", _columns(
            "number: id version_id occurrence_id revision, text: code source, day: known_on, json: readings"
        )),
    ),
    "claim": (
        Rows("claim", "id", "id", _columns(
            "number: id version_id policy_id occurrence_id claimant_id, text: number, day: occurred reported,"
            "json: keys"
        )),
        Rows("fact", "claim_id", "seq", _columns(
            "number: claim_id seq, text: reported_by, day: known_on, json: body, hexes: evidence"
        )),
        Rows("claim_event", "claim_id", "seq", _columns("number: claim_id seq, text: kind, json: body")),
        Rows("transfer", "claim_id", "id", _TRANSFER, "r.claim_id is not null"),
    ),
    "txn": (
        Rows("batch", "txn_id", "txn_id", _columns("text: purpose file, hex: digest, number: row_count")),
        Rows("closing", "txn_id", "through", _columns("day: through")),
        Rows("evidence_file", "txn_id", "hash", _columns("hex: hash, text: name media_type, number: size")),
        Rows("transfer", "txn_id", "id", _TRANSFER, "r.policy_id is null and r.claim_id is null"),
    ),
}  # fmt: skip
"""Every kind of record with the rows it holds."""
