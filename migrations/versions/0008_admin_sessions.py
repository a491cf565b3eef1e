"""Sessions of browsers that gave the admin token."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_session",
        sa.Column("hash", sa.String(), nullable=False, comment="of the cookie, keyed with the admin token"),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, comment="real time"),
        sa.PrimaryKeyConstraint("hash", name="pk_admin_session"),
    )
