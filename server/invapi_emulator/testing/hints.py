"""Hints for a failed test: likely causes, judging by the calls that were made."""

from collections.abc import Iterator
from typing import Any

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.failure import Json
from invapi_emulator.testing.lost_answers import repeated_blindly
from invapi_emulator.testing.told_calls import CHECK, body_of, short_key

_IDLE_CHECKS = 5
"""Minimum number of checks of a key under a clock that stands still."""

_POWER_POLLS = 3
_POWER_READS = frozenset({"show", "status"})
_POWER_CHANGES = frozenset({"on", "off", "hard_off", "reboot"})


def hints(account: Account, requests: list[Json], tasks: list[Json], clock: Json) -> Iterator[str]:
    """Yield a sentence for each likely cause that these calls show. Calls and tasks are in order."""
    checks = _checks(requests)
    if clock["mode"] == "frozen":
        due = {task["key"] for task in tasks if task["ended_at"] is None and task["due_at"]}
        yield from _frozen({key: calls for key, calls in checks.items() if key in due})
    yield from _after_the_end(checks)
    yield from _power_polls(account, requests, checks)
    yield from _refused_power(requests)
    yield from repeated_blindly(requests, tasks)


def _checks(requests: list[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for request in requests:
        if (request["module"], request["action"]) == CHECK:
            found.setdefault(str(request["fields"].get("key")), []).append(request)
    return found


def _frozen(checks: dict[str, list[Json]]) -> Iterator[str]:
    for key, calls in checks.items():
        last = calls[-1]["at"]
        idle = [call for call in calls if call["at"] == last and body_of(call).get("result") == "Not ready"]
        if len(idle) >= _IDLE_CHECKS:
            yield (
                f"the clock did not move during {len(idle)} checks of this key: call `invapi.advance(...)` or use "
                f'`clock="auto"` (key {short_key(key)})'
            )


def _after_the_end(checks: dict[str, list[Json]]) -> Iterator[str]:
    for key, calls in checks.items():
        ended: Any = None
        for call in calls:
            if ended and call["reason"] == "key_spent":
                yield (
                    f"this key was checked after its {ended}: a key answers its end once, so stop there "
                    f"(key {short_key(key)})"
                )
                break
            result = body_of(call).get("result")
            ended = result if result in {"OK", "Fail"} and call["reason"] is None else ended


def _power_polls(account: Account, requests: list[Json], checks: dict[str, list[Json]]) -> Iterator[str]:
    """Look at VMs whose power was asked again and again. The task that locks one began with a call of the journal."""
    for vm in dict.fromkeys(request["vm"] for request in requests if request["vm"]):
        polls = [call["id"] for call in requests if call["vm"] == vm and _asks_for_power(call)]
        lock = str(account.vm(vm)["locked_by"]) if len(polls) >= _POWER_POLLS else ""
        began = next((call for call in requests if call["task"] == lock), None)
        after = sum(id_ > began["id"] for id_ in polls) if began else 0
        if began and after >= _POWER_POLLS and lock not in checks:
            yield (
                f"VM {vm} is locked by {began['action']} and was asked for its power {after} times: "
                f"check the key {short_key(lock)} until OK or Fail instead"
            )


def _refused_power(requests: list[Json]) -> Iterator[str]:
    """Look at VMs whose change of power was refused as they were locked, and then waited for without another call."""
    for vm in dict.fromkeys(request["vm"] for request in requests if request["vm"]):
        calls = [call for call in requests if call["vm"] == vm and call["module"] == "eq"]
        changes = [number for number, call in enumerate(calls) if call["action"] in _POWER_CHANGES]
        last = calls[changes[-1]] if changes else None
        if last is None or last["reason"] != "vm_locked":
            continue
        after = sum(call["action"] in _POWER_READS for call in calls[changes[-1] :])
        if after >= _POWER_POLLS:
            yield (
                f"{last['action']} of VM {vm} was refused, as a task had locked it, and its power was then asked for {after} "
                "times: wait for the end of that task, and send the call again"
            )


def _asks_for_power(call: Json) -> bool:
    if call["module"] != "eq":
        return False
    refused = call["action"] in _POWER_CHANGES and call["reason"] == "vm_locked"
    return refused or call["action"] in _POWER_READS
