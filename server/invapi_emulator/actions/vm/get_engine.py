"""`vm.php` `get_engine`: lists the engines that the account's VMs run on (contract 4.16)."""

from typing import Literal

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Engines(Part):
    engines: list[Literal["openstack", "ovirt"]]


def get_engine(unit: UnitOfWork, _call: Call[NoParameters]) -> Body:
    return {"engines": vms.engines(unit)}


ACTION = Action(
    module="vm",
    name="get_engine",
    label="List engines",
    clause="4.16",
    params=NoParameters,
    handler=get_engine,
    examples=(Example(Engines, {}, {"engines": ["openstack", "ovirt"]}),),
)
