"""A large world is imported in steps; a body full of mistakes is refused at the first ones."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from invapi_emulator.control import changing, importing
from invapi_emulator.control.building import built
from invapi_emulator.control.worlds import AccountContext, Worlds
from invapi_emulator.domain.tags import MOST_TAGS
from invapi_emulator.domain.virtual_machines import powered_off, powered_on
from invapi_emulator.storage import vms
from invapi_emulator.worlds.accounts import replace_world
from invapi_emulator.worlds.errors import shortened
from invapi_emulator.worlds.reading import reading
from invapi_emulator.worlds.schema import World
from invapi_emulator.worlds.steps import taken
from tests.support.harness import Emulator, Json, running

MANY = 5_000
STATE = "/_emulator/accounts/demo/state"


def vm(**fields: Any) -> Json:
    return {"vms": [{"id": 1} | fields]}


MISTAKES: dict[str, Json] = {
    "k0": {f"k{number}": 1 for number in range(MANY)},
    "vms.0": {"vms": [1] * MANY},
    "faults": {"faults": [1] * MANY},
    "assume.k0": {"assume": {f"k{number}": 1 for number in range(MANY)}},
    "vms.0.k0": vm(**{f"k{number}": 1 for number in range(MANY)}),
    "vms.0.tags": vm(tags={f"k{number}": 1 for number in range(MANY)}),
    "vms.0.tags.k0": vm(tags={f"k{number}": 1 for number in range(MOST_TAGS - 1)}),
    "vms.0.started.k0": vm(started={f"k{number}": "x" for number in range(MANY)}),
    "vms.0.settings.k0": vm(settings={f"k{number}": 1 for number in range(MANY)}),
    "vms.0.snapshots.0": vm(snapshots=[1] * MANY),
    "vms.0.tasks.0": vm(tasks=[1] * MANY),
    "vms.0.power_changes.0": vm(power_changes=[1] * MANY),
    "vms.0.unlisted.0": vm(unlisted=[1] * MANY),
    "vms.0.settings.s.exclude_rotation.0": vm(settings={"s": {"exclude_rotation": [1] * MANY}}),
    "vms.0.tasks.0.stages.0": vm(tasks=[{"action": "status", "stages": [1] * MANY}]),
}


@pytest.mark.parametrize("field", MISTAKES)
def test_a_world_full_of_mistakes_is_refused_with_the_first(emulator: Emulator, field: str) -> None:
    response = emulator.http.put(STATE, content=json.dumps(MISTAKES[field]))
    assert (response.status_code, response.json()["error"]["field"]) == (422, field), response.text
    assert len(response.content) < 2_000


@pytest.mark.parametrize("field", [field for field in MISTAKES if field != "faults"])
def test_validation_stops_at_the_first_mistakes(field: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        World.model_validate(MISTAKES[field])
    assert wrong.value.error_count() <= 200


def test_a_long_name_of_a_field_is_cut_in_the_error(emulator: Emulator) -> None:
    response = emulator.http.put(STATE, content=json.dumps({"k" * 100_000: 1}))
    assert response.json()["error"]["message"] == f"{'k' * 80}: unknown field"


@pytest.mark.parametrize("part", ["snapshots", "tasks", "unlisted"])
def test_a_vm_has_at_most_10_000_of_each_part(emulator: Emulator, part: str) -> None:
    response = emulator.http.put(STATE, content=json.dumps(vm(**{part: [{}] * 10_001})))
    expected = f"vms.0.{part}: '10001 entries': at most 10000 are allowed"
    assert (response.status_code, response.json()["error"]["message"]) == (422, expected)


def test_a_world_has_at_most_15_000_parts(emulator: Emulator) -> None:
    vms = [
        {"id": number, "snapshots": [{"name": "a"}], "settings": {"snapshot": {}}}
        for number in range(1, 5_002)
    ]
    refused = emulator.http.put(STATE, content=json.dumps({"vms": vms}))
    expected = "vms: '15003 VMs, snapshots, settings, tasks and unlisted changes': at most 15000 are allowed together"
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, expected)


@pytest.mark.parametrize(("method", "path"), [("POST", "/vms"), ("PATCH", "/vms/12345")])
def test_a_body_of_one_vm_has_at_most_1_000_parts(emulator: Emulator, method: str, path: str) -> None:
    snapshots = [{"name": f"s{number}"} for number in range(500)]
    body: Json = {
        "id": 7 if method == "POST" else 12345,
        "snapshots": snapshots,
        "tasks": [{"action": "status"}] * 501,
    }
    refused = emulator.http.request(method, f"/_emulator/accounts/demo{path}", json=body)
    error = refused.json()["error"]
    assert (refused.status_code, error["field"]) == (422, "tasks")
    assert (
        "'501 entries': at most 1000 snapshots, settings, tasks, unlisted, power_changes" in error["message"]
    )
    body["tasks"] = body["tasks"][1:]
    accepted = emulator.http.request(method, f"/_emulator/accounts/demo{path}", json=body)
    assert accepted.status_code in (200, 201), accepted.text


def test_a_body_of_more_vms_than_a_world_has_is_refused_before_they_are_read(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_prepared", None)
    refused = emulator.http.put(STATE, content=json.dumps({"vms": [{"id": 0}] * 15_001}))
    expected = "vms: '15001 VMs': at most 15000 are allowed"
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, expected)


def test_an_account_has_at_most_as_many_vms_as_a_world(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invapi_emulator.control.vms.MAX_WORLD_PARTS", 5)
    emulator.control("POST", "/vms", {"id": 1}, status=201)
    error = emulator.control("POST", "/vms", {"id": 2}, status=409)["error"]
    assert error["reason"] == "too_many_vms"
    assert error["message"] == "the account has 5 VMs, the maximum; remove some"
    emulator.http.delete("/_emulator/accounts/demo/vms/1")
    emulator.control("POST", "/vms", {"id": 2}, status=201)


def test_the_list_of_vms_has_each_as_it_is_shown_alone(emulator: Emulator) -> None:
    emulator.call("vm", "create_snapshot", id=12345, name="new")
    emulator.call("vm", "update_restore_settings", id=12346, enable_rotation=1)
    listed = emulator.control("GET", "/vms")["vms"]
    assert [vm["id"] for vm in listed] == emulator.control("GET", "")["vms"]
    assert listed == [emulator.control("GET", f"/vms/{vm['id']}") for vm in listed]
    assert any(vm["tasks"] for vm in listed)


def test_other_requests_are_answered_between_the_steps_of_a_list(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", {"vms": [{"id": number} for number in range(1, 6_001)]})
    assert _ended_beside(emulator, "GET", "/_emulator/accounts/demo/vms") == ["health"] * 3 + ["large"]


def test_other_requests_are_answered_between_the_steps_of_one_vm(emulator: Emulator) -> None:
    tasks = [{"action": "status", "state": "done"}] * 6_000
    emulator.control("PUT", "/state", vm(tasks=tasks))
    assert _ended_beside(emulator, "GET", "/_emulator/accounts/demo/vms/1") == ["health"] * 3 + ["large"]


def test_other_requests_are_answered_between_the_steps_of_a_change(emulator: Emulator) -> None:
    tasks = [{"action": "status", "state": "done"}] * 6_000
    emulator.control("PUT", "/state", vm(tasks=tasks))
    change = b'{"hostname": "new"}'
    ended = _ended_beside(emulator, "PATCH", "/_emulator/accounts/demo/vms/1", change)
    assert ended == ["health"] * 3 + ["large"]
    assert emulator.control("GET", "/state")["vms"][0]["hostname"] == "new"


@pytest.mark.parametrize("times", [1, changing.TRIES])
def test_a_change_that_a_call_outruns_is_made_to_what_the_call_left(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    tries = list[int]()

    def switch(context: AccountContext) -> None:
        switched = powered_off if len(tries) % 2 else powered_on
        vms.save(context.unit, switched(vms.load(context.unit, 12345), context.now))

    async def outrun(worlds: Worlds, building: Any, steps: Any) -> Any:
        rows = await built(worlds, building, steps)
        tries.append(1)
        if len(tries) <= times:
            await worlds.within("demo", switch)
        return rows

    monkeypatch.setattr(changing, "built", outrun)
    emulator.control("PATCH", "/vms/12345", {"hostname": "new"})
    (changed,) = [each for each in emulator.control("GET", "/state")["vms"] if each["id"] == 12345]
    assert (changed["hostname"], changed["power"]) == ("new", "off")
    assert len(tries) == min(times + 1, changing.TRIES)


def test_an_export_that_no_import_would_take_is_refused_with_words(emulator: Emulator) -> None:
    long = {"action": "status", "state": "done", "scope": "x" * 1_000_000}
    for number in range(1, 6):
        made = emulator.http.post("/_emulator/accounts/demo/vms", json={"id": number, "tasks": [long] * 4})
        assert made.status_code == 201, made.text
    refused = emulator.http.get(STATE)
    assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "export_too_large")
    assert "of at most 16777216; remove VMs, or reset the account" in refused.json()["error"]["message"]
    emulator.http.delete("/_emulator/accounts/demo/vms/1")
    exported = emulator.http.get(STATE)
    assert exported.status_code == 200
    assert emulator.http.put(STATE, content=exported.content).status_code == 200


def test_reading_gives_way_between_vms_and_within_a_large_one() -> None:
    vms = [{"id": number} for number in range(1, 1_001)]
    assert len(list(reading({"vms": vms}))) >= 10
    large = vm(snapshots=[{"name": f"s{number}"} for number in range(1_000)])
    assert len(list(reading(large))) >= 10


def test_building_gives_way_within_a_large_vm(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step reads in a transaction of its own, so that their number is the number of steps."""
    steps: list[bool] = []

    def counted(building: Any) -> Any:
        steps.append(True)
        return taken(building)

    monkeypatch.setattr("invapi_emulator.control.building.taken", counted)
    tasks = [{"action": "status", "state": "done"}] * 1_000
    emulator.control(
        "PUT", "/state", vm(snapshots=[{"name": f"s{number}"} for number in range(1_000)], tasks=tasks)
    )
    assert len(steps) >= 60


