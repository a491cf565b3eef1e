"""The tables. Instants are microseconds since 1970. Lists and objects are JSON text on both engines."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from invapi_emulator.storage import billing_tables, callback_tables, journal_tables, key_tables
from invapi_emulator.storage.json_column import Json
from invapi_emulator.storage.metadata import METADATA, account_column

metadata = METADATA
"""All tables."""


def _state_columns() -> list[Column[Any]]:
    return [
        Column("used_mb", BigInteger, nullable=False),
        Column("disk_generation", BigInteger, nullable=False),
        Column("disk_fingerprint", String, nullable=False),
        Column("memory_generation", BigInteger, nullable=False),
        Column("memory_fingerprint", String),
    ]


STATE_COLUMNS = tuple(column.name for column in _state_columns())
"""The fields of a MachineState, which VMs and snapshots both have."""

server = Table(
    "server",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alive_at", BigInteger, nullable=False, comment="real time"),
    Column("program", String, comment="version of the program that used it last"),
)

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("api_key", String, nullable=False, unique=True),
    Column("token", String, nullable=False, unique=True),
    Column("user", String, nullable=False, unique=True),
    Column("password", String, nullable=False),
    Column("token_alive", Boolean, nullable=False),
    Column("scenario", String, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("seeded", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("faults_made", Integer, nullable=False, server_default="0"),
    Column("objects_made", BigInteger, nullable=False, server_default="0", comment="tags and keys"),
    Column("orders_made", BigInteger, nullable=False, server_default="0"),
    Column("invoices_made", BigInteger, nullable=False, server_default="0"),
    Column("made_at", BigInteger, nullable=False, comment="real time"),
    Column("used_at", BigInteger, nullable=False, comment="real time, to the minute"),
    Column("start_mode", String, nullable=False),
    Column("start_rate", Float, nullable=False),
    Column("start_polls", Integer, nullable=False),
    Column("start_now", BigInteger),
    Column("clock_mode", String, nullable=False),
    Column("clock_rate", Float, nullable=False),
    Column("clock_polls", Integer, nullable=False),
    Column("clock_base", BigInteger, nullable=False),
    Column("clock_anchor", BigInteger, nullable=False, comment="real time"),
    Column("start_profile", String, nullable=False, server_default="realistic"),
    Column("start_assumed", Json, nullable=False, server_default="{}"),
    Column("profile", String, nullable=False, server_default="realistic"),
    Column("assumed", Json, nullable=False, server_default="{}"),
    Column("answered", BigInteger, nullable=False, server_default="0", comment="counted while hostile"),
    Column("revision", BigInteger, nullable=False, server_default="0", comment="every writer changes it"),
    Column(
        "cleared", BigInteger, nullable=False, server_default="0", comment="the last call that was cleared"
    ),
    Column("catalogue", Json, comment="none: the server's"),
    sqlite_autoincrement=True,  # an id is never used twice: memory is indexed by it
)


admin_session = Table(
    "admin_session",
    metadata,
    Column("hash", String, primary_key=True, comment="of the cookie, keyed with the admin token"),
    Column("expires_at", BigInteger, nullable=False, comment="real time"),
)


BILLING_TABLES = (billing_tables.billing, billing_tables.invoice, billing_tables.server_order)
CALLBACK_TABLES = (callback_tables.callback,)
KEY_TABLES = (key_tables.ssh_key, key_tables.api_key)
"""Tables of keys that belong to an account's world."""

JOURNAL_TABLES = (journal_tables.request, journal_tables.pruned, journal_tables.event)
"""Tables of what happened, which outlive a world."""

