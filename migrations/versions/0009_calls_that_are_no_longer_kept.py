"""Counts of calls that the journal no longer keeps, where it was cleared, and digests of hidden fields."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    cleared = sa.Column(
        "cleared",
        sa.BigInteger(),
        nullable=False,
        server_default="0",
        comment="the last call that was cleared",
    )
    op.add_column("account", cleared)
    op.add_column("request", sa.Column("hidden", sa.Text(), comment="digests of fields not shown as sent"))
    op.create_table(
        "pruned",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False, comment="that the journal no longer keeps"),
        sa.PrimaryKeyConstraint("account_id", "module", "action", "result", name="pk_pruned"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_pruned_account", ondelete="CASCADE"),
    )
