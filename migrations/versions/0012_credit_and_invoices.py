"""Credit and invoices of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("prepaid", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_billing"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_billing_account", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "invoice",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_invoice"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_invoice_account", ondelete="CASCADE"
        ),
    )
