"""The emulator's assumptions where public material is silent. Importing the package fills their table."""

from invapi_emulator.contract.assumptions import (
    catalogue,
    descriptions,
    orders,
    power,
    snapshots,
    tasks,
    transport,
)

__all__ = ["catalogue", "descriptions", "orders", "power", "snapshots", "tasks", "transport"]
