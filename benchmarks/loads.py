"""The loads: the call, the server, the preparation of a round, and what each answer must contain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.stand import Stand

CONNECTIONS = 16
SUPPLY = 6_000
"""VMs for each second of creating snapshots: more than any server here can use."""

VMS_OF_AN_ACCOUNT = 4_000
"""Less than the 10,000 tasks that an account keeps."""

OF_DEMO = {"token": "HOSTKEY_TOKEN", "id": 12345}
LIST = urlencode({"action": "get_snapshot", **OF_DEMO, "type": "snapshot"})
STATISTICS = urlencode({"action": "load_stats", **OF_DEMO})
SHOW = urlencode({"action": "show", **OF_DEMO})


@dataclass(frozen=True)
class Load:
    """A load. `prepare` runs before each round, checks an answer and returns the arguments of the script."""

    name: str
    server: Server
    prepare: Callable[[], Sequence[str]]
    path: str = "/vm.php"
    script: str = "same_call.lua"
    connections: int = CONNECTIONS
    counts_results: bool = True

    def alone(self, name: str) -> "Load":
        """Return the same load with a single client."""
        return Load(name, self.server, self.prepare, self.path, self.script, 1, self.counts_results)


def floor(stand: Stand, _plan: Plan) -> Load:
    return Load("floor", stand.floor, lambda: [LIST], counts_results=False)


def bare(stand: Stand, _plan: Plan) -> Load:
    return Load("bare", stand.bare, lambda: [LIST], counts_results=False)


def get_snapshot(stand: Stand, _plan: Plan) -> Load:
    return Load("get_snapshot", stand.in_memory, partial(_list_of_demo, stand.in_memory))


def get_snapshot_on_file(stand: Stand, _plan: Plan) -> Load:
    return Load("get_snapshot_file", stand.on_file, partial(_list_of_demo, stand.on_file))


def load_stats(stand: Stand, _plan: Plan) -> Load:
    return Load("load_stats", stand.in_memory, lambda: [STATISTICS])


def create_snapshot(stand: Stand, plan: Plan) -> Load:
    return create_on("create_snapshot", stand.on_file, plan)


def check(stand: Stand, _plan: Plan) -> Load:
    return check_on("check", stand.in_memory)


def presets(stand: Stand, _plan: Plan) -> Load:
    return _catalogue(stand, "presets", action="list", location="NL")


def presets_info(stand: Stand, _plan: Plan) -> Load:
    return _catalogue(stand, "presets", action="info")


def systems(stand: Stand, _plan: Plan) -> Load:
    return _catalogue(stand, "os", action="list", instance_id=108, location="NL")


def plans(stand: Stand, _plan: Plan) -> Load:
    return _catalogue(stand, "traffic_plans", action="list", instance=108, location="NL")


def get_snapshot_with_log(stand: Stand, _plan: Plan) -> Load:
    return Load("with_log", stand.logging, partial(_list_of_demo, stand.logging))


def get_snapshot_unobserved(stand: Stand, _plan: Plan) -> Load:
    prepare = partial(_list_of_demo, stand.unobserved)
    return Load("unobserved", stand.unobserved, prepare, counts_results=False)


def floor_alone(stand: Stand, plan: Plan) -> Load:
    return floor(stand, plan).alone("floor_alone")


def get_snapshot_alone(stand: Stand, plan: Plan) -> Load:
    return get_snapshot(stand, plan).alone("get_snapshot_alone")


def create_on(name: str, server: Server, plan: Plan) -> Load:
    prepare = partial(_accounts_of, server, SUPPLY * plan.seconds)
    return Load(name, server, prepare, script="each_vm_once.lua")


def check_on(name: str, server: Server) -> Load:
    return Load(name, server, partial(_task_under_way, server), path="/eq_callback.php")


def _catalogue(stand: Stand, module: str, **fields: str | int) -> Load:
    """Return calls without a token."""

    def prepare() -> Sequence[str]:
        with stand.in_memory.client() as client:
            answer = client.call(module, **fields)
        assert answer["result"] == "OK", answer
        return [urlencode(fields)]

    return Load(f"{module}_{fields['action']}", stand.in_memory, prepare, path=f"/{module}.php")


def _list_of_demo(server: Server) -> Sequence[str]:
    with server.client() as client:
        fields = {"action": "get_snapshot", "token": "HOSTKEY_TOKEN", "id": 12345, "type": "snapshot"}
        answer = client.call("vm", **fields)
    assert "before-release" in str(answer), answer
    return [LIST]


def _accounts_of(server: Server, vms: int) -> Sequence[str]:
    """Create this many VMs in accounts with frozen clocks. Return the accounts' tokens."""
    with server.client() as client:
        client.control("POST", "/purge")
        accounts = [
            client.control("POST", "/accounts", {"scenario": "empty", "clock": "frozen"})
            for _ in range(0, vms, VMS_OF_AN_ACCOUNT)
        ]
        world = {"vms": [{"id": number} for number in range(1, VMS_OF_AN_ACCOUNT + 1)]}
        for account in accounts:
            client.control("PUT", f"/accounts/{account['name']}/state", world)
    return [account["token"] for account in accounts]


def _task_under_way(server: Server) -> Sequence[str]:
    """Start a task in an account with a frozen clock, so that it stays under way."""
    with server.client() as client:
        client.control("POST", "/purge")
        account = client.control("POST", "/accounts", {"clock": "frozen"})
        fields = {"token": account["token"], "id": 12345, "name": "nightly"}
        key = client.call("vm", action="create_snapshot", **fields)["callback"]
        answer = client.call("eq_callback", action="check", key=key)
    assert answer == {"result": "Not ready", "key": key}, answer
    return [urlencode({"action": "check", "key": key})]
