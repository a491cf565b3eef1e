"""6.1, 6.2: the list of servers, and one server in full."""

from invapi_conformance.patterns import COUNT, LIST, NUMBER, PHP_MAP, TEXT, WIRE_DATE, Like, numeric, one_of
from invapi_conformance.probe import NO_SUCH_VM, Probe
from invapi_conformance.table import Finding, answered, check, compared, first_difference, refused

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
