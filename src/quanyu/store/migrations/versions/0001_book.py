"""The book: programmes, policies, claims, transfers and evidence."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates every table with its checks."""
    statements = Path(__file__).with_suffix(".sql").read_bytes()
    op.get_bind().connection.cursor().execute(statements)
