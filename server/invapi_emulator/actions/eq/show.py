"""`eq.php` `show`: describes a server in full (contract 6.2)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Flag, Part, Uuid, WireDate
from invapi_emulator.actions.eq.server_rows import ServerStatus, status_of
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.actions.server_ids import wire_id
from invapi_emulator.domain.instants import wire_date
from invapi_emulator.domain.virtual_machines import Engine, VmKind
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import billing, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class ServerData(Part):
    id: int
    type: VmKind
    virtual: Flag
    preset: str
    hostname: str
    location: str
    created_at: WireDate
    status: ServerStatus
    Condition_Component: ServerStatus
    ref_tableName: VmKind  # noqa: N815 - named on the wire
    name: str
    server_name: str
    power_status: Literal["power_on", "power_off"]
    uuid: Uuid


class Ipmi(Part):
    model: Engine


class Hardware(Part):
    cpu_count: int
    ram_mb: int
    disk_gb: int


class Address(Part):
    IP: str
    ip: str
    main_ip: Literal[1]
    MAC: str


class Interface(Part):
    mac: str
    IsMain: Literal[1]


class Tag(Part):
    tag: str
    value: str


class Location(Part):
    dc_location: str
    dc_name: str


class Server(Part):
    server_data: ServerData
    ipmi: Ipmi
    hardware: Hardware
    IP: list[Address]
    interfaces: list[Interface]
    tags: list[Tag]
    location: Location
    account_id: int = Field(description="the service in billing, the product of get_product_invoice")
    type_billing: Literal["whmcs_com"]
    hwconfig: str


def show(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    status = status_of(call.account.assumed, vm)
    return {
        "server_data": {
            "id": wire_id(call.account.assumed, vm.id),
            "type": vm.kind,
            "virtual": int(vm.kind != "dedicated"),
            "preset": vm.preset,
            "hostname": vm.hostname,
            "location": vm.location,
            "created_at": wire_date(vm.created_at),
            "status": status,
            "Condition_Component": status,
            "ref_tableName": vm.kind,
            "name": vm.hostname,
            "server_name": vm.hostname,
            "power_status": f"power_{vm.power}",
            "uuid": vm.uuid,
        },
        "ipmi": {"model": vm.engine},
        "hardware": {"cpu_count": vm.cpu_count, "ram_mb": vm.memory_mb, "disk_gb": vm.size_gb},
        "IP": [{"IP": vm.ip, "ip": vm.ip, "main_ip": 1, "MAC": vm.mac}],
        "interfaces": [{"mac": vm.mac, "IsMain": 1}],
        "tags": [{"tag": tag.name, "value": tag.value} for tag in vm.tags],
        "location": {"dc_location": vm.location, "dc_name": vm.location},
        "account_id": billing.service_of(unit, vm.id),
        "type_billing": "whmcs_com",
        "hwconfig": f"{vm.cpu_count} CPU / {vm.memory_mb} MB RAM / {vm.size_gb} GB disk",
    }


_SERVER: dict[str, Any] = {
    "server_data": {
        "id": 12345,
        "type": "VPS",
        "virtual": 1,
        "preset": "vm.small",
        "hostname": "web-1",
        "location": "NL",
        "created_at": "2029-11-02 00:00:00",
        "status": "rent",
        "Condition_Component": "rent",
        "ref_tableName": "VPS",
        "name": "web-1",
        "server_name": "web-1",
        "power_status": "power_on",
        "uuid": "5f0c2a3e-90f3-4a61-9f5a-51b0f3f3c1aa",
    },
    "ipmi": {"model": "openstack"},
    "hardware": {"cpu_count": 2, "ram_mb": 4096, "disk_gb": 40},
    "IP": [{"IP": "192.0.2.10", "ip": "192.0.2.10", "main_ip": 1, "MAC": "52:54:00:00:00:01"}],
    "interfaces": [{"mac": "52:54:00:00:00:01", "IsMain": 1}],
    "tags": [{"tag": "environment", "value": "demo"}, {"tag": "hostname", "value": "web-1"}],
    "location": {"dc_location": "NL", "dc_name": "NL"},
    "account_id": 12345,
    "type_billing": "whmcs_com",
    "hwconfig": "2 CPU / 4096 MB RAM / 40 GB disk",
}
_REFUSAL = "failed to request show for"

ACTION = Action(
    module="eq",
    name="show",
    label="Show server",
    clause="6.2",
    params=OfVm,
    handler=show,
    reads=(billing.INVOICES, orders.ORDERS),
    examples=(Example(Server, {"id": 12345}, _SERVER),),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample({"id": 99999}, "vm_not_found", f"{_REFUSAL} 99999 - no such VM in this account"),
    ),
)
