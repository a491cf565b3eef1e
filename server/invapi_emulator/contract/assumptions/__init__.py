"""What the emulator assumes where nobody knows, as switches; importing the package fills their table."""

from invapi_emulator.contract.assumptions import power, snapshots, tasks, transport

__all__ = ["power", "snapshots", "tasks", "transport"]
