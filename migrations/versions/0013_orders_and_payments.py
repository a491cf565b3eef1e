"""Orders, payments, cancellations and suspensions."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for counter in ("orders_made", "invoices_made"):
        op.add_column("account", sa.Column(counter, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("task", sa.Column("callback_url", sa.Text()))
    op.add_column("vm", sa.Column("phase", sa.String(), nullable=False, server_default="rented"))
    op.add_column("vm", sa.Column("cancellation", sa.Text()))
    op.add_column("vm", sa.Column("ends_at", sa.BigInteger(), comment="when its cancellation takes effect"))
    op.add_column(
        "billing",
        sa.Column(
            "opening", sa.BigInteger(), nullable=False, server_default="0", comment="credit of no invoice"
        ),
    )
    op.execute("UPDATE billing SET opening = credit")  # until now no payment has changed a credit
    op.add_column("invoice", sa.Column("payments", sa.Text(), nullable=False, server_default="[]"))
    _add_orders()
    _add_index("ix_order_next", "server_order", "next_at")
    _add_index("ix_vm_ends", "vm", "ends_at")


def _add_orders() -> None:
    op.create_table(
        "server_order",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False, comment="of the service in billing"),
        sa.Column("invoice", sa.BigInteger(), nullable=False, comment="the first one"),
        sa.Column("server", sa.BigInteger(), comment="none: it is not paid for"),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("status", "preset", "location", "os", "software", "traffic_plan")
        ),
        sa.Column("hostname", sa.String(), comment="none: after its id"),
        sa.Column("period", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("price", "made_at")),
        *(sa.Column(name, sa.BigInteger()) for name in ("rent_since", "rent_due_at", "suspends_at")),
        sa.Column("key", sa.String(), comment="of the task that deploys it"),
        sa.Column("callback_url", sa.Text()),
        sa.Column("next_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_server_order"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_server_order_account", ondelete="CASCADE"
        ),
    )


def _add_index(name: str, table: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, ["account_id", column], sqlite_where=where, postgresql_where=where)
