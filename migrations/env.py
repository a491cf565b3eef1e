"""Alembic's way in: it is handed a connection that has a transaction open, see `storage/schema.py`."""

from alembic import context

from invapi_emulator.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
