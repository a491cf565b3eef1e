"""The table of calls that the emulator owes to clients: the callbacks of installations that have ended."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from invapi_emulator.storage.metadata import METADATA, account_column

callback = Table(
    "callback",
    METADATA,
    Column("id", Integer, primary_key=True),
    account_column(index=True),
    Column("server", BigInteger, nullable=False),
    Column("invoice", BigInteger, nullable=False),
    Column("url", Text, nullable=False, comment="it may hold credentials"),
    Column("status", String, nullable=False, comment="the word that is sent"),
    Column("made_at", BigInteger, nullable=False, comment="the account's time"),
    Column("attempts", Integer, nullable=False, comment="tries that were begun"),
    Column("next_at", BigInteger, comment="real time of the next try; none: there is no further one"),
    Column("leased_until", BigInteger, comment="real time until which a try is one worker's"),
    Column("outcome", String, comment="sent or failed; none: not known yet"),
    Column("last_error", Text, comment="of the last try that failed"),
    sqlite_autoincrement=True,  # an id is never used twice: a worker may remember that of a removed row
)

_IS_PENDING = callback.c.next_at.is_not(None)
Index("ix_callback_next", callback.c.next_at, sqlite_where=_IS_PENDING)