def test_other_requests_are_answered_between_the_steps_of_a_list_of_rules(emulator: Emulator) -> None:
    fields = {f"f{number}": "x" for number in range(100)}
    emulator.control("PUT", "/state", {"faults": [{"kind": "reject", "match": {"fields": fields}}] * 1_000})
    assert _ended_beside(emulator, "GET", "/_emulator/accounts/demo/faults", beside=1) == ["health", "large"]


def test_other_requests_are_answered_between_the_steps_of_an_import(emulator: Emulator) -> None:
    body = json.dumps({"vms": [{"id": number} for number in range(1, 6_001)]}).encode()
    assert _ended_beside(emulator, "PUT", STATE, body) == ["health"] * 3 + ["large"]
    assert len(emulator.control("GET", "")["vms"]) == 6_000


@pytest.mark.parametrize("path", ["accounts", "accounts/demo/reset"])
def test_other_requests_are_answered_while_the_world_of_a_large_scenario_is_built(
    tmp_path: Path, path: str
) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"vms": [{"id": number} for number in range(1, 6_001)]}))
    with running(scenario=str(file)) as server, httpx.Client(base_url=server.url) as http:
        ended = _ended_beside(Emulator(server, http), "POST", f"/_emulator/{path}")
    assert ended == ["health"] * 3 + ["large"]


