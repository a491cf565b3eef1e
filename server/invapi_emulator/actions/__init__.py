"""The imitated API: a folder a module (`vm.php`), a file an action; importing the package fills the tables of both."""

from types import ModuleType

from invapi_emulator.actions import auth, eq, eq_callback, vm
from invapi_emulator.engine.action import register

MODULES: dict[str, ModuleType] = {"auth": auth, "eq": eq, "eq_callback": eq_callback, "vm": vm}

for _name, _module in MODULES.items():
    register(_name, _module.ACTIONS, _module.NOT_EMULATED)
