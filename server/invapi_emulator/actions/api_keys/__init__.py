"""`/api_keys.php`: the API keys that log in to an account, or to one of its servers."""

from invapi_emulator.actions.api_keys import add, delete, edit, list_keys, view

ACTIONS = (add.ACTION, *list_keys.ACTIONS, view.ACTION, edit.ACTION, delete.ACTION)
NOT_EMULATED = ("history",)
