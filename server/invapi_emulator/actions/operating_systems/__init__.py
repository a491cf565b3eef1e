"""`/os.php`: the operating systems that servers are ordered with."""

from invapi_emulator.actions.operating_systems import list_os

ACTIONS = (list_os.ACTION,)
NOT_EMULATED = ()
