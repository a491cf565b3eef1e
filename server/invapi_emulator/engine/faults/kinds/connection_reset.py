"""`connection_reset`: the connection is reset, and nothing is done."""

from typing import Any, Literal

from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import BeforeFault, Cut, Window, fault
from invapi_emulator.storage.unit_of_work import UnitOfWork


@fault
class ConnectionReset(BeforeFault):
    kind: Literal["connection_reset"]

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> Cut:  # noqa: ARG002
        return "reset"
