"""The behavior of an account: its profile and the options of its assumptions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for prefix in ("start_", ""):
        op.add_column(
            "account", sa.Column(f"{prefix}profile", sa.String(), nullable=False, server_default="realistic")
        )
        op.add_column(
            "account", sa.Column(f"{prefix}assumed", sa.Text(), nullable=False, server_default="{}")
        )
    answered = sa.Column(
        "answered", sa.BigInteger(), nullable=False, server_default="0", comment="counted while hostile"
    )
    op.add_column("account", answered)
