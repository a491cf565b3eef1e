"""6.1, 6.2: the list of servers, and one server in full."""

from invapi_conformance.answers import Row
from invapi_conformance.patterns import (
    COUNT,
    DAY,
    KEY,
    LIST,
    NUMBER,
    PHP_MAP,
    STRING,
    TEXT,
    WIRE_DATE,
    Like,
    numeric,
    one_of,
)
from invapi_conformance.probe import NO_SUCH_VM, NOWHERE, Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared, first_difference, refused

SHOW = ("eq", "show")


@check("6.1", "seen", "list answers the ids of the servers, as numbers")
def list_answers_ids(probe: Probe) -> Finding:
    wanted = {"result": "OK", "action": "list", "servers": [NUMBER]}
    return answered(probe.call("eq", "list"), wanted, "something else")


@check("6.1", "seen", "the VM is in the list")
def the_vm_is_in_the_list(probe: Probe) -> Finding:
    servers = probe.call("eq", "list").field("servers")
    listed = isinstance(servers, list) and str(probe.access.vm) in map(str, servers)
    return compared(
        {"the VM": "listed" if listed else "not listed"}, {"the VM": "listed"}, "the list does not have it"
    )


@check(
    "6.1",
    "seen",
    "update_servers answers what list does, and what is to be paid and deployed",
    needs=("settings",),
)
def update_servers_answers_more(probe: Probe) -> Finding:
    wanted = {
        "result": "OK",
        "action": "update_servers",
        "servers": [COUNT],
        "billing_servers": LIST,
        "deploy_keys": PHP_MAP,
    }
    return answered(probe.call("eq", "update_servers"), wanted, "something else")


@check(
    "6.1", "seen", "update_servers tells orders without a server, and keys of deploys", needs=("settings",)
)
def update_servers_tells_orders(probe: Probe) -> Finding:
    keys = Like(
        "keys by invoice, or an empty list",
        lambda value: value == [] or (isinstance(value, dict) and all(map(KEY.fits, value.values()))),
    )
    order = {"id": NUMBER, "name": STRING, "status": TEXT, "config": STRING}
    wanted = {"billing_servers": [order], "deploy_keys": keys}
    return answered(probe.call("eq", "update_servers"), wanted, "another shape")


FULL = {
    "id": NUMBER, "status": TEXT, "hostname": STRING, "name": STRING, "type": TEXT, "IP": STRING, "location": STRING,
    "due_date": DAY, "price_EUR": NUMBER,
}  # fmt: skip


def _listed(probe: Probe, **filters: str | int) -> list[Row]:
    """Return the rows of a full list. Raises CannotTell if there are none."""
    rows = probe.read("eq", "list", full=1, **filters).field("servers")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CannotTell("the full list has no objects")
    return rows


def _own_row(probe: Probe) -> Row:
    own = [row for row in _listed(probe) if str(row.get("id")) == str(probe.access.vm)]
    if not own:
        raise CannotTell("the full list does not have the VM")
    return own[0]


@check("6.1", "seen", "list with full=1 answers the servers as objects")
def a_full_list_has_objects(probe: Probe) -> Finding:
    wanted = {"result": "OK", "action": "list", "servers": [FULL]}
    return answered(probe.read("eq", "list", full=1), wanted, "another shape")


@check("6.1", "documented", "list can be narrowed by location, status and address")
def a_list_is_narrowed(probe: Probe) -> Finding:
    own = _own_row(probe)
    findings = []
    for name, field in (("location", "location"), ("status", "status"), ("ip", "IP")):
        rows = _listed(probe, **{name: str(own[field])})
        ids = [str(row.get("id")) for row in rows]
        seen = {
            "others": sum(row.get(field) != own[field] for row in rows),
            "the VM": ids.count(str(probe.access.vm)),
        }
        findings.append(compared(seen, {"others": 0, "the VM": 1}, f"not narrowed by {name}"))
    return first_difference(*findings)


@check("6.1", "documented", "a filter that no server agrees with leaves an empty list")
def a_filter_may_leave_nothing(probe: Probe) -> Finding:
    answer = probe.call("eq", "list", location=NOWHERE)
    return answered(
        answer, {"result": "OK", "servers": Like("empty list", lambda value: value == [])}, "it is not"
    )


