"""The checks, one file for each subject. Importing this package fills the table."""

from invapi_conformance.checks import (
    account_objects,
    auth,
    billing,
    catalogue,
    envelopes,
    forms,
    inventory,
    locks,
    orders,
    own_snapshot,
    power,
    refused_orders,
    restore,
    settings,
    snapshots,
    statistics,
    tasks,
    transport,
)
from invapi_conformance.table import CHECKS

__all__ = ["CHECKS", "SUBJECTS"]

SUBJECTS = (
    transport, forms, envelopes, tasks, snapshots, own_snapshot, statistics, inventory, auth, settings, locks, restore, power,
    catalogue, account_objects, billing, refused_orders, orders,
)  # fmt: skip
