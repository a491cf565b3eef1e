"""For Python test suites: an emulator, in this process or elsewhere, and its accounts.

with Emulator() as emulator, emulator.account(scenario="one-vm") as account:
client = MyClient(base_url=account.url, token=account.token)
client.start_backup(account.vms[0])
account.advance_until_idle()
account.verify(action="create_snapshot", count=1)
"""

from invapi_emulator.process.unfrozen import unfrozen

with unfrozen():
    from invapi_emulator.testing.account import Account
    from invapi_emulator.testing.emulator import Emulator
    from invapi_emulator.testing.failure import ControlFailure
    from invapi_emulator.testing.serving import serving

__all__ = ["Account", "ControlFailure", "Emulator", "serving"]
