"""The tables of the book as SQLAlchemy Core sees them; the migrations make them, with their checks and triggers."""

from sqlalchemy import ARRAY, BigInteger, Column, Date, DateTime, ForeignKey, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from quanyu.store.schema import metadata

__all__ = [
    "batch",
    "claim",
    "claim_event",
    "closing",
    "determination",
    "evidence_file",
    "fact",
    "occurrence",
    "party",
    "party_role",
    "policy",
    "policy_party",
    "programme",
    "programme_version",
    "quote",
    "quote_event",
    "segment",
    "transfer",
    "txn",
]

CODE = Text(collation="C")

txn = Table(
    "txn",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", CODE, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("reference", CODE, unique=True),
)

batch = Table(
    "batch",
    metadata,
    Column("txn_id", BigInteger, ForeignKey("txn.id"), primary_key=True, autoincrement=False),
    Column("purpose", CODE, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("file", Text, nullable=False),
    Column("row_count", BigInteger, nullable=False),
)

closing = Table(
    "closing",
    metadata,
    Column("through", Date, primary_key=True),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

party = Table(
    "party",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("code", CODE, nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("owner_id", BigInteger),
    Column("txn_id", BigInteger, nullable=False),
)

programme = Table(
    "programme",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("code", CODE, nullable=False, unique=True),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

programme_version = Table(
    "programme_version",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("programme_id", BigInteger, ForeignKey("programme.id"), nullable=False),
    Column("version", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("basis", CODE, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

party_role = Table(
    "party_role",
    metadata,
    Column("version_id", BigInteger, ForeignKey("programme_version.id"), primary_key=True, autoincrement=False),
    Column("name", CODE, primary_key=True),
    Column("party_id", BigInteger, ForeignKey("party.id"), nullable=False),
    Column("sees", ARRAY(CODE), nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

quote = Table(
    "quote",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", CODE, nullable=False, unique=True),
    Column("version_id", BigInteger, ForeignKey("programme_version.id"), nullable=False),
    Column("holder_id", BigInteger),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("premium", BigInteger, nullable=False),
    Column("currency", CODE, nullable=False),
    Column("sheet", JSONB, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

quote_event = Table(
    "quote_event",
    metadata,
    Column("quote_id", BigInteger, ForeignKey("quote.id"), primary_key=True, autoincrement=False),
    Column("seq", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", CODE, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

policy = Table(
    "policy",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", CODE, nullable=False, unique=True),
    Column("version_id", BigInteger, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("holder_id", BigInteger, nullable=False),
    Column("leader_id", BigInteger),
    Column("parties", ARRAY(BigInteger), nullable=False),
    Column("master_id", BigInteger),
    Column("predecessor_id", BigInteger),
    Column("quote_id", BigInteger),
    Column("issued_on", Date, nullable=False),
    Column("txn_id", BigInteger, nullable=False),
)

policy_party = Table(
    "policy_party",
    metadata,
    Column("policy_id", BigInteger, ForeignKey("policy.id"), primary_key=True, autoincrement=False),
    Column("party_id", BigInteger, ForeignKey("party.id"), primary_key=True, autoincrement=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

segment = Table(
    "segment",
    metadata,
    Column("policy_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("premium", BigInteger, nullable=False),
    Column("txn_id", BigInteger, nullable=False),
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("code", CODE, nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("began", Date, nullable=False),
    Column("ended", Date, nullable=False),
    Column("place", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", CODE, nullable=False, unique=True),
    Column("version_id", BigInteger, nullable=False),
    Column("policy_id", BigInteger),
    Column("occurrence_id", BigInteger),
    Column("claimant_id", BigInteger, nullable=False),
    Column("occurred", Date, nullable=False),
    Column("reported", Date, nullable=False),
    Column("keys", JSONB, nullable=False),
    Column("txn_id", BigInteger, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    Column("claim_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", SmallInteger, primary_key=True, autoincrement=False),
    Column("body", JSONB, nullable=False),
    Column("reported_by", Text, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("evidence", ARRAY(LargeBinary), nullable=False),
    Column("txn_id", BigInteger, nullable=False),
)

claim_event = Table(
    "claim_event",
    metadata,
    Column("claim_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", CODE, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("txn_id", BigInteger, nullable=False),
)

evidence_file = Table(
    "evidence_file",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

determination = Table(
    "determination",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("version_id", BigInteger, ForeignKey("programme_version.id"), nullable=False),
    Column("occurrence_id", BigInteger),
    Column("code", CODE, nullable=False),
    Column("revision", SmallInteger, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("readings", JSONB, nullable=False),
    Column("txn_id", BigInteger, ForeignKey("txn.id"), nullable=False),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("txn_id", BigInteger, nullable=False),
    Column("stage", CODE, nullable=False),
    Column("flow", CODE, nullable=False),
    Column("label", CODE, nullable=False),
    Column("payer_id", BigInteger, nullable=False),
    Column("receiver_id", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", CODE, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("version_id", BigInteger),
    Column("policy_id", BigInteger),
    Column("claim_id", BigInteger),
)
