"""`/vm.php`: snapshots, their settings, statistics."""

from invapi_emulator.actions.vm import (
    create_snapshot,
    get_engine,
    get_snapshot,
    load_stats,
    remove_snapshot,
    restore_snapshot,
    update_restore_settings,
)

ACTIONS = (
    create_snapshot.ACTION,
    get_snapshot.ACTION,
    remove_snapshot.ACTION,
    restore_snapshot.ACTION,
    load_stats.ACTION,
    update_restore_settings.ACTION,
    get_engine.ACTION,
)
NOT_EMULATED: tuple[str, ...] = ()
