"""Request ids in the journal; an index of tasks by their end."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "none: of a call that an older version answered"
    op.add_column("request", sa.Column("request_id", sa.String(), nullable=True, comment=comment))
    op.create_index("ix_task_end", "task", ["account_id", "ended_at"])
