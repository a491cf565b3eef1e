"""An inconsistent world is refused with the place, the value and what is accepted. Nothing changes."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invapi_emulator.worlds import export
from tests.support.harness import MORE, SEED, Emulator, Json
from tests.support.worlds_in_use import bytes_of, exported, live_through_everything, places, put, refused

NOW = "2030-01-01T00:00:00Z"
EARLIER = "2029-12-31T12:00:00Z"
LATER = "2030-01-01T00:00:01Z"
KEY = "k" * 32
CREATE = {"action": "create_snapshot", "context": {"name": "a"}}
RESTORE = {"action": "restore_snapshot", "context": {"name": "a"}}
ERROR = {"name": "a", "status": "error"}


def vm(**fields: Any) -> Json:
    return {"vms": [{"id": 7}, {"id": 8} | fields]}


def snapshot(**fields: Any) -> Json:
    return vm(snapshots=[{"name": "x"}, {"name": "a"} | fields])


def task(**fields: Any) -> Json:
    return vm(tasks=[{"action": "status"} | fields])


MISTAKES: list[tuple[str, Json]] = [
    ("version", {"version": 2}),
    ("wms", {"wms": []}),
    ("faults.0.kind", {"faults": [{"kind": "no"}]}),
    ("faults.0.kind", {"faults": [{}]}),
    ("faults.1.code", {"faults": [{"kind": "reject"}, {"kind": "reject", "code": 1}]}),
    ("faults.0.match.action", {"faults": [{"kind": "reject", "match": {"action": "fly"}}]}),
    ("faults.1.id", {"faults": [{"kind": "reject", "id": 3}, {"kind": "reject", "id": 3}]}),
    ("faults.0.fired", {"faults": [{"kind": "reject", "seen": 2, "fired": 2}]}),
    ("faults.0.fired", {"faults": [{"kind": "reject", "fired": 1}]}),
    ("faults.0.window.used", {"faults": [{"kind": "rate_limit", "budget": 1, "per": 1, "window": {"ends_at": 1, "asked_at": 1}}]}),
    ("counters.faults", {"counters": {"sequence": 0, "faults": 1}, "faults": [{"kind": "reject", "id": 3}]}),
    ("vms.1.tasks.0.fault", task(fault="no")),
    ("vms.1.tasks.0.stage", task(stage=1)),
    ("vms.1.tasks.0.stale_seconds", task(stale_seconds=-1)),
    ("vms.1.tasks.0.fails_with", task(fails_with="a\x00b")),
    ("vms.1.unlisted.0.id", vm(unlisted=[{"id": 5, "until": LATER}])),
    ("vms.1.unlisted.0.removed.id", vm(unlisted=[{"id": 5, "until": LATER, "removed": {"name": "a", "id": 6}}])),
    ("vms.1.unlisted.1.removed.id", vm(unlisted=[{"id": 5, "until": LATER, "removed": {"name": "a"}}] * 2)),
    ("account", {"account": "Demo"}),
    ("seed", {"seed": -1}),
    ("clock.rate", {"clock": {"rate": 0}}),
    ("clock.now", {"clock": {"now": "soon"}}),
    ("counters.sequence", {"counters": {"sequence": 2**63}}),
    ("counters.sequence", {"counters": {"sequence": 4}} | snapshot(id=5)),
    ("vms.1.id", vm(id=7)),
    ("vms.1.id", vm(id=2**63)),
    ("vms.1.id", vm(id="8")),
    ("vms.1.kind", vm(kind="VPN")),
    ("vms.1.power", vm(power="up")),
    ("vms.1.hostname", vm(hostname="a\x00b")),
    ("vms.1.hostname", vm(hostname="")),
    ("vms.1.location", vm(location="\ud800")),
    ("vms.1.tags.a", vm(tags={"a": 5})),
    ("vms.1.uuid", vm(uuid="x")),
    ("vms.1.mac", vm(mac="x")),
    ("vms.1.ip", vm(ip="x")),
    ("vms.1.disk.size_gb", vm(disk={"size_gb": 0})),
    ("vms.1.disk.used_gb", vm(disk={"size_gb": 10, "used_gb": 10.5})),
    ("vms.1.disk.used_gb", vm(disk={"used_gb": float("nan")})),
    ("vms.1.disk.fingerprint", vm(disk={"fingerprint": "ABCDEF0123456789"})),
    ("vms.1.disk.generation", vm(disk={"generation": 2**60})),
    ("vms.1.started.status", vm(started={"status": 2**63})),
    ("vms.1.started.list", vm(started={"list": 1})),
    ("vms.1.created_at", vm(created_at=LATER)),
    ("vms.1.created_at", vm(created_at="1066-10-14T12:00:00Z")),
    ("vms.1.created_at", vm(created_at=5)),
    ("vms.1.running_since", vm(running_since=LATER)),
    ("vms.1.running_since", vm(running_since=EARLIER, power="off")),
    ("vms.1.running_since", vm(running_since=EARLIER, tasks=[CREATE])),
    ("vms.1.power_changes.0.at", vm(power_changes=[{"at": LATER, "power": "on"}])),
    ("vms.1.power_changes.0.power", vm(power_changes=[{"at": EARLIER, "power": "off"}])),
    ("vms.1.power_changes.1", vm(power_changes=[{"at": at, "power": "on"} for at in (EARLIER, NOW)])),
    ("vms.1.power_changes.1", vm(power_changes=[{"at": NOW, "power": "off"}, {"at": EARLIER, "power": "on"}])),
    ("vms.1.snapshots", vm(kind="VDS", snapshots=[{"name": "a"}])),
    ("vms.1.settings", vm(kind="VDS", settings={"snapshot": {}})),
    ("vms.1.settings.snapshot.exclude_rotation.0", vm(settings={"snapshot": {"exclude_rotation": ["a b"]}})),
    ("vms.1.snapshots.1.name", snapshot(name="x")),
    ("vms.1.snapshots.1.name", snapshot(name="a b")),
    ("vms.1.snapshots.1.type", snapshot(type="t" * 33)),
    ("vms.1.snapshots.1.id", vm(snapshots=[{"name": "x", "id": 5}, {"name": "a", "id": 4}])),
    ("vms.1.snapshots.1.id", vm(snapshots=[{"name": "x"}, {"name": "a", "id": 4}])),
    ("vms.1.snapshots.0.id", {"vms": [{"id": 7, "snapshots": [{"name": "a", "id": 3}]},
                                      {"id": 8, "snapshots": [{"name": "a", "id": 3}]}]}),
    ("vms.1.snapshots.1.size", snapshot(size=2**63)),
    ("vms.1.snapshots.1.status", snapshot(status="gone")),
    ("vms.1.snapshots.1.created_at", snapshot(created_at=LATER)),
    ("vms.1.snapshots.1.age_seconds", snapshot(created_at=NOW, age_seconds=1)),
    ("vms.1.snapshots.1.age_seconds", snapshot(age_seconds=2**63)),
    ("vms.1.snapshots.1.with_memory", snapshot(with_memory=True, memory={"fingerprint": "0" * 16})),
    ("vms.1.snapshots.1.disk.used_gb", snapshot(disk={"used_gb": 41})),
    ("vms.1.tasks.0.action", task(action="list")),
    ("vms.1.tasks.0.action", task(action="nonsense")),
    ("vms.1.tasks.0.module", task(module="vm")),
    ("vms.1.tasks.0.key", task(key="short")),
    ("vms.1.tasks.1.key", vm(tasks=[{"action": "status", "key": KEY}, {"action": "status", "key": KEY}])),
    ("vms.1.tasks.1.sequence", vm(tasks=[{"action": "status", "sequence": 3}] * 2)),
    ("vms.1.tasks.0.created_at", task(created_at=LATER)),
    ("vms.1.tasks.0.due_at", task(due_at=NOW)),
    ("vms.1.tasks.0.due_at", task(created_at=EARLIER)),
    ("vms.1.tasks.0.ended_at", task(ended_at=NOW)),
    ("vms.1.tasks.0.ended_at", task(state="done", ended_at=LATER)),
    ("vms.1.tasks.0.ended_at", task(state="done", ended_at=EARLIER)),
    ("vms.1.tasks.0.scope", task(scope="VM is up now")),
    ("vms.1.tasks.0.error", task(error="x")),
    ("vms.1.tasks.0.error", task(state="done", error="x")),
    ("vms.1.tasks.0.error", task(state="failed")),
    ("vms.1.tasks.0.error", task(state="failed", error="a\x00b")),
    ("vms.1.tasks.0.spent", task(spent=True)),
    ("vms.1.tasks.0.polls", task(polls=-1)),
    ("vms.1.tasks.0.stages", task(stages=[])),
    ("vms.1.tasks.0.stages.0.ends_at", task(stages=[{"name": "a", "ends_at": EARLIER}])),
    ("vms.1.tasks.0.stages.1.ends_at", task(stages=[{"name": "a", "ends_at": LATER}, {"name": "b", "ends_at": NOW}])),
    ("vms.1.tasks.0.context", task(context={"a": {"b": None}})),
    ("vms.1.tasks.0.context", task(context={"a": "\ud800"})),
    ("vms.1.tasks.0.context", task(context={"a": 2**63})),
    ("vms.1.tasks.0.context.id", task(context={"id": 7})),
    ("vms.1.tasks.0.context.action", task(context={"action": "on"})),
    ("vms.1.tasks.0.context.name", vm(tasks=[{"action": "create_snapshot"}])),
    ("vms.1.tasks.0.context.name", vm(tasks=[CREATE], snapshots=[{"name": "a"}])),
    ("vms.1.tasks.0.context.name", vm(tasks=[RESTORE], power="off")),
    ("vms.1.tasks.0.context.name", vm(tasks=[RESTORE], power="off", snapshots=[ERROR])),
    ("vms.1.tasks.0.context.type", vm(tasks=[{"action": "get_snapshot", "context": {"type": "a b"}}])),
    ("vms.1.tasks.0.action", vm(tasks=[RESTORE], snapshots=[{"name": "a"}])),
    ("vms.1.tasks.0.action", vm(tasks=[{"action": "reboot"}], power="off")),
    ("vms.1.tasks.0.action", vm(tasks=[CREATE], kind="VDS")),
    ("vms.1.tasks.1.state", vm(tasks=[{"action": "off"}, {"action": "hard_off"}])),
]  # fmt: skip


@pytest.fixture
def in_use(emulator: Emulator) -> Json:
    live_through_everything(emulator)
    return exported(emulator)


@pytest.mark.parametrize(("place", "world"), MISTAKES, ids=[f"{n}-{p}" for n, (p, _) in enumerate(MISTAKES)])
def test_an_error_is_named_with_its_place_and_changes_nothing(
    emulator: Emulator, place: str, world: Json
) -> None:
    key = emulator.start("eq", "status")
    before = bytes_of(emulator)
    field, message = refused(put(emulator, world, 422))
    assert field == place
    assert message.startswith(f"{place}: ")
    assert bytes_of(emulator) == before
    assert emulator.check(key)["result"] == "Not ready"


@pytest.mark.parametrize("body", [[], "x", None, 5, {"vms": {}}, {"vms": [5]}, {"vms": [{}]}, {"vms": None}])
def test_input_that_is_not_a_world_is_refused(emulator: Emulator, body: Any) -> None:
    before = bytes_of(emulator)
    response = emulator.http.put("/_emulator/accounts/demo/state", content=json.dumps(body))
    assert (response.status_code, response.json()["error"]["reason"]) == (422, "invalid")
    assert bytes_of(emulator) == before


def test_an_unknown_field_of_a_world_has_the_known_one_that_is_most_like_it(emulator: Emulator) -> None:
    _, message = refused(put(emulator, {"vmss": []}, 422))
    assert message == "vmss: unknown field; did you mean 'vms'?"
    _, message = refused(put(emulator, vm(hostnam="a"), 422))
    assert message == "vms.1.hostnam: unknown field; did you mean 'hostname'?"
    _, message = refused(put(emulator, vm(disk={"size": 10}), 422))
    assert message == "vms.1.disk.size: unknown field; did you mean 'size_gb'?"
    _, message = refused(put(emulator, snapshot(memory={"generatio": 1}), 422))
    assert message == "vms.1.snapshots.1.memory.generatio: unknown field; did you mean 'generation'?"
    _, message = refused(put(emulator, vm(tags={"a": {"valeu": "x"}}), 422))
    assert message == "vms.1.tags.a.valeu: unknown field; did you mean 'value'?"


def test_a_refusal_names_what_is_accepted(emulator: Emulator) -> None:
    _, message = refused(put(emulator, vm(disk={"size_gb": 10, "used_gb": 10.5}), 422))
    assert message == "vms.1.disk.used_gb: 10.5: must be at most the disk's size_gb, 10"
    _, message = refused(put(emulator, snapshot(name="a b"), 422))
    assert (
        message
        == "vms.1.snapshots.1.name: 'a b': expected 1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`"
    )
    _, message = refused(put(emulator, vm(created_at=LATER), 422))
    assert message == f"vms.1.created_at: '{LATER}': must not be after the account's present time, {NOW}"
    _, message = refused(put(emulator, vm(tasks=[{"action": "create_snapshot"}]), 422))
    assert (
        message
        == "vms.1.tasks.0.context.name: None: expected 1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`"
    )


odd = st.sampled_from(
    [None, True, -1, 0, 1, 2**31, 2**63, 1e400, "", "x", "on", "\x00", "\ud800", [], {}, [None], {"a": 1},
     NOW, LATER, EARLIER, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+10:00", KEY, "0" * 16]
)  # fmt: skip


@pytest.mark.no_cover
@settings(max_examples=50 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_world_causes_a_server_error_now_or_later(
    emulator: Emulator, in_use: Json, data: st.DataObject
) -> None:
    """Damage an export in some places: it is refused, or its world works to its end."""
    emulator.reset(seed=SEED)
    state = copy.deepcopy(in_use)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(state)[1:]))
        part: Any = state
        for key in way:
            part = part[key]
        if data.draw(st.booleans()):
            part[last] = copy.deepcopy(data.draw(odd))
        else:
            del part[last]
    response = emulator.http.put("/_emulator/accounts/demo/state", content=json.dumps(state))
    assert response.status_code in {200, 422}, response.text
    if response.status_code == 200:
        before = bytes_of(emulator)
        emulator.advance(until="idle")
        for vm_id in response.json()["vms"]:
            emulator.vm(vm_id)
        put(emulator, json.loads(before))
        assert json.loads(bytes_of(emulator)) == json.loads(before)


def test_a_default_that_is_refused_is_named_as_one(emulator: Emulator) -> None:
    emulator.control("PUT", "/profile", {"profile": "instant"})
    error = emulator.control("PUT", "/state", vm(tasks=[{"action": "status"}]), status=422)["error"]
    assert error["field"] == "vms.1.tasks.0.due_at"
    assert "; without one, it is the end of the last stage" in error["message"]


STAGES = [{"name": "copy disk", "ends_at": f"2030-01-01T00:{number:02}:00Z"} for number in range(50)] * 2


def test_a_world_has_at_most_150_000_stages(emulator: Emulator) -> None:
    tasks = [{"action": "status", "stages": STAGES}] * 751
    world = {"vms": [{"id": 1, "tasks": tasks}, {"id": 2, "tasks": tasks[1:]}]}
    refused = emulator.http.put("/_emulator/accounts/demo/state", content=json.dumps(world))
    expected = "vms: '150100 stages of tasks': at most 150000 are allowed together"
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, expected)


def test_an_export_of_more_stages_than_an_import_takes_is_refused(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MAX_STAGES", 1)
    emulator.do("vm", "create_snapshot", name="nightly")
    refused = emulator.control("GET", "/state", status=409)["error"]
    assert refused["reason"] == "export_too_large"
    assert "stages of tasks, of at most 1" in refused["message"]
