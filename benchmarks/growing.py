"""The same call in a large store and in a small one."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from benchmarks.loads import Load
from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.stand import Stand

SNAPSHOTS = [{"name": f"nightly-{number}", "age_seconds": 90_000 - number} for number in range(4)]


def among_many(stand: Stand, _plan: Plan) -> Load:
    return _among(stand.crowded, "among_many", [range(1, 10_001)] * 10)


def among_ten(stand: Stand, _plan: Plan) -> Load:
    return _among(stand.lonely, "among_ten", [range(1, 11)])


def _among(server: Server, name: str, vms: Sequence[range]) -> Load:
    """Fill accounts with VMs of four snapshots each. Time a list from the middle of the last account."""
    with server.client() as client:
        for ids in vms:
            account = client.control("POST", "/accounts", {"scenario": "empty"})
            world = {"vms": [{"id": number, "snapshots": SNAPSHOTS} for number in ids]}
            client.control("PUT", f"/accounts/{account['name']}/state", world)
    fields = {"action": "get_snapshot", "token": account["token"], "id": len(ids) // 2, "type": "snapshot"}
    return Load(name, server, partial(_list, server, fields), connections=1)


def _list(server: Server, fields: dict[str, object]) -> Sequence[str]:
    with server.client() as client:
        answer = client.call("vm", **fields)
    assert len(answer["snapshots"]) == len(SNAPSHOTS), answer
    return [urlencode(fields)]