@check("6.2", "seen", "show tells status, kind, names and service as clients read them")
def show_tells_what_clients_read(probe: Probe) -> Finding:
    data = {
        "Condition_Component": probe.accepted(*SHOW).field("server_data", "status") or TEXT,
        "ref_tableName": one_of("VPS", "VDS", "dedicated"),
        "name": TEXT,
        "server_name": TEXT,
    }
    wanted = {"server_data": data, "account_id": NUMBER, "type_billing": TEXT, "hwconfig": TEXT}
    return answered(probe.accepted(*SHOW), wanted, "something is missing")


@check("6.2", "seen", "a VM that is off has the status rent all the same", needs=("power",))
def status_does_not_follow_power(probe: Probe) -> Finding:
    shown = probe.step("off.show")
    return answered(shown, {"server_data": {"power_status": "power_off", "status": "rent"}}, "another status")


@check("6.4", "documented", "groups answers the groups of the VM")
def groups_are_answered(probe: Probe) -> Finding:
    return answered(probe.read("eq", "groups", id=probe.access.vm), {"groups": LIST}, "another shape")


@check("6.2", "seen", "show tells the VM's id, its type and that it is virtual")
def show_tells_what_it_is(probe: Probe) -> Finding:
    wanted = {"id": numeric(probe.access.vm), "type": one_of("VPS", "VDS"), "virtual": numeric(1)}
    return answered(probe.accepted(*SHOW), {"server_data": wanted}, "something else")


@check("6.2", "seen", "show tells the power, power_on or power_off")
def show_tells_the_power(probe: Probe) -> Finding:
    wanted = {"server_data": {"power_status": one_of("power_on", "power_off")}}
    return answered(probe.accepted(*SHOW), wanted, "clients wait for one of these values")


@check("6.2", "seen", "show tells preset, hostname, location, status and UUID")
def show_tells_where_it_is(probe: Probe) -> Finding:
    names = ("preset", "hostname", "location", "status", "uuid")
    return answered(
        probe.accepted(*SHOW), {"server_data": dict.fromkeys(names, TEXT)}, "something is missing"
    )


@check("6.2", "seen", "show tells when it was made, YYYY-MM-DD HH:MM:SS")
def show_tells_when_it_was_made(probe: Probe) -> Finding:
    return answered(probe.accepted(*SHOW), {"server_data": {"created_at": WIRE_DATE}}, "another form")


@check("6.2", "seen", "show tells the engine as ipmi.model")
def show_tells_the_engine(probe: Probe) -> Finding:
    wanted = {"ipmi": {"model": one_of("openstack", "ovirt")}}
    return answered(probe.accepted(*SHOW), wanted, "clients derive from it what the VM can do")


@check("6.2", "seen", "show tells processors, memory and disk")
def show_tells_the_hardware(probe: Probe) -> Finding:
    wanted = {"hardware": dict.fromkeys(("cpu_count", "ram_mb", "disk_gb"), COUNT)}
    return answered(probe.accepted(*SHOW), wanted, "something is missing")


@check("6.2", "seen", "show tells the addresses")
def show_tells_the_addresses(probe: Probe) -> Finding:
    wanted = {
        "IP": [{"IP": TEXT, "ip": TEXT, "main_ip": COUNT, "MAC": TEXT}],
        "interfaces": [{"mac": TEXT, "IsMain": COUNT}],
    }
    return answered(probe.accepted(*SHOW), wanted, "something is missing")


@check("6.2", "seen", "show tells the tags and the location of the data centre")
def show_tells_the_tags(probe: Probe) -> Finding:
    text = Like("string", lambda value: isinstance(value, str))
    wanted = {"tags": [{"tag": TEXT, "value": text}], "location": {"dc_location": TEXT}}
    return answered(probe.accepted(*SHOW), wanted, "something is missing")


@check("2.8", "assumed", "a VM that the account does not have is refused everywhere")
def another_vm_is_refused(probe: Probe) -> Finding:
    calls = (("eq", "show"), ("eq", "status"), ("vm", "load_stats"))
    return first_difference(
        *(refused(probe.call(*call, id=NO_SUCH_VM), f"{'/'.join(call)} took it") for call in calls)
    )
