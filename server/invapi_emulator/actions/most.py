"""How much an account can have."""

from invapi_emulator.domain.billing import MOST_INVOICES
from invapi_emulator.errors import NotSupported
from invapi_emulator.storage import billing
from invapi_emulator.storage.unit_of_work import UnitOfWork


def require_room(held: int, most: int, what: str, remedy: str = "remove one first") -> None:
    """Raise NotSupported if there are as many as there may be."""
    if held >= most:
        raise NotSupported(f"there are {held:,} {what}, the most that this emulator keeps; {remedy}")


def require_room_for_invoice(unit: UnitOfWork) -> None:
    """Raise NotSupported if the account has all the invoices that it may have."""
    require_room(billing.count(unit), MOST_INVOICES, "invoices in this account", "reset the account")
