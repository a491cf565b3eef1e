"""Revisions of accounts, account ids that are never reused, and tasks of former worlds."""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.Column(
        "revision", sa.BigInteger(), nullable=False, server_default="0", comment="every writer changes it"
    )
    recreate: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    kwargs = {"sqlite_autoincrement": True}
    with op.batch_alter_table("account", recreate=recreate, table_kwargs=kwargs) as account:
        account.add_column(number)
    _bind_tasks_to_generations()


def _bind_tasks_to_generations() -> None:
    op.add_column("task", sa.Column("generation", sa.Integer(), comment="of the account's world"))
    op.execute(
        "UPDATE task SET generation = (SELECT generation FROM account WHERE account.id = task.account_id)"
    )
    for name in ("ix_task_next", "ix_task_end", "ix_task_vm"):
        op.drop_index(name, "task")
    with op.batch_alter_table("task") as task:
        task.alter_column("generation", nullable=False)
        task.drop_constraint("fk_task_vm", type_="foreignkey")
        task.drop_constraint("uq_task_account_id_sequence", type_="unique")
        task.create_foreign_key("fk_task_account", "account", ["account_id"], ["id"], ondelete="CASCADE")
        task.create_unique_constraint(
            "uq_task_account_id_generation_sequence", ["account_id", "generation", "sequence"]
        )
    of_world = ["account_id", "generation"]
    going_on = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_task_next",
        "task",
        [*of_world, "next_at", "sequence"],
        sqlite_where=going_on,
        postgresql_where=going_on,
    )
    op.create_index("ix_task_vm", "task", [*of_world, "vm_id", "action"])
