"""Accounts made through the store."""

from invapi_emulator.domain.accounts import Credentials
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import BUILT_IN, defaults_of
from invapi_emulator.storage.database import Database
from invapi_emulator.worlds.accounts import make_account


def new_account(database: Database, name: str) -> int:
    """Create an account with a frozen clock, and return its id."""
    credentials = Credentials(f"key of {name}", f"token of {name}", name, "password")
    wanted = defaults_of(read_settings({"clock": "frozen"}), BUILT_IN).asked()
    with database.transaction() as tx:
        return make_account(tx, name, credentials, wanted, database.real_now(tx)).id
