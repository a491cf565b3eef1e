"""The checks, one file for each subject. Importing this package fills the table."""

from invapi_conformance.checks import (
    auth,
    envelopes,
    forms,
    inventory,
    locks,
    own_snapshot,
    power,
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
)  # fmt: skip
