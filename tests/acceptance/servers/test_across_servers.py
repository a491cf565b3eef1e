"""A change through one server applies on all from the next call, and exact counts hold across servers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import permutations
from typing import Any

import pytest

from tests.acceptance.servers.cluster import SERVERS, Cluster, three_servers
from tests.support.harness import SEED, TOKEN
from tests.support.postgres_server import OLDEST, running_postgres
from tests.support.wire import Answer, Wire

pytestmark = pytest.mark.acceptance

CLIENTS = 32
CALLS = 100
DEMO = "/accounts/demo"
VM = 12348


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    flags = ("--clock", "frozen", "--seed", str(SEED))
    with (
        running_postgres(OLDEST) as postgres,
        three_servers(postgres, "across", tmp_path_factory.mktemp("nginx"), *flags) as cluster,
    ):
        yield cluster


@pytest.fixture
def direct(cluster: Cluster) -> Iterator[list[Wire]]:
    """Return a direct connection to each server. The world is as at the start."""
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(url)) for url in cluster.urls]
        wires[0].control("POST", f"{DEMO}/reset", {"scenario": "demo", "seed": SEED})
        yield wires


@pytest.fixture
def clients(cluster: Cluster) -> Iterator[list[Wire]]:
    """Return the connections of 32 clients to the balancer."""
    with ExitStack() as stack:
        yield [stack.enter_context(Wire(cluster.balancer.url)) for _ in range(CLIENTS)]


def call(wire: Wire, module: str, action: str, **fields: Any) -> Answer:
    return wire.call(module, {"action": action, "token": TOKEN, **fields})


def all_at_once(wires: Sequence[Wire], module: str, action: str, **fields: Any) -> list[Answer]:
    with ThreadPoolExecutor(len(wires)) as pool:
        return list(pool.map(lambda wire: call(wire, module, action, **fields), wires))


def read(wire: Wire, path: str) -> Any:
    return wire.control("GET", f"{DEMO}{path}").json()


def ended(wire: Wire, action: str, **fields: Any) -> str:
    """Start a task through a server and let its time pass. Return its key."""
    key: str = call(wire, "eq", action, id=VM, **fields).json()["callback"]
    assert wire.control("POST", f"{DEMO}/clock/advance", {"until": key}).status == 200
    return key


def test_one_of_many_simultaneous_checks_gets_the_ok(direct: list[Wire], clients: list[Wire]) -> None:
    for turn in range(10):
        key = ended(direct[turn % SERVERS], "status")
        told = Counter(answer.reason for answer in all_at_once(clients, "eq_callback", "check", key=key))
        assert told == {None: 1, "key_spent": CLIENTS - 1}
        assert {call(wire, "eq_callback", "check", key=key).reason for wire in direct} == {"key_spent"}


def test_every_server_answers_a_key(direct: list[Wire]) -> None:
    for first, *others in permutations(direct):
        key = call(first, "eq", "status", id=VM).json()["callback"]
        answers = [call(wire, "eq_callback", "check", key=key).json() for wire in direct]
        assert answers == [{"result": "Not ready", "key": key}] * SERVERS
        first.control("POST", f"{DEMO}/clock/advance", {"until": key})
        told = [call(wire, "eq_callback", "check", key=key).reason for wire in (*others, first)]
        assert told == [None, "key_spent", "key_spent"]


def test_one_of_many_simultaneous_changes_of_a_vm_is_accepted(
    direct: list[Wire], clients: list[Wire]
) -> None:
    for turn in range(10):
        answers = all_at_once(clients, "eq", "hard_off" if turn % 2 else "on", id=VM)
        assert Counter(answer.reason for answer in answers) == {None: 1, "vm_locked": CLIENTS - 1}
        (key,) = (answer.json()["callback"] for answer in answers if answer.reason is None)
        for wire in direct:
            (running,) = (task for task in read(wire, f"/vms/{VM}")["tasks"] if task["state"] == "running")
            assert (running["key"], read(wire, f"/vms/{VM}")["locked_by"]) == (key, key)
        direct[turn % SERVERS].control("POST", f"{DEMO}/clock/advance", {"until": "idle"})


@pytest.mark.parametrize("skip", [0, 7])
def test_a_rule_fires_exactly_as_often_as_it_says_across_servers(
    direct: list[Wire], clients: list[Wire], skip: int
) -> None:
    for wire in direct:
        wanted = {"kind": "reject", "code": -17, "match": {"action": "show"}, "times": 5, "skip": skip}
        rule = wire.control("POST", f"{DEMO}/faults", wanted).json()["id"]
        answers = [answer for _ in range(2) for answer in all_at_once(clients, "eq", "show", id=VM)]
        assert Counter(answer.reason for answer in answers) == {"fault": 5, None: 2 * CLIENTS - 5}
        for each in direct:
            (shown,) = (shown for shown in read(each, "/faults")["faults"] if shown["id"] == rule)
            assert shown["fired"] == 5
        assert wire.control("DELETE", f"{DEMO}/faults/{rule}").status == 204


def test_a_fault_through_one_server_applies_on_the_others_at_the_next_call(direct: list[Wire]) -> None:
    for one, other, third in permutations(direct):
        assert call(other, "eq", "list").reason is None
        rule = one.control("POST", f"{DEMO}/faults", {"kind": "reject", "code": -1, "times": None}).json()
        assert (call(other, "eq", "list").reason, call(third, "eq", "list").reason) == ("fault", "fault")
        third.control("DELETE", f"{DEMO}/faults/{rule['id']}")
        assert [call(wire, "eq", "list").reason for wire in direct] == [None] * SERVERS


def test_a_clock_change_applies_on_all_servers_at_the_next_call(direct: list[Wire]) -> None:
    for turn, (one, other, third) in enumerate(permutations(direct)):
        key = call(other, "eq", "hard_off" if turn % 2 else "on", id=VM).json()["callback"]
        now = one.control("POST", f"{DEMO}/clock/advance", {"until": key}).json()["now"]
        assert read(third, "/clock")["now"] == read(other, "/clock")["now"] == now
        assert call(third, "eq_callback", "check", key=key).json()["result"] == "OK"
        one.control("PUT", f"{DEMO}/clock", {"mode": "real", "rate": 100})
        assert [read(wire, "/clock")["rate"] for wire in (third, other)] == [100, 100]
        other.control("PUT", f"{DEMO}/clock", {"mode": "frozen"})
        assert read(third, "/clock")["now"] == read(one, "/clock")["now"]


def test_a_reset_applies_on_all_servers_at_the_next_call(direct: list[Wire]) -> None:
    at_first = read(direct[0], f"/vms/{VM}")
    for one, other, third in permutations(direct):
        key = call(other, "eq", "on", id=VM).json()["callback"]
        assert read(third, f"/vms/{VM}")["locked_by"] == key
        one.control("POST", f"{DEMO}/reset", {"scenario": "demo", "seed": SEED})
        assert call(other, "eq_callback", "check", key=key).reason == "key_not_found"
        assert read(third, f"/vms/{VM}")["snapshots"] == at_first["snapshots"]
        assert read(third, f"/vms/{VM}")["locked_by"] is None


def test_the_journal_shows_a_call_at_the_next_read_on_any_server(
    cluster: Cluster, direct: list[Wire], clients: list[Wire]
) -> None:
    before = read(direct[0], "/requests")["requests"]
    for turn in range(CALLS):
        key = call(clients[turn % CLIENTS], "eq", "status", id=VM).json()["callback"]
        shown = read(direct[turn % SERVERS], "/requests")["requests"]
        assert shown[-1]["task"] == key
    for wire in (clients[0], *direct):
        shown = read(wire, "/requests")["requests"][-CALLS - 1 :]
        assert [each["id"] - shown[0]["id"] for each in shown] == list(range(len(shown)))
        assert not before or shown[0]["id"] == before[-1]["id"]
    assert set(cluster.balancer.taken_by()) == {str(port) for port in cluster.ports}
