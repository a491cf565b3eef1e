"""Calls that show a client what an earlier change did."""

_NO_LOOKS = frozenset({("vm", "get_engine"), ("vm", "update_restore_settings"), ("eq", "rename_server")})
LIST_SERVERS = frozenset({("auth", "info"), ("auth", "login"), ("auth", "whmcslogin")})
"""Calls whose answers list the ids of all servers, and so show what an order did."""

_SHOWN_BY = {
    "vm": {"vm", "eq"},
    "eq": {"vm", "eq", "whmcs"},
    "tags": {"tags", "eq"},
    "whmcs": {"whmcs", "eq"},
}
"""Modules that show what the changes of a module did. For other modules it is the module itself."""


def shows_changes_of(module: str, look: tuple[str, str | None]) -> bool:
    """Return whether a call of this module and action shows what the changes of a module did."""
    return look[0] in _SHOWN_BY.get(module, {module}) and look not in _NO_LOOKS
