"""4: lists of snapshots, as found on the VM."""

from typing import Any

from invapi_conformance.checks.tasks import ended_well
from invapi_conformance.patterns import (
    COUNT,
    ISO,
    KEY,
    LIST,
    STRING,
    TEXT,
    UUID,
    WIRE_DATE,
    JsonText,
    Like,
    numeric,
    one_of,
)
from invapi_conformance.probe import Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared, first_difference

LISTING = ("vm", "get_snapshot")
ROW = {"name": TEXT, "snapshot_id": COUNT, "date": TEXT, "type": TEXT, "status": TEXT, "total_size": COUNT}
OFTEN = 4


def rows_of(probe: Probe) -> list[dict[str, Any]]:
    """Return the rows of the list, from the answer or from the end of its task."""
    probe.accepted(*LISTING)
    rows = probe.once(*LISTING).field("snapshots")
    rows = rows if isinstance(rows, list) else listed_at_the_end(probe)
    if not rows:
        raise CannotTell("the VM has no snapshot to look at")
    return rows


def listed_at_the_end(probe: Probe) -> list[dict[str, Any]]:
    data = probe.fetched(*LISTING).end.data()
    rows = data.get("snapshots") if isinstance(data, dict) else None
    return rows if isinstance(rows, list) else []


@check("4.2", "documented", "get_snapshot answers a key, whose check yields the list")
def get_snapshot_yields_a_list(probe: Probe) -> Finding:
    first = answered(probe.accepted(*LISTING), {"callback": KEY}, "no key")
    end = ended_well(probe.fetched(*LISTING).end)
    return first_difference(first, compared(end.data(), {"snapshots": LIST}, "no list"))


@check("4.7", "documented", "get_snapshot answers the list at once too")
def get_snapshot_lists_at_once(probe: Probe) -> Finding:
    return answered(probe.accepted(*LISTING), {"snapshots": LIST}, "the answer has no list")


@check("4.7", "documented", "the list at once is the list of its key")
def both_lists_agree(probe: Probe) -> Finding:
    at_once = probe.accepted(*LISTING).field("snapshots")
    if not isinstance(at_once, list):
        raise CannotTell("the answer has no list")
    names = [sorted(str(row.get("name")) for row in rows) for rows in (at_once, listed_at_the_end(probe))]
    return compared(
        {"the same names": names[0] == names[1]}, {"the same names": True}, "the two lists differ"
    )


@check("4.7", "seen", "the list of the key is a JSON string")
def the_list_is_a_json_string(probe: Probe) -> Finding:
    wanted = {"scope": JsonText({"snapshots": LIST})}
    return answered(ended_well(probe.fetched(*LISTING).end), wanted, "the list is in another form")


@check("4.8", "seen", "a row has name, snapshot_id, date, type, status and total_size")
def a_row_has_its_fields(probe: Probe) -> Finding:
    return compared(rows_of(probe), [ROW], "a field is missing or has another form")


@check("4.8", "seen", "a row names the image as openstack_image_id")
def a_row_names_its_image(probe: Probe) -> Finding:
    return compared(
        rows_of(probe), [{"openstack_image_id": TEXT}], "openstack_image_id is missing or has another form"
    )


@check("4.8", "assumed", "date is YYYY-MM-DD HH:MM:SS, created_at ISO 8601")
def dates_are_of_two_forms(probe: Probe) -> Finding:
    return compared(rows_of(probe), [{"date": WIRE_DATE, "created_at": ISO}], "another form")


@check("4.8", "assumed", "snapshot_id is a string, the image a UUID, the status available or error")
def ids_are_strings(probe: Probe) -> Finding:
    wanted = {"snapshot_id": STRING, "openstack_image_id": UUID, "status": one_of("available", "error")}
    return compared(rows_of(probe), [wanted], "something else")


@check("4.8", "assumed", "total_size and size are the same number")
def both_sizes_agree(probe: Probe) -> Finding:
    rows = rows_of(probe)
    agree = all(str(row.get("size")) == str(row.get("total_size")) for row in rows)
    return first_difference(
        compared(rows, [{"size": COUNT, "total_size": COUNT}], "something else"),
        compared({"the same": agree}, {"the same": True}, "they differ"),
    )


@check("4.8", "assumed", "the oldest snapshot comes first")
def the_oldest_comes_first(probe: Probe) -> Finding:
    dates = [str(row.get("date")) for row in rows_of(probe)]
    if len(set(dates)) == 1:
        raise CannotTell("all snapshots have the same time")
    ordered = "ascending" if dates == sorted(dates) else "not ascending"
    return compared({"dates": ordered}, {"dates": "ascending"}, "another order")


@check("4.9", "seen", "settings tell num_max")
def settings_tell_num_max(probe: Probe) -> Finding:
    return answered(
        probe.accepted(*LISTING), {"settings": {"num_max": COUNT}}, "num_max is missing or has another form"
    )


@check("4.9", "documented", "there may be four snapshots")
def there_may_be_four(probe: Probe) -> Finding:
    maximum = probe.accepted(*LISTING).field("settings", "num_max")
    if maximum is None:
        raise CannotTell("the settings do not give the maximum")
    return compared({"num_max": maximum}, {"num_max": numeric(OFTEN)}, "another number")


@check("4.9", "assumed", "settings tell enable_rotation as 0 or 1, and exclude_rotation as a list of names")
def settings_tell_rotation(probe: Probe) -> Finding:
    wanted = {"settings": {"enable_rotation": one_of(0, 1, "0", "1"), "exclude_rotation": [TEXT]}}
    return answered(probe.accepted(*LISTING), wanted, "a setting is missing or has another form")


@check("4.10", "documented", "there are not more snapshots than num_max")
def there_are_not_more_than_num_max(probe: Probe) -> Finding:
    maximum, rows = probe.accepted(*LISTING).field("settings", "num_max"), rows_of(probe)
    most = int(maximum) if str(maximum).isdigit() else OFTEN
    few = Like(f"at most {most}", lambda count: count <= most, plain=True)
    return compared({"snapshots": len(rows)}, {"snapshots": few}, "more snapshots than num_max")


@check("4.14", "seen", "a VDS has no snapshots, any other VM has")
def a_vds_has_none(probe: Probe) -> Finding:
    kind = probe.accepted("eq", "show").field("server_data", "type")
    if kind not in {"VDS", "VPS"}:
        raise CannotTell("eq/show does not show whether it is a VDS")
    refusal = probe.once(*LISTING).is_failure
    return compared(
        {"refused": refusal}, {"refused": kind == "VDS"}, f"unexpected answer to get_snapshot of a {kind}"
    )
