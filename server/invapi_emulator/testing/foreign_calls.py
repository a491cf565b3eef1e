"""Calls that reach an emulator by another account than those that the client has made: `demo`, or one made over HTTP."""

from urllib.parse import quote

from invapi_emulator.testing.emulator import Emulator
from invapi_emulator.testing.made import MADE


class ForeignCalls:
    """The newest call of each such account at the last look. Emulators that others may use too are not looked at."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], int] = {}

    def have_come(self) -> bool:
        """Return whether there are new ones since the last look, in the emulators with an open account of the client's."""
        emulators = {account.emulator for account in MADE.accounts if not account.closed}
        found = [item for emulator in emulators if emulator.is_own for item in _newest(emulator).items()]
        come = any(number > self._newest.get(account, 0) for account, number in found)
        self._newest.update(found)
        return come


def _newest(emulator: Emulator) -> dict[tuple[str, str], int]:
    """Return the number of the newest call of each such account, none if the emulator cannot be asked any more."""
    own = {account.name for account in MADE.accounts if account.emulator is emulator}
    try:
        names = [account["name"] for account in emulator.control("GET", "/accounts")["accounts"]]
        return {
            (emulator.url, name): emulator.control("GET", f"/accounts/{quote(name)}/requests?module=")[
                "last_id"
            ]
            for name in names
            if name not in own
        }
    except Exception:  # noqa: BLE001 - a test may have stopped the server
        return {}
