"""Callbacks of installations, which are sent by a worker."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("invoice", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="it may hold credentials"),
        sa.Column("status", sa.String(), nullable=False, comment="the word that is sent"),
        sa.Column("made_at", sa.BigInteger(), nullable=False, comment="the account's time"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="tries that were begun"),
        sa.Column(
            "next_at", sa.BigInteger(), comment="real time of the next try; none: there is no further one"
        ),
        sa.Column("leased_until", sa.BigInteger(), comment="real time until which a try is one worker's"),
        sa.Column("outcome", sa.String(), comment="sent or failed; none: not known yet"),
        sa.Column("last_error", sa.Text(), comment="of the last try that failed"),
        sa.PrimaryKeyConstraint("id", name="pk_callback"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_callback_account", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_callback_account_id", "callback", ["account_id"])
    is_pending = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_callback_next", "callback", ["next_at"], sqlite_where=is_pending, postgresql_where=is_pending
    )
