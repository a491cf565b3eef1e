"""The tables of what an account owes and owns. Amounts are whole hundredths."""

from sqlalchemy import BigInteger, Boolean, Column, PrimaryKeyConstraint, String, Table

from invapi_emulator.storage.json_column import Json
from invapi_emulator.storage.metadata import METADATA, account_column

billing = Table(
    "billing",
    METADATA,
    account_column(primary_key=True),
    Column("credit", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("prepaid", Boolean, nullable=False),
)

invoice = Table(
    "invoice",
    METADATA,
    account_column(),
    Column("id", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("items", Json, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)