session = Table(
    "session",
    metadata,
    Column("token", String, primary_key=True),
    account_column(index=True),
    Column("sequence", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("address", String, comment="the only caller it is good for, if it is bound"),
    Column("server_id", BigInteger, comment="the only server it is good for, if it is bound"),
)

vm = Table(
    "vm",
    metadata,
    account_column(),
    Column("id", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("engine", String, nullable=False),
    Column("location", String, nullable=False),
    Column("hostname", String, nullable=False),
    Column("preset", String, nullable=False),
    Column("cpu_count", Integer, nullable=False),
    Column("size_gb", Integer, nullable=False),
    Column("memory_mb", Integer, nullable=False),
    Column("num_max", Integer, nullable=False),
    Column("uuid", String, nullable=False),
    Column("ip", String, nullable=False),
    Column("mac", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tags", Json, nullable=False),
    Column("power", String, nullable=False),
    Column("power_changes", Json, nullable=False),
    Column("running_since", BigInteger),
    Column("locked_by", String),
    Column("started", Json, nullable=False),
    *_state_columns(),
    Column("phase", String, nullable=False, server_default="rented"),
    Column("cancellation", Json),
    Column("ends_at", BigInteger, comment="when its cancellation takes effect"),
    PrimaryKeyConstraint("account_id", "id"),
)

_ENDS = vm.c.ends_at.is_not(None)
Index("ix_vm_ends", vm.c.account_id, vm.c.ends_at, sqlite_where=_ENDS)


def _vm_constraint() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["account_id", "vm_id"], ["vm.account_id", "vm.id"], ondelete="CASCADE")


snapshot = Table(
    "snapshot",
    metadata,
    Column("account_id", Integer, nullable=False),
    Column("vm_id", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("name", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("image_id", String, nullable=False),
    Column("status", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    *_state_columns(),
    PrimaryKeyConstraint("account_id", "vm_id", "type", "name"),
    UniqueConstraint("account_id", "sequence"),
    _vm_constraint(),
)

rotation = Table(
    "rotation",
    metadata,
    Column("account_id", Integer, nullable=False),
    Column("vm_id", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("excluded", Json, nullable=False),
    PrimaryKeyConstraint("account_id", "vm_id", "type"),
    _vm_constraint(),
)

task = Table(
    "task",
    metadata,
    Column("key", String, primary_key=True),
    account_column(),
    Column("generation", Integer, nullable=False, comment="of the account's world"),
    Column("vm_id", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("module", String, nullable=False),
    Column("action", String, nullable=False),
    Column("context", Json, nullable=False),
    Column("stages", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, comment="none: it hangs"),
    Column("state", String, nullable=False),
    Column("stage", Integer, nullable=False, server_default="0"),
    Column("next_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("scope", Text),
    Column("debug", Text),
    Column("error", Text),
    Column("polls", Integer, nullable=False),
    Column("spent", Boolean, nullable=False),
    Column("fault", String),
    Column("fails_with", Text),
    Column("stops_at", BigInteger),
    Column("forgotten", Boolean, nullable=False, server_default=false()),
    Column("stale_for", BigInteger),
    Column("callback_url", Text),
    UniqueConstraint("account_id", "generation", "sequence"),
)
"""No constraint binds tasks to VMs, because tasks of former generations are cleared away in steps."""

_OF_WORLD = (task.c.account_id, task.c.generation)
_GOES_ON = task.c.next_at.is_not(None)
Index(
    "ix_task_next",
    *_OF_WORLD,
    task.c.next_at,
    task.c.sequence,
    sqlite_where=_GOES_ON,
)
Index("ix_task_vm", *_OF_WORLD, task.c.vm_id, task.c.action)

unlisted = Table(
    "unlisted",
    metadata,
    Column("account_id", Integer, nullable=False),
    Column("vm_id", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("removed", Json),
    PrimaryKeyConstraint("account_id", "sequence"),
    _vm_constraint(),
)

fault = Table(
    "fault",
    metadata,
    account_column(),
    Column("id", Integer, nullable=False),
    Column("ordered", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("fired", BigInteger, nullable=False),
    Column("window", Json),
    PrimaryKeyConstraint("account_id", "id"),
)
