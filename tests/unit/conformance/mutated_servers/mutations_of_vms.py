"""Mutations of snapshots, settings, restores, power, sessions and the inventory."""

from typing import Any

from tests.support.kit_runs import EVERYTHING
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given
from tests.unit.conformance.mutated_servers.mutations import (
    in_both_lists,
    is_end,
    is_failure,
    mutation,
    otherwise,
    rows_in,
    sent,
)


@mutation("a-row-has-its-fields")
def a_row_has_no_total_size(_asked: Asked, given: Given) -> None:
    for row in rows_in(given):
        del row["total_size"]


@mutation("dates-are-of-two-forms")
def dates_are_american(_asked: Asked, given: Given) -> None:
    for row in rows_in(given):
        row["date"] = f"{row['date'][5:7]}/{row['date'][8:10]}/{row['date'][:4]}"


@mutation("ids-are-strings")
def ids_of_snapshots_are_numbers(_asked: Asked, given: Given) -> None:
    for row in rows_in(given):
        row["snapshot_id"] = int(row["snapshot_id"])


@mutation("what-is-left-out-is-kept", EVERYTHING)
def a_setting_that_is_left_out_is_cleared(asked: Asked, given: Given) -> None:
    left_out = not any(name.startswith("exclude_rotation") for name in asked.fields)
    if asked.action == "update_restore_settings" and left_out and not is_failure(given):
        given.body["settings"]["exclude_rotation"] = []


@mutation("the-oldest-comes-first")
def the_newest_comes_first(_asked: Asked, given: Given) -> None:
    rows_in(given).reverse()


@mutation("get-snapshot-lists-at-once")
def the_list_comes_by_key_only(_asked: Asked, given: Given) -> None:
    if rows_in(given):
        del given.body["snapshots"]


@mutation("settings-tell-num-max")
def settings_do_not_tell_num_max(asked: Asked, given: Given) -> None:
    if asked.action == "get_snapshot" and not is_failure(given):
        del given.body["settings"]["num_max"]


@mutation("there-may-be-four")
def there_may_be_ten(asked: Asked, given: Given) -> None:
    if asked.action == "get_snapshot" and not is_failure(given):
        given.body["settings"]["num_max"] = 10


@mutation("show-tells-the-power")
def show_does_not_tell_the_power(asked: Asked, given: Given) -> None:
    if asked.action == "show" and not is_failure(given):
        del given.body["server_data"]["power_status"]


@mutation("show-tells-the-engine")
def show_names_no_engine(asked: Asked, given: Given) -> None:
    if asked.action == "show" and not is_failure(given):
        given.body["ipmi"] = {}


@mutation("list-answers-ids")
def ids_in_the_list_are_strings(asked: Asked, given: Given) -> None:
    if (
        (asked.module, asked.action) == ("eq", "list")
        and "full" not in asked.fields
        and not is_failure(given)
    ):
        given.body["servers"] = [str(id_) for id_ in given.body["servers"]]


@mutation("get-engine-answers-a-list")
def engines_are_one_string(asked: Asked, given: Given) -> None:
    if asked.action == "get_engine":
        given.body["engines"] = ",".join(given.body["engines"])


@mutation("statistics-are-the-last-hour")
def statistics_are_of_each_five_minutes(_asked: Asked, given: Given) -> None:
    if is_end(given, "load_stats"):
        given.body["scope"] = given.body["scope"].replace('"step":60', '"step":300')


@mutation("login-tells-the-end")
def login_does_not_tell_the_end(asked: Asked, given: Given) -> None:
    if asked.action == "login" and not is_failure(given):
        del given.body["result"]["token_expire"]


@otherwise("logout-ends-the-token")
def logout_does_nothing(asked: Asked) -> bytes | None:
    return sent(asked, action="info") if asked.action == "logout" else None


@mutation("a-snapshot-under-way-is-not-ready", EVERYTHING)
def a_snapshot_being_made_is_pending(_asked: Asked, given: Given) -> None:
    if isinstance(given.body, dict) and given.body.get("result") == "Not ready":
        given.body["result"] = "Pending"


@mutation("a-created-snapshot-is-listed", EVERYTHING)
def a_new_snapshot_is_listed_under_another_name(_asked: Asked, given: Given) -> None:
    def rename(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["name"] = row["name"].replace("conformance-", "conformance_")

    in_both_lists(given, rename)


@mutation("context-repeats-the-fields", EVERYTHING)
def context_does_not_repeat_the_name(_asked: Asked, given: Given) -> None:
    if is_end(given, "create_snapshot"):
        del given.body["context"]["name"]


_REMOVED: list[dict[str, Any]] = []


@mutation("a-removed-snapshot-is-gone", EVERYTHING)
def a_removed_snapshot_is_still_listed(_asked: Asked, given: Given) -> None:
    def keep(rows: list[dict[str, Any]]) -> None:
        own = [row for row in rows if row["name"].startswith("conformance-")]
        if own:
            _REMOVED[:] = own
        else:
            rows += _REMOVED

    in_both_lists(given, keep)


@otherwise("another-image-is-refused", EVERYTHING)
def another_image_is_removed_all_the_same(asked: Asked) -> bytes | None:
    return sent(asked, openstack_id=None) if "openstack_id" in asked.fields else None


@otherwise("settings-are-answered-at-once", EVERYTHING)
def excluded_names_are_not_read(asked: Asked) -> bytes | None:
    return sent(asked, **{"exclude_rotation[]": "other"}) if asked.fields.get("exclude_rotation[]") else None


@otherwise("an-empty-array-empties", EVERYTHING)
def excluded_names_are_not_emptied(asked: Asked) -> bytes | None:
    return (
        sent(asked, enable_rotation="0", action="get_snapshot")
        if asked.fields.get("exclude_rotation[]") == ""
        else None
    )


@otherwise("an-array-may-be-indexed", EVERYTHING)
def an_indexed_array_is_not_read(asked: Asked) -> bytes | None:
    return sent(asked, **{"exclude_rotation[0]": "other"}) if "exclude_rotation[0]" in asked.fields else None


@mutation("a-second-change-is-refused", EVERYTHING)
def a_second_change_is_queued(_asked: Asked, given: Given) -> None:
    if given.headers.get("x-emulator-reason") == "vm_locked":
        given.body = {"result": "OK", "module": "vm", "action": "remove_snapshot", "callback": "q" * 32}


_RESTORED: list[bool] = []


@mutation("a-restore-leaves-the-vm-off", EVERYTHING)
def a_restored_vm_runs(asked: Asked, given: Given) -> None:
    if asked.action in {"restore_snapshot", "on"}:
        _RESTORED[:] = [asked.action == "restore_snapshot"]
    if asked.action == "show" and not is_failure(given) and any(_RESTORED):
        given.body["server_data"]["power_status"] = "power_on"


@mutation("off-ends-with-down", EVERYTHING)
def off_says_nothing_of_down(_asked: Asked, given: Given) -> None:
    if is_end(given, "off"):
        given.body["scope"] = "done"


@mutation("show-follows-off", EVERYTHING)
def show_lags_behind(asked: Asked, given: Given) -> None:
    if asked.action == "show" and not is_failure(given):
        given.body["server_data"]["power_status"] = "power_on"


@mutation("reboot-of-what-is-off", EVERYTHING)
def reboot_of_what_is_off_is_taken(asked: Asked, given: Given) -> None:
    if asked.action == "reboot" and is_failure(given):
        given.body = {"result": "OK", "module": "eq", "action": "reboot", "callback": "r" * 32}
