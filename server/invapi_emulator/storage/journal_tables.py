"""The tables of calls and events."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from invapi_emulator.storage.json_column import Json
from invapi_emulator.storage.metadata import METADATA, account_column

MISSED = "missed"
"""The result of an entry that is a mark and not a call, see storage/missed."""

request = Table(
    "request",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), comment="none: nobody's"),
    Column("number", BigInteger, nullable=False, comment="counted within the account"),
    Column("at", BigInteger, comment="the account's time"),
    Column("after_event", BigInteger, nullable=False, server_default="0"),
    Column("module", String, nullable=False),
    Column("action", String),
    Column("vm", BigInteger),
    Column("fields", Json, nullable=False),
    Column("unread", Json, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("result", String, nullable=False),
    Column("reason", String),
    Column("fault", String),
    Column("task", String),
    Column("duration_us", BigInteger, nullable=False),
    Column("address", String, nullable=False),
    Column("user_agent", Json, nullable=False, comment="text of a client, as JSON: it may hold anything"),
    Column("request_id", String, comment="none: of a call that an older version answered"),
    Column("received_at", BigInteger, comment="real time; none: of a call that an older version answered"),
    Column("retry_after", Integer, comment="seconds"),
    Column("in_query", Json, comment="names of fields"),
    Column("hidden", Json, comment="digests of fields not shown as sent"),
)

Index("ix_request_account", request.c.account_id, request.c.number)

pruned = Table(
    "pruned",
    METADATA,
    account_column(),
    *(Column(part, String, nullable=False) for part in ("module", "action", "result")),
    Column("calls", BigInteger, nullable=False, comment="that the journal no longer keeps"),
    PrimaryKeyConstraint("account_id", "module", "action", "result"),
)

event = Table(
    "event",
    METADATA,
    account_column(),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("data", Json, nullable=False),
    PrimaryKeyConstraint("account_id", "number"),
)
