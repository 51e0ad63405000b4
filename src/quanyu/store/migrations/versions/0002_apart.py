"""Parties apart: the roles under which a party reads the book, and what each of them sees of every table."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Creates the roles where the cluster has none, and the policies of every table."""
    statements = Path(__file__).with_suffix(".sql").read_bytes()
    op.get_bind().connection.cursor().execute(statements)
