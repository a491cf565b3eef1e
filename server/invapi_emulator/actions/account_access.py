"""What a token that is good for one server may not do (contract 5.1)."""

from invapi_emulator.errors import AccessDenied
from invapi_emulator.storage.unit_of_work import UnitOfWork


def require_whole_account(unit: UnitOfWork) -> None:
    """Raise AccessDenied if the call's token is good for one server alone."""
    if unit.only_vm is not None:
        raise AccessDenied
