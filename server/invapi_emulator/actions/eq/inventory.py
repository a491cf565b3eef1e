"""`eq.php`: which servers there are, and one of them in full (contract 6.1, 6.2)."""

from invapi_emulator.actions.ids import wire_id
from invapi_emulator.actions.parameters import NoParameters, OfVm
from invapi_emulator.domain.instants import wire_date
from invapi_emulator.engine.action import Body, Call, action, not_emulated
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

not_emulated(
    "eq",
    *("add_ipmi_user", "boot_dev", "clear_pxe", "create_pxe", "novnc", "order_instance", "recreate_novnc"),
    *("reinstall", "remove_ipmi_user", "sensors", "stop_novnc", "unit_reset", "rename_server", "set_pin"),
    *("check_pin", "history", "get_traffic", "backup_list", "create_backup", "delete_backup"),
)


@action("eq", "list", NoParameters, "6.1")
def list_servers(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    return {"result": "OK", "action": "list", "servers": _ids(unit, call)}


@action("eq", "update_servers", NoParameters, "6.1")
def update_servers(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    return {
        "result": "OK",
        "action": "update_servers",
        "servers": _ids(unit, call),
        "billing_servers": [],
        "deploy_keys": {},
    }


def _ids(unit: UnitOfWork, call: Call[NoParameters]) -> list[int | str]:
    return [wire_id(call.account.assumed, vm_id) for vm_id in vms.ids(unit)]


@action("eq", "show", OfVm, "6.2", refusal="failed to request show for")
def show(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    return {
        "server_data": {
            "id": wire_id(call.account.assumed, vm.id),
            "type": vm.kind,
            "virtual": 1,
            "preset": vm.preset,
            "hostname": vm.hostname,
            "location": vm.location,
            "created_at": wire_date(vm.created_at),
            "status": "rent",
            "power_status": f"power_{vm.power}",
            "uuid": vm.uuid,
        },
        "ipmi": {"model": vm.engine},
        "hardware": {"cpu_count": vm.cpu_count, "ram_mb": vm.memory_mb, "disk_gb": vm.size_gb},
        "IP": [{"IP": vm.ip, "ip": vm.ip, "main_ip": 1, "MAC": vm.mac}],
        "interfaces": [{"mac": vm.mac, "IsMain": 1}],
        "tags": [{"tag": tag, "value": value} for tag, value in vm.tags],
        "location": {"dc_location": vm.location},
    }
