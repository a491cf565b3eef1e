"""The memory of an idle server that has answered once."""

from benchmarks.client import FORM
from benchmarks.loads import LIST
from benchmarks.plan import Plan
from benchmarks.row import Row, Target
from benchmarks.stand import stand


def measure(plan: Plan) -> list[Row]:
    found: dict[str, list[float]] = {"floor": [], "bare": [], "emulator": []}
    for _ in range(plan.rounds):
        with stand(plan.folder) as servers:
            chosen = {"floor": servers.floor, "bare": servers.bare, "emulator": servers.in_memory}
            for who, server in chosen.items():
                with server.client() as client:
                    client.ask("POST", "/vm.php", LIST, FORM)
                server.settle()
                found[who].append(server.resident_mib())
    return [Row("memory", "resident memory, idle", "MiB", found, found["emulator"], "MiB", Target("≤", 80))]
