"""What a token of one server may not do (contract 5.1)."""

from invapi_emulator.errors import AccessDenied
from invapi_emulator.storage.unit_of_work import UnitOfWork


def require_whole_account(unit: UnitOfWork) -> None:
    """Raise AccessDenied if the token of the call is bound to one server."""
    if unit.only_vm is not None:
        raise AccessDenied
