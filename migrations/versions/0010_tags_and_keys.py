"""Tags with an id, a further text and a mark; SSH keys and API keys; login tokens of one server."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column(
            "objects_made", sa.BigInteger(), nullable=False, server_default="0", comment="tags and keys"
        ),
    )
    only = "the only server it is good for, if it is bound"
    op.add_column("session", sa.Column("server_id", sa.BigInteger(), comment=only))
    _create_key_table(
        "ssh_key",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    _create_key_table(
        "api_key",
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("server_id", sa.BigInteger(), comment="none: it is for the whole account"),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("login_notify_method", sa.String(), nullable=False),
        sa.Column("login_notify_address", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("secret", name="uq_api_key_secret"),
    )
    _number_tags()


def _create_key_table(name: str, *columns: sa.Column[Any] | sa.UniqueConstraint) -> None:
    op.create_table(
        name,
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("account_id", "id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=f"fk_{name}_account", ondelete="CASCADE"
        ),
    )


def _number_tags() -> None:
    """Give each tag a number of its account: `[tag, value]` becomes `[number, tag, value, "", false]`.

    A VM without a tag `hostname` gets one, which is internal.
    """
    connection = op.get_bind()
    number = sa.Integer()
    columns: tuple[sa.ColumnClause[Any], ...] = (
        sa.column("account_id", number),
        sa.column("id", number),
        sa.column("hostname"),
        sa.column("tags"),
    )
    vm = sa.table("vm", *columns)
    account = sa.table("account", sa.column("id", number), sa.column("objects_made", number))
    made: dict[int, int] = {}
    ordered = sa.select(*columns).order_by(vm.c.account_id, vm.c.id)
    for account_id, vm_id, hostname, text in connection.execute(ordered).all():
        tags = json.loads(text)
        if not isinstance(tags, list):
            continue
        first = made.get(account_id, 0) + 1
        numbered = [[first + place, tag, value, "", False] for place, (tag, value) in enumerate(tags)]
        if not any(tag == "hostname" for tag, _ in tags):
            numbered.append([first + len(numbered), "hostname", hostname, "", True])
        made[account_id] = first + len(numbered) - 1
        one = (vm.c.account_id == account_id) & (vm.c.id == vm_id)
        connection.execute(sa.update(vm).where(one).values(tags=json.dumps(numbered)))
    for account_id, last in made.items():
        connection.execute(sa.update(account).where(account.c.id == account_id).values(objects_made=last))
