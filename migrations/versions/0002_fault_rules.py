"""Fault rules and their effects on tasks, calls and lists; the stages that tasks have entered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("faults_made", sa.Integer(), server_default="0", nullable=False))
    op.add_column("request", sa.Column("after_event", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("request", sa.Column("fault", sa.String(), nullable=True))
    op.add_column("task", sa.Column("fault", sa.String(), nullable=True))
    op.add_column("task", sa.Column("fails_with", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("stops_at", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("forgotten", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("task", sa.Column("stale_for", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("stage", sa.Integer(), server_default="0", nullable=False))
    op.add_column("task", sa.Column("next_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE task SET next_at = due_at")
    op.drop_index("ix_task_due", table_name="task")
    op.create_index("ix_task_next", "task", ["account_id", "state", "next_at", "sequence"])
    op.create_table(
        "fault",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ordered", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("fired", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_fault_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_fault")),
    )
    op.create_table(
        "unlisted",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("vm_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "vm_id"],
            ["vm.account_id", "vm.id"],
            name=op.f("fk_unlisted_vm"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "sequence", name=op.f("pk_unlisted")),
    )
