"""The tables of what an account owes and owns. Amounts are whole hundredths."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, PrimaryKeyConstraint, String, Table

from invapi_emulator.storage.json_column import Json
from invapi_emulator.storage.tables import metadata

billing = Table(
    "billing",
    metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("credit", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("prepaid", Boolean, nullable=False),
)

invoice = Table(
    "invoice",
    metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("items", Json, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)
