"""No account can read or change anything of another, or detect it by the work it causes."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import Dialect

from invapi_emulator.storage import state_check
from invapi_emulator.storage.statement import Statement, Write
from tests.support.harness import TOKEN, Emulator, Json

ABOUT_A_VM = [
    ("vm", "create_snapshot"), ("vm", "get_snapshot"), ("vm", "load_stats"), ("vm", "remove_snapshot"),
    ("vm", "restore_snapshot"), ("vm", "update_restore_settings"), ("eq", "show"), ("eq", "status"), ("eq", "on"),
    ("eq", "off"), ("eq", "hard_off"), ("eq", "reboot"),
]  # fmt: skip
NAMES = {"name": "fresh-install", "enable_rotation": "1"}
ELSEWHERE = 20001
"""A VM that only the other account has."""

OF_THE_WORKER = ("min(task.next_at)", "ORDER BY task.next_at", "clock_timestamp()", "FROM callback")
"""Part of the statements of the workers that look for due tasks and callbacks, which may run at any time."""


@pytest.fixture
def other(emulator: Emulator, http: httpx.Client) -> Iterator[Json]:
    """Return an account with VMs of its own, and one with an id that demo has too."""
    made: Json = http.post("/_emulator/accounts", json={"seed": 1, "scenario": "one-vm"}).json()
    vm = {"id": ELSEWHERE, "kind": "VPS", "engine": "openstack", "hostname": "theirs"}
    http.post(f"/_emulator/accounts/{made['name']}/vms", json=vm).raise_for_status()
    yield made
    http.delete(f"/_emulator/accounts/{made['name']}")
    assert emulator.call("eq", "list")["result"] == "OK"


def state(http: httpx.Client, account: str) -> Any:
    return http.get(f"/_emulator/accounts/{account}/state").json()


@pytest.mark.parametrize(("module", "action"), ABOUT_A_VM)
def test_a_vm_of_another_account_looks_like_a_missing_one(
    emulator: Emulator, http: httpx.Client, other: Json, module: str, action: str
) -> None:
    before = state(http, other["name"])
    theirs = emulator.call(module, action, id=ELSEWHERE, **NAMES)
    nobodys = emulator.call(module, action, id=99999, **NAMES)
    assert theirs["reason"] == "vm_not_found"
    assert theirs["message"].replace(str(ELSEWHERE), "99999") == nobodys["message"]
    assert state(http, other["name"]) == before


@pytest.mark.parametrize(("module", "action"), ABOUT_A_VM)
def test_the_same_id_in_two_accounts_is_two_vms(
    emulator: Emulator, http: httpx.Client, other: Json, module: str, action: str
) -> None:
    before = state(http, other["name"])
    emulator.call(module, action, id=12345, **NAMES)
    emulator.advance(until="idle")
    assert state(http, other["name"]) == before


def statements_of(work: Callable[[], object]) -> list[str]:
    """Return the statements of calls to the server, in this process, without those that limit the journal."""
    seen: list[str] = []
    select, write = Statement.compiled, Write.sql

    def compiled(statement: Statement[Any], dialect: Dialect) -> Any:
        found = select(statement, dialect)
        if not any(part in found.sql for part in OF_THE_WORKER):
            seen.append(found.sql)
        return found

    def sql(statement: Write, dialect: Dialect) -> str:
        text = write(statement, dialect)
        if not text.startswith(("DELETE", "INSERT INTO pruned")):
            seen.append(text)
        return text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_check, "ENABLED", False)  # it adds many statements
        patch.setattr(Statement, "compiled", compiled)
        patch.setattr(Write, "sql", sql)
        work()
    return seen


@pytest.mark.parametrize(("module", "action"), ABOUT_A_VM)
def test_a_vm_of_another_account_causes_the_same_work_as_a_missing_one(
    emulator: Emulator, other: Json, module: str, action: str
) -> None:
    assert other["vms"]
    for _ in range(2):  # from the second time on the call's account and the journal's length are known
        emulator.call(module, action, id=88888, **NAMES)
    theirs = statements_of(lambda: emulator.call(module, action, id=ELSEWHERE, **NAMES))
    nobodys = statements_of(lambda: emulator.call(module, action, id=99999, **NAMES))
    assert theirs == nobodys
    assert len(theirs) > 1


def test_a_wrong_password_causes_the_same_work_as_an_unknown_user(emulator: Emulator, other: Json) -> None:
    def attempt(user: str) -> list[str]:
        return statements_of(lambda: emulator.call("auth", "whmcslogin", user=user, password="wrong"))

    assert attempt(other["user"]) == attempt("nobody@example.com")
    assert emulator.call("auth", "whmcslogin", user=other["user"], password="wrong") == emulator.call(
        "auth", "whmcslogin", user="nobody@example.com", password="wrong"
    )


def test_lists_and_logins_only_contain_ones_own(emulator: Emulator, other: Json) -> None:
    assert ELSEWHERE not in emulator.call("eq", "list")["servers"]
    assert ELSEWHERE not in emulator.call("auth", "login", key="demo-api-key")["result"]["servers"]
    assert emulator.call("eq", "list", token=other["token"])["servers"] == [12345, ELSEWHERE]


def test_faults_clocks_and_resets_of_one_account_do_not_affect_another(
    emulator: Emulator, http: httpx.Client, other: Json
) -> None:
    before = state(http, other["name"])
    emulator.fault("reject")
    emulator.advance(86_400)
    emulator.reset(seed=3)
    assert state(http, other["name"]) == before
    answer = http.post("/eq.php", data={"action": "list", "token": other["token"]}).json()
    assert answer["result"] == "OK"


def test_journal_and_events_of_one_account_contain_nothing_of_another(
    emulator: Emulator, http: httpx.Client, other: Json
) -> None:
    http.post("/eq.php", data={"action": "off", "token": other["token"], "id": ELSEWHERE})
    emulator.call("eq", "list", token=TOKEN)
    newest = [call["action"] for call in emulator.control("GET", "/requests")["requests"]][-1]
    assert newest == "list"
    for path in ("/tasks", "/vms", "/state"):
        assert str(ELSEWHERE) not in str(emulator.control("GET", path))
