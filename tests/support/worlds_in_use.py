"""Worlds with a history, for tests of exports and imports."""

import json
import re
from typing import Any

import httpx

from invapi_emulator.testing import Account
from tests.support.harness import Emulator, Json

KEY = re.compile(r'"[a-z0-9]{32}"')


def put(emulator: Emulator, state: Any, status: int = 200) -> Json:
    return emulator.control("PUT", "/state", state, status)


def exported(emulator: Emulator) -> Json:
    return emulator.control("GET", "/state")


def bytes_of(emulator: Emulator) -> bytes:
    return emulator.http.get("/_emulator/accounts/demo/state").content


def refused(answer: Json) -> tuple[str, str]:
    """Return the place and the message of a refusal."""
    error = answer["error"]
    assert error["reason"] == "invalid"
    return error["field"], error["message"]


def live_through_everything(emulator: Emulator) -> None:
    """Create everything an export must hold: tasks under way, ended, failed, spent; a held VM; kept memory."""
    emulator.advance(12.25)
    emulator.do("eq", "off")
    emulator.do("vm", "restore_snapshot", name="before-release")
    emulator.do("eq", "on", 12348)
    emulator.do("vm", "create_snapshot", 12348, name="other", type="weekly")
    emulator.call_vm(
        "update_restore_settings", 12346, type="weekly", **{"exclude_rotation[]": ["gone", "other"]}
    )
    failed = emulator.start("vm", "create_snapshot", 12348, name="broken")
    emulator.advance(3.5)
    emulator.control("POST", f"/tasks/{failed}/fail", {"error": "the image was lost"})
    emulator.start("vm", "load_stats", 12347, comment="odd \x00 \u2028 \U0001f600", **{"list[]": ["a", "b"]})
    emulator.advance(5)
    emulator.call("auth", "login", key="demo-api-key")
    emulator.start("vm", "create_snapshot", 12348, name="under-way")
    emulator.start("eq", "reboot", 12347)
    emulator.start("eq", "on", 12346)
    emulator.advance(1.125)


def live_through_faults(emulator: Emulator) -> None:
    """Create fault rules in all states, which have acted on tasks and lists."""
    emulator.fault("reject", times=None, probability=0.3, match={"action": "update_servers"})
    emulator.fault("rate_limit", budget=3, per=60, times=2, match={"action": "list"})
    emulator.fault("reject", skip=3, match={"id": 12347, "fields": {"type": "x"}})
    switched_off = emulator.fault("lost_reply")
    emulator.control("PATCH", f"/faults/{switched_off['id']}", {"enabled": False})
    for _ in range(5):
        emulator.call("eq", "update_servers")
        emulator.call("eq", "list")
    emulator.fault("stale_list", seconds=900, times=2)
    emulator.do("vm", "restore_snapshot", 12346, name="tuesday")
    emulator.do("vm", "create_snapshot", 12345, name="unseen")
    emulator.fault("task_hangs", at=0.3)
    emulator.start("vm", "create_snapshot", 12345, name="stuck")
    emulator.fault("task_fails", at=0.9)
    emulator.start("vm", "create_snapshot", 12346, name="doomed")
    emulator.fault("slow_task", factor=7)
    emulator.start("eq", "reboot", 12347)
    emulator.fault("key_forgotten")
    emulator.start("eq", "on", 12348)
    emulator.advance(6)


def later(account: Account) -> str:
    """Return what happens to an account from now on, without its keys."""
    seen: list[Any] = []
    for seconds in (0.5, 6, 9.75, 45, 4000):
        moved = account.advance(seconds)
        seen.append([event | {"id": 0} for event in moved["events"]])
        seen.append([account.vm(id_) for id_ in account.vms])
        seen.append(account.tasks)
    for id_ in account.vms:
        key = call(account, "vm", "load_stats", id=id_)["callback"]
        account.advance(until=key)
        seen.append(call(account, "eq_callback", "check", key=key))
        seen.append(call(account, "vm", "get_snapshot", id=id_))
        seen.append(call(account, "eq", "update_servers"))
        key = call(account, "vm", "create_snapshot", id=id_, name="last").get("callback", "")
        account.advance(90)
        seen.append(account.vm(id_))
    seen.append(account.faults)
    return KEY.sub('"key"', json.dumps(seen))


def call(account: Account, module: str, action: str, **fields: Any) -> Json:
    """Call an action of the imitated API with the account's token."""
    form = {"action": action, "token": account.token} | fields
    answer: Json = httpx.post(f"{account.url}/{module}.php", data=form).json()
    return answer


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of a value in a world."""
    children = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(deeper for key, child in children for deeper in places(child, (*path, key)))]
