"""Whatever a world states, the account's export can be imported after any further calls."""

import httpx
import pytest

from invapi_emulator.whole_numbers import MAX_NUMBER, MOST_COUNTED, MOST_RULES_MADE
from tests.support.harness import Emulator, Json, running
from tests.support.orders import DAY, order, pay
from tests.support.postgres_server import Postgres

MOST = {
    "sequence": MAX_NUMBER,
    "objects": MAX_NUMBER,
    "faults": MOST_RULES_MADE,
    "orders": MOST_COUNTED,
    "invoices": MOST_COUNTED,
    "answers": MAX_NUMBER,
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGvK0f4dUQ0xJmTSrPTXmHtWqYzrwFv4VfIgf4iNnbTq me"


def comes_back(emulator: Emulator) -> Json:
    """Import the account's export, which must mean the same. Return it."""
    before = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", before)
    assert emulator.control("GET", "/state") == before
    return before


def ways_to_count(emulator: Emulator) -> list[Json]:
    """Do all that takes a number, twice. Return the answers."""
    answers = []
    for again in range(2):
        answers += [
            emulator.call("tags", "add", id=12345, tag=f"more-{again}", value="v"),
            emulator.call("ssh_keys", "add", params={"name": f"k{again}", "key": KEY}),
            emulator.call("api_keys", "add", params={"name": f"k{again}"}),
            emulator.call("auth", "login", key="demo-api-key"),
            order(emulator),
            emulator.call_vm("create_snapshot", name=f"more-{again}"),
            emulator.call_vm("create_snapshot", 12346, name=f"more-{again}"),
            emulator.eq("reboot", 12346),
        ]
        emulator.http.post("/_emulator/accounts/demo/faults", json={"kind": "reject", "match": {"id": 7}})
        comes_back(emulator)
        emulator.advance(until="idle")
        comes_back(emulator)
    return answers


@pytest.mark.parametrize("left", [0, 1, 2, 3])
@pytest.mark.parametrize("counter", MOST)
def test_an_account_with_a_counter_at_the_maximum_can_be_imported_after_any_calls(
    emulator: Emulator, counter: str, left: int
) -> None:
    emulator.set_profile("hostile")
    world = emulator.control("GET", "/state")
    world["counters"][counter] = MOST[counter] - left
    emulator.control("PUT", "/state", world)
    ways_to_count(emulator)
    assert comes_back(emulator)["counters"][counter] <= MOST[counter]


@pytest.mark.parametrize("counter", ["sequence", "objects", "orders", "invoices"])
def test_a_call_that_needs_a_number_is_refused_when_none_is_left(emulator: Emulator, counter: str) -> None:
    emulator.control(
        "PUT", "/state", emulator.control("GET", "/state") | counters(**{counter: MOST[counter]})
    )
    refused = [answer for answer in ways_to_count(emulator) if answer.get("reason") == "not_supported"]
    assert refused
    told = f"the account has given out its last number, {MOST[counter]:,}; reset the account"
    assert all(told in answer["message"] for answer in refused)
    emulator.reset()
    assert not [answer for answer in ways_to_count(emulator) if answer.get("reason") == "not_supported"]


def counters(**told: int) -> Json:
    return {"counters": {"sequence": 1_000} | told}


def test_a_rule_that_needs_a_number_is_refused_when_none_is_left(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", counters(faults=MOST_RULES_MADE - 1))
    rule = {"kind": "reject"}
    assert emulator.control("POST", "/faults", rule, status=201)["id"] == MOST_RULES_MADE
    error = emulator.control("POST", "/faults", rule, status=409)["error"]
    assert error["reason"] == "numbers_used_up"
    comes_back(emulator)


def test_a_payment_whose_deploy_needs_numbers_is_refused_when_none_is_left(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"credit": "0.00"})
    invoice = order(emulator)["invoice"]
    emulator.control("PUT", "/state", emulator.control("GET", "/state") | counters(objects=MAX_NUMBER - 1))
    assert pay(emulator, invoice, status=409)["error"]["reason"] == "numbers_used_up"
    assert emulator.control("GET", "/orders")["orders"][-1]["status"] == "awaiting_payment"
    comes_back(emulator)


def test_a_snapshot_fails_when_no_number_is_left_at_its_end(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", counters(sequence=MAX_NUMBER - 1) | {"vms": [{"id": 1}]})
    assert emulator.do("vm", "create_snapshot", 1, name="late")["result"] == "Fail"
    comes_back(emulator)


def test_rents_end_when_no_number_of_an_invoice_is_left(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"prepaid": True})
    order(emulator, deploy_period="hourly")
    emulator.advance(until="idle")
    world = emulator.control("GET", "/state")
    world["counters"]["invoices"] = MOST_COUNTED - 1
    emulator.control("PUT", "/state", world)
    emulator.advance(DAY)
    assert comes_back(emulator)["counters"]["invoices"] == MOST_COUNTED


@pytest.mark.parametrize(
    ("world", "place"),
    [
        ({"vms": [{"id": 1, "snapshots": [{"name": "a", "id": MAX_NUMBER}, {"name": "b"}]}]}, "vms.0.snapshots.1.id"),
        ({"vms": [{"id": 1, "tags": {"a": {"id": MAX_NUMBER}, "b": {}}}]}, "vms.0.tags.b.id"),
        ({"faults": [{"kind": "reject", "id": MOST_RULES_MADE}, {"kind": "reject"}]}, "faults.1.id"),
        ({"faults": [{"kind": "reject", "id": MOST_RULES_MADE + 1}]}, "faults.0.id"),
    ],
)  # fmt: skip
def test_a_world_that_leaves_no_number_for_its_own_parts_is_refused(
    emulator: Emulator, world: Json, place: str
) -> None:
    error = emulator.control("PUT", "/state", world, status=422)["error"]
    assert error["field"] == place, error


@pytest.mark.parametrize(
    ("counter", "vm", "place"),
    [("objects", {}, "tags.hostname.id"), ("sequence", {"snapshots": [{"name": "a"}]}, "snapshots.0.id")],
)
def test_a_vm_whose_parts_need_numbers_is_refused_when_none_is_left(
    emulator: Emulator, counter: str, vm: Json, place: str
) -> None:
    emulator.control("PUT", "/state", counters(**{counter: MAX_NUMBER}))
    error = emulator.control("POST", "/vms", {"id": 1} | vm, status=422)["error"]
    assert error["field"] == place, error
    assert error["message"].endswith(f"no number is left after {MAX_NUMBER}")
    comes_back(emulator)


def test_counts_of_a_vm_and_of_a_rule_stay_at_the_maximum(emulator: Emulator) -> None:
    held = {"generation": MAX_NUMBER}
    vm = {"id": 1, "disk": held, "memory": held, "started": {"off": MAX_NUMBER, "on": MAX_NUMBER}}
    rule = {"kind": "latency", "seconds": 0, "times": None, "seen": MAX_NUMBER, "fired": MAX_NUMBER}
    emulator.control("PUT", "/state", {"vms": [vm], "faults": [rule]})
    for action in ("off", "on", "reboot"):
        emulator.advance(DAY)
        emulator.do("eq", action, 1)
        exported = comes_back(emulator)
    assert exported["faults"][0]["fired"] == exported["faults"][0]["seen"] == MAX_NUMBER
    assert exported["vms"][0]["started"] == {"off": MAX_NUMBER, "on": MAX_NUMBER, "reboot": 1}
    assert exported["vms"][0]["disk"]["generation"] == MAX_NUMBER


def test_checks_that_are_not_ready_are_counted_up_to_the_maximum(emulator: Emulator) -> None:
    emulator.set_profile("hostile")
    ended = {"action": "reboot", "state": "done", "polls": 1_000_000}
    emulator.control("PUT", "/state", {"vms": [{"id": 1, "tasks": [ended] * 100}]})
    keys = [task["key"] for task in emulator.control("GET", "/vms/1")["tasks"]]
    answers = [emulator.http.post("/eq_callback.php", data={"action": "check", "key": key}) for key in keys]
    assert any("Not ready" in answer.text for answer in answers)
    comes_back(emulator)


@pytest.mark.acceptance
def test_all_counters_at_the_maximum_are_kept_by_postgresql_again_and_again(postgres: Postgres) -> None:
    world = {
        "counters": MOST,
        "vms": [{"id": 1}],
        "faults": [{"kind": "reject", "id": MOST_RULES_MADE, "match": {"id": 7}}],
    }
    with (
        running(db=postgres.url("counters")) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        emulator = Emulator(server, http)
        first = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
        for _ in range(1_030):  # more than 2^63 / 2^53
            emulator.control("PUT", "/state", world)
        assert comes_back(emulator)["counters"] == MOST
        answer = emulator.call("eq", "list", token=first)
        assert answer.get("servers"), answer
