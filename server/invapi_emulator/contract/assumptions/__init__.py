"""The emulator's assumptions where public material is silent. Importing the package fills their table."""

from invapi_emulator.contract.assumptions import catalogue, power, snapshots, tasks, transport

__all__ = ["catalogue", "power", "snapshots", "tasks", "transport"]
