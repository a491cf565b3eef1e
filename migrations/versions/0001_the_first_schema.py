"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("api_key", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("token_alive", sa.Boolean(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("seeded", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False, comment="real time"),
        sa.Column("used_at", sa.BigInteger(), nullable=False, comment="real time, to the minute"),
        sa.Column("start_mode", sa.String(), nullable=False),
        sa.Column("start_rate", sa.Float(), nullable=False),
        sa.Column("start_polls", sa.Integer(), nullable=False),
        sa.Column("start_now", sa.BigInteger(), nullable=True),
        sa.Column("clock_mode", sa.String(), nullable=False),
        sa.Column("clock_rate", sa.Float(), nullable=False),
        sa.Column("clock_polls", sa.Integer(), nullable=False),
        sa.Column("clock_base", sa.BigInteger(), nullable=False),
        sa.Column("clock_anchor", sa.BigInteger(), nullable=False, comment="real time"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("api_key", name=op.f("uq_account_api_key")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sa.UniqueConstraint("token", name=op.f("uq_account_token")),
        sa.UniqueConstraint("user", name=op.f("uq_account_user")),
    )
    op.create_table(
        "server",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alive_at", sa.BigInteger(), nullable=False, comment="real time"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server")),
    )
    op.create_table(
        "event",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_event_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_event")),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="none: nobody's"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="counted within the account"),
        sa.Column("at", sa.BigInteger(), nullable=True, comment="the account's time"),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("vm", sa.BigInteger(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("unread", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column(
            "user_agent", sa.Text(), nullable=False, comment="text of a client, as JSON: it may hold anything"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_request_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_index("ix_request_account", "request", ["account_id", "number"], unique=False)
    op.create_table(
        "session",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "address", sa.String(), nullable=True, comment="the only caller it is good for, if it is bound"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "vm",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("hostname", sa.String(), nullable=False),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("cpu_count", sa.Integer(), nullable=False),
        sa.Column("size_gb", sa.Integer(), nullable=False),
        sa.Column("memory_mb", sa.Integer(), nullable=False),
        sa.Column("num_max", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("power", sa.String(), nullable=False),
        sa.Column("power_changes", sa.Text(), nullable=False),
        sa.Column("running_since", sa.BigInteger(), nullable=True),
        sa.Column("locked_by", sa.String(), nullable=True),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("used_mb", sa.BigInteger(), nullable=False),
        sa.Column("disk_generation", sa.BigInteger(), nullable=False),
        sa.Column("disk_fingerprint", sa.String(), nullable=False),
        sa.Column("memory_generation", sa.BigInteger(), nullable=False),
        sa.Column("memory_fingerprint", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_vm_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_vm")),
    )
    op.create_table(
        "rotation",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("vm_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "vm_id"],
            ["vm.account_id", "vm.id"],
            name=op.f("fk_rotation_vm"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "vm_id", "type", name=op.f("pk_rotation")),
    )
    op.create_table(
        "snapshot",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("vm_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("image_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_mb", sa.BigInteger(), nullable=False),
        sa.Column("disk_generation", sa.BigInteger(), nullable=False),
        sa.Column("disk_fingerprint", sa.String(), nullable=False),
        sa.Column("memory_generation", sa.BigInteger(), nullable=False),
        sa.Column("memory_fingerprint", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "vm_id"],
            ["vm.account_id", "vm.id"],
            name=op.f("fk_snapshot_vm"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "vm_id", "type", "name", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("account_id", "sequence", name=op.f("uq_snapshot_account_id_sequence")),
    )
    op.create_table(
        "task",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("vm_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True, comment="none: it hangs"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("debug", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "vm_id"], ["vm.account_id", "vm.id"], name=op.f("fk_task_vm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_task")),
        sa.UniqueConstraint("account_id", "sequence", name=op.f("uq_task_account_id_sequence")),
    )
    op.create_index("ix_task_due", "task", ["account_id", "state", "due_at", "sequence"], unique=False)
    op.create_index("ix_task_vm", "task", ["account_id", "vm_id", "action"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_task_vm", table_name="task")
    op.drop_index("ix_task_due", table_name="task")
    op.drop_table("task")
    op.drop_table("snapshot")
    op.drop_table("rotation")
    op.drop_table("vm")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_index("ix_request_account", table_name="request")
    op.drop_table("request")
    op.drop_table("event")
    op.drop_table("server")
    op.drop_table("account")
