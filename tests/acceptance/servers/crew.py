"""A team of 32 clients behind a load balancer. Its servers are killed, and its database is restarted."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.acceptance.kills.busy_client import Client
from tests.acceptance.kills.team import Team
from tests.acceptance.servers.cluster import SERVERS, Cluster
from tests.support.wire import Wire

VMS_OF_CLIENTS = tuple((2 * i + 1, 2 * i + 2) for i in range(8))
"""Clients of each of the four accounts. Each client has two VMs of its own."""

RECENT = 4
"""Number of spent keys and tokens that each client asks for again after each round."""

KEYS_ASKED = 10
"""Number of each client's keys that every server is asked for at the end."""

LONGEST_BEFORE = 2.5
AFTERWARDS = 1.0
"""Seconds of work before an incident in a round, and after all servers are back."""


class Crew(Team):
    """Works in rounds. In each a server, or the database, dies and comes back; then everything is checked."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        super().__init__(seed, VMS_OF_CLIENTS, RECENT)
        self._cluster = cluster
        self.kills = self.restarts = self.keys_asked = 0
        self.seconds = 0.0

    def start(self) -> None:
        self.make_worlds(self._cluster.balancer.url)

    def work_while_a_server_is_killed(self) -> None:
        number = self.chance.randrange(SERVERS)

        def kill_and_start() -> None:
            self._cluster.kill(number)
            self._cluster.start(number)

        self._work_while(kill_and_start)
        self.kills += 1

    def work_while_the_database_restarts(self) -> None:
        self._work_while(self._cluster.postgres.restart)
        self.restarts += 1

    def _work_while(self, something_happens: Callable[[], None]) -> None:
        """Work during the incident and until all servers are back; then settle."""
        began = time.monotonic()
        with self.working(self._cluster.balancer.url):
            time.sleep(self.chance.uniform(0.5, LONGEST_BEFORE))
            something_happens()
            self._cluster.wait_until_healthy()
            time.sleep(AFTERWARDS)
        self.seconds += time.monotonic() - began
        self._cluster.wait_until_quiet()
        self.settle(self._cluster.balancer.url)

    def end(self) -> None:
        """Close the books. Then every server must know every key, and that its OK was given."""
        self.finish(self._cluster.balancer.url)
        with ThreadPoolExecutor(len(self.clients)) as pool, ExitStack() as stack:
            wires = [[stack.enter_context(Wire(url)) for url in self._cluster.urls] for _ in self.clients]
            self.keys_asked = sum(pool.map(_ask_everywhere, self.clients, wires))

    def figures(self) -> str:
        took = sorted(self._cluster.balancer.taken_by().values())
        return (
            f"{len(self.clients)} clients, {SERVERS} servers, {self.seconds:.0f} s of load:"
            f" {self.kills} kills, {self.restarts} restarts of PostgreSQL, {self.acknowledged().total()} calls"
            f" acknowledged, {self._outcomes.total()} without an answer; answers of each server {took};"
            f" {self.keys_asked} keys asked for on every server; nothing lost, nothing twice"
        )


def _ask_everywhere(client: Client, wires: list[Wire]) -> int:
    """Ask every server for the newest keys of a client that had their OK. Return how many keys."""
    keys = list(client.ever_spent)[-KEYS_ASKED:]  # older ones may have aged out
    for key in keys:
        told = [wire.call("eq_callback", {"action": "check", "key": key}).reason for wire in wires]
        assert told == ["key_spent"] * len(wires), (key, told)
    return len(keys)
