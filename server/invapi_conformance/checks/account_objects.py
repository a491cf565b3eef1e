"""10: SSH keys, tags, API keys, and the name of a server."""

from invapi_conformance.answers import Row
from invapi_conformance.checks.catalogue import objects_in
from invapi_conformance.patterns import NUMBER, STRING, TEXT, WIRE_DATE, Like, numeric, says
from invapi_conformance.probe import Probe
from invapi_conformance.table import Finding, answered, check, compared, first_difference, refused

SSH_KEY = {
    "id": NUMBER, "customer_id": NUMBER, "name": TEXT, "key": TEXT, "default": NUMBER, "created": WIRE_DATE,
}  # fmt: skip
TAG = {
    "id": NUMBER, "tag": TEXT, "value": STRING, "extra": STRING, "internal": NUMBER, "component": "eq",
    "component_id": NUMBER,
}  # fmt: skip
API_KEY = {"id": NUMBER, "name": TEXT, "active": NUMBER, "ip": STRING}
ABSENT = Like("no such field", lambda value: value is None)


@check("10.1", "seen", "ssh_keys/list answers the keys")
def ssh_keys_are_listed(probe: Probe) -> Finding:
    wanted = {"result": "OK", "module": "ssh_keys", "action": "list", "sshkeys": [SSH_KEY]}
    return answered(probe.read("ssh_keys", "list"), wanted, "another shape")


@check("10.2", "documented", "tags/list answers the tags of the VM")
def tags_are_listed(probe: Probe) -> Finding:
    wanted = {"result": "OK", "action": "list", "tags": [TAG | {"component_id": probe.access.vm}]}
    return answered(
        probe.read("tags", "list", id=probe.access.vm), wanted, "another shape, or another server"
    )


@check("10.2", "documented", "eq/show has the tags that tags/list has")
def show_has_the_tags(probe: Probe) -> Finding:
    listed = objects_in(probe.read("tags", "list", id=probe.access.vm), "tags")
    shown = objects_in(probe.accepted("eq", "show"), "tags")
    names = [sorted(str(row.get("tag")) for row in rows) for rows in (shown, listed)]
    return compared({"the same": names[0] == names[1]}, {"the same": True}, "they differ")


@check("10.4", "documented", "api_keys/list answers the keys")
def api_keys_are_listed(probe: Probe) -> Finding:
    return answered(probe.read("api_keys", "list"), {"data": [API_KEY]}, "another shape")


@check("10.4", "documented", "api_keys/list_for_server answers the keys of the VM")
def api_keys_of_a_server_are_listed(probe: Probe) -> Finding:
    answer = probe.read("api_keys", "list_for_server", **{"params[server_id]": probe.access.vm})
    return answered(answer, {"data": [API_KEY | {"server_id": numeric(probe.access.vm)}]}, "another shape")


@check("10.4", "documented", "lists of API keys do not have the keys themselves")
def lists_hide_api_keys(probe: Probe) -> Finding:
    rows = objects_in(probe.read("api_keys", "list"), "data")
    shown = sum(not ABSENT.fits(row.get("api_key")) for row in rows)
    return compared({"keys shown": shown}, {"keys shown": 0}, "anyone with a token can read all keys")


@check("10.1", "seen", "an added SSH key is answered and listed", needs=("objects",))
def an_added_ssh_key_is_listed(probe: Probe) -> Finding:
    added = probe.step("ssh-key.added")
    wanted = {"result": "OK", "module": "ssh_keys", "action": "add", "sshkey": SSH_KEY | {"name": probe.own}}
    names = [row.get("name") for row in objects_in(probe.step("ssh-key.list"), "sshkeys")]
    return first_difference(
        answered(added, wanted, "another shape"),
        compared({"listed": names.count(probe.own)}, {"listed": 1}, "the list does not have it"),
    )


@check("10.1", "seen", "a deleted SSH key is gone, and cannot be deleted again", needs=("objects",))
def a_deleted_ssh_key_is_gone(probe: Probe) -> Finding:
    rows = probe.step("ssh-key.list-without").field("sshkeys") or []
    left = [row.get("name") for row in rows].count(probe.own)
    return first_difference(
        compared({"listed": left}, {"listed": 0}, "the list still has it"),
        refused(probe.step("ssh-key.again"), "it was accepted, or other words", message=says("not found")),
    )


@check("10.1", "seen", "an SSH key without a key is refused, Missing required keys", needs=("objects",))
def an_ssh_key_without_a_key_is_refused(probe: Probe) -> Finding:
    wanted = says("Missing required keys: key")
    return refused(probe.step("ssh-key.missing"), "it was accepted, or other words", message=wanted)


@check("10.2", "documented", "a tag that is set is answered, and listed", needs=("objects",))
def a_set_tag_is_listed(probe: Probe) -> Finding:
    wanted = {
        "result": "OK", "action": "add", "id": NUMBER, "component": "eq", "component_id": probe.access.vm,
        "tag": probe.own, "value": "one", "extra": STRING, "internal": 0,
    }  # fmt: skip
    rows = objects_in(probe.step("tag.list"), "tags")
    return first_difference(
        answered(probe.step("tag.added"), wanted, "another shape"),
        _has_own_tag(probe, rows, "the list does not have it"),
    )


def _has_own_tag(probe: Probe, rows: list[Row], why: str) -> Finding:
    values = ", ".join(str(row.get("value")) for row in rows if row.get("tag") == probe.own)
    return compared({"values": values}, {"values": "one"}, why)


@check("10.2", "documented", "eq/show has a tag that is set", needs=("objects",))
def show_has_a_set_tag(probe: Probe) -> Finding:
    rows = objects_in(probe.step("tag.show"), "tags")
    return _has_own_tag(probe, rows, "show does not have it")


@check("10.2", "assumed", "a tag that is set again changes and keeps its id", needs=("objects",))
def a_tag_set_again_changes(probe: Probe) -> Finding:
    wanted = {"id": probe.step("tag.added").field("id"), "value": "two"}
    return answered(probe.step("tag.changed"), wanted, "another id, or the value is not the new one")


@check("10.2", "documented", "a removed tag is gone, and cannot be removed again", needs=("objects",))
def a_removed_tag_is_gone(probe: Probe) -> Finding:
    rows = probe.step("tag.list-without").field("tags") or []
    left = [row.get("tag") for row in rows].count(probe.own)
    return first_difference(
        answered(probe.step("tag.removed"), {"result": "OK", "action": "remove"}, "something else"),
        compared({"listed": left}, {"listed": 0}, "the list still has it"),
        refused(probe.step("tag.again"), "it was accepted, or other words", message=says("not found")),
    )


@check("10.2", "documented", "a tag that is too long is refused in the vendor's words", needs=("objects",))
def a_long_tag_is_refused(probe: Probe) -> Finding:
    wanted = says("tag/add: invalid token data, too long")
    return refused(probe.step("tag.too-long"), "it was accepted, or other words", message=wanted)


@check("10.3", "seen", "a renamed server has its new name at once", needs=("rename",))
def a_renamed_server_has_its_name(probe: Probe) -> Finding:
    shown = probe.step("rename.show")
    tags = {row.get("tag"): row.get("value") for row in objects_in(shown, "tags")}
    return first_difference(
        answered(probe.step("rename.asked"), {"result": "OK", "action": "rename_server"}, "something else"),
        answered(shown, {"server_data": {"hostname": probe.own}}, "show has another hostname"),
        compared({"tag": tags.get("hostname")}, {"tag": probe.own}, "the tag hostname is another"),
    )
