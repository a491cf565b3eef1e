"""`vm.php` `update_restore_settings`: changes the settings of rotation at once (contract 4.6, 4.9)."""

from msgspec.structs import replace

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Names, OfSnapshots, Switch
from invapi_emulator.actions.vm import answers
from invapi_emulator.actions.vm.rows import settings_body
from invapi_emulator.domain.snapshots import MOST_SETTINGS, RotationSettings
from invapi_emulator.domain.virtual_machines import require_snapshots_supported
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import NothingToUpdate, NotSupported
from invapi_emulator.storage import events, settings_sizes, snapshots, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class RestoreSettings(OfSnapshots):
    """A setting that is left out keeps its value."""

    enable_rotation: Switch | None = None
    exclude_rotation: Names | None = None

    def model_post_init(self, _context: object) -> None:
        if self.enable_rotation is None and self.exclude_rotation is None:
            raise NothingToUpdate("nothing to update: send enable_rotation (1 or 0) or exclude_rotation[]")


class Settings(Part):
    settings: answers.RotationSettings


def update_restore_settings(unit: UnitOfWork, call: Call[RestoreSettings]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_snapshots_supported(vm)
    type_ = call.params.type
    settings = _changed(snapshots.settings_of_type(unit, vm.id, type_), call.params)
    snapshots.save_settings(unit, vm.id, type_, settings)
    _require_room(unit, settings)
    body = settings_body(settings, vm.num_max)
    told = body if call.params.exclude_rotation is not None else _without_names(body)
    events.record(unit, call.now, "settings", vm=vm.id, type=type_, settings=told)
    return {"settings": body}


def _require_room(unit: UnitOfWork, changed: RotationSettings) -> None:
    """Raise NotSupported if the settings of the account are too large now. Those without names always have room."""
    if changed.excluded and settings_sizes.of_account(unit) > MOST_SETTINGS:
        raise NotSupported(
            f"the rotation settings of this account would take more than {MOST_SETTINGS:,} bytes, the most that this "
            "emulator keeps; exclude fewer snapshots, or use fewer types"
        )


def _without_names(body: Body) -> Body:
    """Return the settings for an event. Names that the call did not send could be thousands each time."""
    return {name: value for name, value in body.items() if name != "exclude_rotation"}


def _changed(settings: RotationSettings, params: RestoreSettings) -> RotationSettings:
    if params.enable_rotation is not None:
        settings = replace(settings, enabled=params.enable_rotation)
    if params.exclude_rotation is not None:
        settings = replace(settings, excluded=params.exclude_rotation)
    return settings


_CHANGED = answers.SETTINGS_EXAMPLE | {"enable_rotation": 1, "exclude_rotation": ["fresh-install"]}
_REFUSAL = "failed to update restore settings for"

ACTION = Action(
    module="vm",
    name="update_restore_settings",
    label="Update rotation",
    clause="4.6",
    params=RestoreSettings,
    handler=update_restore_settings,
    examples=(
        Example(
            Settings,
            {"id": 12345, "enable_rotation": 1, "exclude_rotation[]": ["fresh-install"]},
            {"settings": _CHANGED},
        ),
    ),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample(
            {"id": 12345},
            "nothing_to_update",
            f"{_REFUSAL} 12345 - nothing to update: send enable_rotation (1 or 0) or exclude_rotation[]",
        ),
    ),
)
