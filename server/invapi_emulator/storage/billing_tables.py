"""The tables of what an account owes, owns and has ordered. Amounts are whole hundredths.

`items` and `payments` are JSON in ASCII, in the types of domain/billing.py.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, PrimaryKeyConstraint, String, Table, Text

from invapi_emulator.storage.metadata import METADATA, account_column

billing = Table(
    "billing",
    METADATA,
    account_column(primary_key=True),
    Column("credit", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("prepaid", Boolean, nullable=False),
    Column("opening", BigInteger, nullable=False, server_default="0", comment="credit of no invoice"),
)

invoice = Table(
    "invoice",
    METADATA,
    account_column(),
    Column("id", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("items", Text, nullable=False),
    Column("payments", Text, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("account_id", "id"),
)

server_order = Table(
    "server_order",
    METADATA,
    account_column(),
    Column("id", BigInteger, nullable=False, comment="of the service in billing"),
    Column("invoice", BigInteger, nullable=False, comment="the first one"),
    Column("server", BigInteger, comment="none: it is not paid for"),
    Column("status", String, nullable=False),
    Column("preset", String, nullable=False),
    Column("location", String, nullable=False),
    Column("os", String, nullable=False),
    Column("software", String, nullable=False),
    Column("traffic_plan", String, nullable=False),
    Column("hostname", String, comment="none: after its id"),
    Column("period", String, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("rent_since", BigInteger),
    Column("rent_due_at", BigInteger),
    Column("suspends_at", BigInteger),
    Column("key", String, comment="of the task that deploys it"),
    Column("callback_url", Text),
    Column("next_at", BigInteger),
    PrimaryKeyConstraint("account_id", "id"),
)

_ASKS = server_order.c.next_at.is_not(None)
Index(
    "ix_order_next",
    server_order.c.account_id,
    server_order.c.next_at,
    sqlite_where=_ASKS,
)
