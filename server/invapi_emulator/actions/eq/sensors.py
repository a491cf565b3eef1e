"""`eq.php` `sensors`: reads the sensors of the server's hardware (contract 6.4)."""

from invapi_emulator.actions.answers import started
from invapi_emulator.actions.lock_refusals import require_readable
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.domain.instants import MINUTE
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import RefusalExample
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_SENSORS = (
    ("CPU Temp", 34, 12, "degrees C"),
    ("System Temp", 24, 6, "degrees C"),
    ("FAN1", 4200, 600, "RPM"),
    ("FAN2", 4200, 600, "RPM"),
)
"""Name, least value, range and unit of each sensor."""


def sensors(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_readable(unit, vm)
    return {"callback": start_task(unit, call, vm)}


def finish_sensors(_unit: UnitOfWork, work: Work) -> Outcome:
    """Answer a table with one reading a line. Values change each minute; a server that is off has none."""
    lines = [_line(work, *sensor) for sensor in _SENSORS]
    return Outcome(work.vm, "\n".join(lines))


def _line(work: Work, name: str, least: int, span: int, unit: str) -> str:
    if work.vm.power == "off":
        return f"{name} | no reading | ns"
    drawn = work.chance.fraction("vm", work.vm.id, "sensor", name, work.now // MINUTE)
    return f"{name} | {least + int(drawn * span)} {unit} | ok"


_REFUSAL = "failed to request sensors for"

ACTION = Action(
    module="eq",
    name="sensors",
    label="Read sensors",
    clause="6.4",
    params=OfVm,
    handler=sensors,
    task=Kind((Stage("read", 2),), finish_sensors, changes=False),
    examples=(started(id=12345),),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample({"id": 99999}, "vm_not_found", f"{_REFUSAL} 99999 - no such VM in this account"),
    ),
)
