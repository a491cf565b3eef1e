"""`/software.php`: the software that servers are ordered with."""

from invapi_emulator.actions.software import list_software

ACTIONS = (list_software.ACTION,)
NOT_EMULATED = ()
