"""The real time of a call, the wait that its answer asked for, and the fields in its query."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "real time; none: of a call that an older version answered"
    op.add_column("request", sa.Column("received_at", sa.BigInteger(), nullable=True, comment=comment))
    op.add_column("request", sa.Column("retry_after", sa.Integer(), nullable=True, comment="seconds"))
    op.add_column("request", sa.Column("in_query", sa.Text(), nullable=True, comment="names of fields"))
