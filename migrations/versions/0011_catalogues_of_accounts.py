"""Accounts with a catalogue of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("catalogue", sa.Text(), comment="none: the server's"))
