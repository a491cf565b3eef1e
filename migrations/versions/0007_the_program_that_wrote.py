"""The version of the program that used the database last, so that an older one can name it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "server", sa.Column("program", sa.String(), comment="version of the program that used it last")
    )
