"""`/eq.php`: the inventory and the power of servers."""

from invapi_emulator.actions.eq import (
    groups,
    list_servers,
    order_instance,
    power,
    reinstall,
    rename_server,
    sensors,
    show,
    update_servers,
)

ACTIONS = (
    list_servers.ACTION,
    update_servers.ACTION,
    show.ACTION,
    order_instance.ACTION,
    reinstall.ACTION,
    rename_server.ACTION,
    groups.ACTION,
    sensors.ACTION,
    *power.ACTIONS,
)
NOT_EMULATED = (
    *("add_ipmi_user", "boot_dev", "clear_pxe", "create_pxe", "novnc", "recreate_novnc"),
    *("remove_ipmi_user", "stop_novnc", "unit_reset", "set_pin"),
    *("check_pin", "history", "get_traffic", "backup_list", "create_backup", "delete_backup"),
    *("deploy", "get_ipmi", "abort_reinstall", "add_ipmi_admin", "announceip", "backup_get_schedule"),
    *("backup_save_schedule", "check_backup_lock", "getserversforannounce", "console"),
    *("search", "unified_server_search"),
)
