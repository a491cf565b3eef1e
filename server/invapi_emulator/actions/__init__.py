"""The imitated API: one folder for each module (`vm.php`), one file for each action. Importing it fills their tables."""

from types import ModuleType

from invapi_emulator.actions import auth, eq, eq_callback, vm, whmcs
from invapi_emulator.engine.action import register

MODULES: dict[str, ModuleType] = {
    "auth": auth,
    "eq": eq,
    "eq_callback": eq_callback,
    "vm": vm,
    "whmcs": whmcs,
}

for _name, _module in MODULES.items():
    register(_name, _module.ACTIONS, _module.NOT_EMULATED)