def _ended_beside(
    emulator: Emulator, method: str, path: str, body: bytes = b"", beside: int = 3
) -> list[str]:
    """Send a large request, then some for health, and return in which order they were answered.

    The large one waits for the loop once a step, so that a call that came later overtakes it.
    """
    ended: list[str] = []

    async def send(name: str, request: bytes) -> None:
        port = int(str(emulator.http.base_url).rpartition(":")[2].strip("/"))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        assert (await reader.readline()).startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
        ended.append(name)
        writer.close()

    async def both() -> None:
        head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
        large = asyncio.create_task(send("large", head.encode() + body))
        await asyncio.sleep(0)
        for _ in range(beside):
            await send("health", b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        await large

    asyncio.run(both())
    return ended


def test_an_import_that_an_account_outruns_is_built_again(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    real = importing._prepared

    async def outrun(worlds: Any, name: str, world: World, begun: int) -> Any:
        prepared = await real(worlds, name, world, begun)
        tries.append(prepared.building.account.generation)
        if len(tries) == 1:
            await worlds.replace(name, lambda context: replace_world(context.unit, prepared), begun=begun)
        return prepared

    monkeypatch.setattr(importing, "_prepared", outrun)
    emulator.control("PUT", "/state", {"vms": [{"id": 1, "tasks": [{"action": "status"}]}]})
    assert tries == [tries[0], tries[0] + 1]
    assert emulator.control("GET", "")["vms"] == [1]


def test_a_value_in_an_error_is_as_python_writes_it_and_its_rest_is_not_written() -> None:
    for value in ({"a": [1, None, True, "x'y"], "b": {}}, [], "é", 1.5, [[["deep"]]]):
        assert shortened(value) == ascii(value)
    nested: list[Any] = []
    for _ in range(50_000):
        nested = [nested]
    assert shortened(nested) == "[" * 80 + "..."
    assert shortened("x" * 1_000_000) == f"'{'x' * 79}..."
