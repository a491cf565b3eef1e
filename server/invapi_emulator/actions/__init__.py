"""The imitated API: one folder for each module (`vm.php`), one file for each action. Importing it fills their tables."""

from types import ModuleType

from invapi_emulator.actions import (
    api_keys,
    auth,
    eq,
    eq_callback,
    operating_systems,
    presets,
    software,
    ssh_keys,
    stocks,
    tags,
    traffic_plans,
    vm,
    whmcs,
)
from invapi_emulator.engine.action import NOT_EMULATED_MODULES, PARTLY_KNOWN_MODULES, register

MODULES: dict[str, ModuleType] = {
    "api_keys": api_keys,
    "auth": auth,
    "eq": eq,
    "eq_callback": eq_callback,
    "os": operating_systems,
    "presets": presets,
    "software": software,
    "ssh_keys": ssh_keys,
    "stocks": stocks,
    "tags": tags,
    "traffic_plans": traffic_plans,
    "vm": vm,
    "whmcs": whmcs,
}

NOT_EMULATED_MODULES.update(("iso", "jenkins", "jira", "nat", "pdns", "net", "ip", "rhr", "s3", "rtm"))
PARTLY_KNOWN_MODULES.add("whmcs")

for _name, _module in MODULES.items():
    register(_name, _module.ACTIONS, _module.NOT_EMULATED)
