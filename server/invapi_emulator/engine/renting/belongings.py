"""What goes with a server that is gone."""

from invapi_emulator.storage import api_keys, sessions, snapshots, stale_lists, tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork


def remove_belongings(unit: UnitOfWork, vm_id: int, kept_task: str | None = None) -> None:
    """Remove a server's snapshots, settings, tasks and API keys, but for a task that tells of its end."""
    for snapshot in snapshots.of_vm(unit, vm_id):
        snapshots.remove(unit, snapshot)
    snapshots.remove_settings(unit, vm_id)
    stale_lists.remove_of_vm(unit, vm_id)
    tasks.remove_of_vm(unit, vm_id, kept_task)
    for key in api_keys.of_unit(unit):
        if key.server_id == vm_id:
            api_keys.remove(unit, key.id)
    sessions.close_to_server(unit, vm_id)
