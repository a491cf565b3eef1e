"""Faults of the check of a task that has ended."""

from typing import Literal

from invapi_emulator.engine.faults.fault import CheckFault


class NotReady(CheckFault):
    """`not_ready`: the check says that the task is under way, though it has ended."""

    kind: Literal["not_ready"]
