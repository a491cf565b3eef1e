"""Which calls a rule is about."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from invapi_emulator.actions import ACTIONS, Call, actions_of, modules
from invapi_emulator.storage import tasks
from invapi_emulator.storage.database import Transaction

_CHECK = ("eq_callback", "check")


class Match(BaseModel):
    """A call matches when all that is given here is as it says; `id` is a VM's, for a check that of its task's VM.

    `fields` are as the client sends them: text, or a list of texts for an array.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: str | None = None
    action: str | None = None
    id: Annotated[int, Field(ge=1, lt=2**63, strict=True)] | None = None
    fields: dict[str, str | tuple[str, ...]] = {}

    @field_validator("module")
    @classmethod
    def _known_module(cls, module: str | None) -> str | None:
        if module is not None and module not in modules():
            raise ValueError(f"there is no such module; there are {', '.join(modules())}")
        return module

    @field_validator("action")
    @classmethod
    def _known_action(cls, action: str | None, info: ValidationInfo) -> str | None:
        module = info.data.get("module")
        known = actions_of(module) if module else sorted({name for _, name in ACTIONS})
        if action is not None and action not in known:
            raise ValueError(f"{module or 'no module'} has no such action; there are {', '.join(known)}")
        return action

    def fits(self, tx: Transaction, call: Call[Any]) -> bool:
        return (
            self.module in (None, call.module)
            and self.action in (None, call.action)
            and all(call.fields.get(name) == value for name, value in self.fields.items())
            and (self.id is None or self.id == _vm_of(tx, call))
        )


def _vm_of(tx: Transaction, call: Call[Any]) -> int | None:
    if (call.module, call.action) == _CHECK:
        task = tasks.by_key(tx, call.account.id, call.params.key)
        return None if task is None else task.vm_id
    vm_id: int | None = getattr(call.params, "id", None)
    return vm_id
