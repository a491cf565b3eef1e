"""The event stream: everything that happens, in order, resumed where it stopped."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from invapi_emulator.control import feeds, messages, news
from invapi_emulator.control.messages import Message, Place
from tests.support.harness import Emulator, Json, Running, running


@contextmanager
def listening(
    emulator: Emulator, account: str = "demo", after: str | None = None, query: str = ""
) -> Iterator[Iterator[Json]]:
    """Open a stream like a browser's EventSource. Yield its events."""
    headers = {"Last-Event-ID": after} if after else {}
    url = f"/_emulator/accounts/{account}/events{query}"
    with emulator.http.stream("GET", url, headers=headers) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines) == "retry: 1000"
        yield (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


def kinds(told: Iterator[Json], count: int) -> list[str]:
    return [next(told)["kind"] for _ in range(count)]


def test_a_stream_shows_events_from_now_on(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", name="before")
    with listening(emulator) as told:
        key = emulator.start("vm", "create_snapshot", name="a")
        started, asked = next(told), next(told)
        assert started | {"kind": "task_started", "task": key, "vm": 12345} == started
        assert (asked["kind"], asked["request"]["task"]) == ("request", key)
        emulator.advance(until="idle")
        assert kinds(told, 5) == ["clock_moved", "task_stage", "task_stage", "snapshot_made", "task_ended"]


def test_a_change_of_billing_is_an_event_and_the_same_again_is_none(emulator: Emulator) -> None:
    with listening(emulator) as told:
        for prepaid in (True, True, False):
            emulator.control("PATCH", "", {"credit": "200", "prepaid": prepaid})
        first, second = next(told), next(told)
        expected = {"kind": "billing_changed", "credit": "200.00", "currency": "EUR", "opening": "200.00"}
        assert first | expected | {"prepaid": True} == first
        assert second | expected | {"prepaid": False} == second


def test_streams_get_their_events_a_few_in_a_turn_of_the_loop(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[float] = []

    async def give_way(seconds: float) -> None:
        turns.append(seconds)
        await asyncio.sleep(seconds)

    monkeypatch.setattr(feeds, "MOST_IN_A_TURN", 2)
    monkeypatch.setattr(feeds, "sleep", give_way)
    with ExitStack() as streams:
        opened = [streams.enter_context(listening(emulator)) for _ in range(6)]
        emulator.eq("list")
        assert [next(told)["kind"] for told in opened] == ["request"] * 6
    assert len(turns) >= 3


def test_every_kind_of_event_is_sent(emulator: Emulator) -> None:
    with listening(emulator) as told:
        emulator.do("eq", "off")
        emulator.do("vm", "restore_snapshot", name="fresh-install")
        emulator.do("vm", "remove_snapshot", name="fresh-install")
        emulator.call_vm("update_restore_settings", enable_rotation=1)
        emulator.fault("reject")
        emulator.eq("status")
        emulator.reset()
        seen: set[str] = set()
        while not seen >= {"reset", "request"}:
            seen.add(next(told)["kind"])
    assert seen == {
        "task_started", "task_stage", "task_ended", "snapshot_restored", "snapshot_removed", "power", "settings",
        "fault_fired", "clock_moved", "request", "reset",
    }  # fmt: skip


def test_ids_never_repeat_and_a_stream_resumes_after_the_last_one(emulator: Emulator) -> None:
    with listening(emulator) as told:
        emulator.eq("off")
        first = [next(told), next(told)]
    emulator.advance(until="idle")
    emulator.reset()
    with listening(emulator, after=first[-1]["id"]) as told:
        rest = [next(told) for _ in range(4)]
    assert [event["kind"] for event in rest] == ["clock_moved", "power", "task_ended", "reset"]
    ids = [event["id"] for event in first + rest]
    assert len(set(ids)) == len(ids)


def test_a_resumed_stream_has_the_same_events_order_and_ids(
    emulator: Emulator,
) -> None:
    def some_traffic() -> None:
        for _ in range(3):
            emulator.do("eq", "reboot", 12347)
            emulator.call("eq", "list")

    with listening(emulator) as told:
        emulator.call("eq", "list")
        start = next(told)["id"]
        some_traffic()
        live = [next(told) for _ in range(21)]
    with listening(emulator, after=start) as told:
        again = [next(told) for _ in range(21)]
    assert again == live
    started = next(place for place, event in enumerate(live) if event["kind"] == "task_started")
    assert live[started + 1]["request"]["task"] == live[started]["task"]


def test_the_position_can_be_in_the_query_too(emulator: Emulator) -> None:
    with listening(emulator) as told:
        emulator.eq("off")
        place = next(told)["id"]
    with listening(emulator, query=f"?after={place}") as told:
        assert next(told)["kind"] == "request"


@pytest.mark.parametrize("place", ["x", "1-2", "1-2-x", "-", "1-2-3-4", "9" * 200])
def test_an_invalid_position_is_refused(emulator: Emulator, place: str) -> None:
    response = emulator.http.get("/_emulator/accounts/demo/events", headers={"Last-Event-ID": place})
    assert response.status_code == 422, response.text
    assert response.json()["error"]["reason"] == "invalid"


def test_an_account_gets_no_events_of_another(emulator: Emulator) -> None:
    other = emulator.http.post("/_emulator/accounts", json={"name": "other"}).json()
    with listening(emulator) as told:
        emulator.call("eq", "off", id=12345, token=other["token"])
        emulator.eq("reboot", 12347)
        assert next(told)["vm"] == 12347
    emulator.http.delete("/_emulator/accounts/other").raise_for_status()


def test_the_stream_of_a_removed_account_ends_and_a_new_one_is_404(emulator: Emulator) -> None:
    emulator.http.post("/_emulator/accounts", json={"name": "brief"}).raise_for_status()
    with listening(emulator, "brief") as told:
        emulator.http.delete("/_emulator/accounts/brief").raise_for_status()
        assert list(told) == []
    assert emulator.http.get("/_emulator/accounts/brief/events").status_code == 404


def test_a_stream_does_not_keep_a_server_from_stopping() -> None:
    with httpx.Client(timeout=60) as http:
        with running() as server:
            stream = http.send(
                http.build_request("GET", f"{server.url}/_emulator/accounts/demo/events"), stream=True
            )
        assert stream.read().startswith(b"retry: 1000")


def test_changes_of_the_world_by_hand_are_sent(emulator: Emulator) -> None:
    with listening(emulator) as told:
        emulator.control("POST", "/vms", {"id": 7}, status=201)
        emulator.control("PATCH", "/vms/7", {"power": "off"})
        emulator.http.delete("/_emulator/accounts/demo/vms/7").raise_for_status()
        emulator.control("PUT", "/state", {"vms": [{"id": 8}]})
        events = [next(told) for _ in range(4)]
    assert [event["kind"] for event in events] == ["vm_added", "vm_changed", "vm_removed", "imported"]
    assert [event.get("vm") for event in events[:3]] == [7, 7, 7]


def test_a_stream_above_the_limit_is_asked_to_come_back(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_STREAMS", 2)
    path = "/_emulator/accounts/demo/events"
    with listening(emulator), httpx.Client(base_url=emulator.url) as other:
        with other.stream("GET", path) as second:
            assert second.status_code == 200
            refused = other.get(path)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert refused.json()["error"]["reason"] == "too_many_streams"
        with eventually_open(other, path) as again:
            assert again.status_code == 200


@contextmanager
def eventually_open(http: httpx.Client, path: str) -> Iterator[httpx.Response]:
    """Open a stream once the server has noticed that another one was closed."""
    while True:
        with http.stream("GET", path) as answer:
            if answer.status_code == 200:
                yield answer
                return


def test_events_are_rendered_once_for_all_streams(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: Counter[str] = Counter()
    render = messages.message

    def counted(place: Place, told: dict[str, Any]) -> Message:
        rendered[str(place)] += 1
        return render(place, told)

    with (
        ExitStack() as streams,
        httpx.Client(base_url=emulator.url, limits=httpx.Limits(max_connections=10)) as http,
    ):
        listener = Emulator(Running(emulator.url, emulator.time), http)
        told = [streams.enter_context(listening(listener)) for _ in range(5)]
        emulator.call("eq", "list")
        for each in told:  # from now on it gets notifications, and does not read by itself
            assert next(each)["kind"] == "request"
        monkeypatch.setattr(news, "message", counted)
        for _ in range(3):
            emulator.call("eq", "list")
        ids = [[next(each)["id"] for _ in range(3)] for each in told]
    assert ids == [ids[0]] * 5
    assert [rendered[id_] for id_ in ids[0]] == [1, 1, 1]


def test_an_event_of_settings_has_the_names_that_its_call_sent(emulator: Emulator) -> None:
    names = ["golden", "fresh-install"]
    with listening(emulator) as told:
        emulator.call("vm", "update_restore_settings", id=12345, **{"exclude_rotation[]": names})
        emulator.call_vm("update_restore_settings", enable_rotation=1)
        settings = (event["settings"] for event in told if event["kind"] == "settings")
        assert next(settings) == {"num_max": 4, "enable_rotation": 0, "exclude_rotation": names}
        assert next(settings) == {"num_max": 4, "enable_rotation": 1}


def test_an_event_of_settings_with_many_names_is_cut_and_says_how_many_are_left_out(
    emulator: Emulator,
) -> None:
    names: Json = {f"exclude_rotation[{number}]": f"{number:03d}{'n' * 97}" for number in range(980)}
    with listening(emulator) as told:
        emulator.call_vm("update_restore_settings", enable_rotation="1", **names)
        event = next(told)
    shown = event["settings"]["exclude_rotation"]
    assert shown[:2] == [f"{number:03d}{'n' * 97}" for number in range(2)]
    assert shown[-1] == f"… ({980 - len(shown) + 1} more)"
    assert len(json.dumps(event)) < 6_000
