"""`/tags.php`: the tags of servers."""

from invapi_emulator.actions.tags import add, list_tags, remove

ACTIONS = (add.ACTION, list_tags.ACTION, remove.ACTION)
NOT_EMULATED = ("clear", "get", "search", "search_user", "show", "user_search")
