"""The tables of SSH keys and API keys."""

from sqlalchemy import BigInteger, Boolean, Column, PrimaryKeyConstraint, String, Table, Text

from invapi_emulator.storage.metadata import METADATA, account_column

ssh_key = Table(
    "ssh_key",
    METADATA,
    account_column(),
    Column("id", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)

api_key = Table(
    "api_key",
    METADATA,
    account_column(),
    Column("id", BigInteger, nullable=False),
    Column("secret", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("server_id", BigInteger, comment="none: it is for the whole account"),
    Column("ip", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("login_notify_method", String, nullable=False),
    Column("login_notify_address", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)
