"""A SQLite file for the tests of its backend."""

from pathlib import Path

import pytest

from invapi_emulator.storage.database import open_database
from invapi_emulator.storage.schema import prepare_schema


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return an empty database of this version."""
    file = tmp_path / "worlds.db"
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        prepare_schema(tx.connection)
    database.close()
    Path(f"{file}.lock").unlink()
    return file
