"""Alembic's entry point. `storage/schema.py` gives it a connection with an open transaction."""

from alembic import context

from invapi_emulator.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
