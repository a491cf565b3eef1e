"""`/ssh_keys.php`: the public keys that an account stores for its servers."""

from invapi_emulator.actions.ssh_keys import add, delete, list_keys

ACTIONS = (add.ACTION, list_keys.ACTION, delete.ACTION)
NOT_EMULATED = ("edit", "view")
