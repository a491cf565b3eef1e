"""Clients of several accounts, who work until interrupted and then find out the outcome of their calls."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from tests.acceptance.kills.busy_client import Client
from tests.acceptance.kills.ledger import Ledger
from tests.acceptance.kills.settling import DID_NOT, HAPPENED, RECENT, UNTOLD, Settling
from tests.support.processes import DEADLINE
from tests.support.wire import Wire

WORLDS = {"one": (100, 20), "two": (200, 40), "three": (400, 80), "four": (600, 160)}
"""For each account the rate of the clock and the GiB of a disk: a create takes about a fifth of a second."""


class Team:
    """Works, settles uncertain calls after an interruption, works on; and counts."""

    def __init__(self, seed: int, vms_of_clients: Sequence[Sequence[int]], recent: int = RECENT) -> None:
        self.chance = random.Random(seed)
        self.clients: list[Client] = []
        self.tasks_across = 0
        self._vms_of_clients = vms_of_clients
        self._recent = recent
        self._ledgers = [Ledger(name) for name in WORLDS]
        self._outcomes: Counter[tuple[str, str]] = Counter()

    def make_worlds(self, url: str) -> None:
        with Wire(url) as wire:
            for name, (rate, size_gb) in WORLDS.items():
                wanted = {"name": name, "scenario": "empty", "clock": {"mode": "real", "rate": rate}}
                account = wire.control("POST", "/accounts", wanted).json()
                for vms in self._vms_of_clients:
                    for vm in vms:
                        spec = {"id": vm, "power": "off", "disk": {"size_gb": size_gb}}
                        assert wire.control("POST", f"/accounts/{name}/vms", spec).status == 201
                    self.clients.append(Client(account, vms, self.chance.getrandbits(32)))
        self.settle(url)

    @contextmanager
    def working(self, url: str) -> Iterator[None]:
        """Let all clients work during the block. Then each has its last answer, or a call without one."""
        with ThreadPoolExecutor(len(self.clients)) as pool:
            working = [pool.submit(client.work, url) for client in self.clients]
            yield
            for client in self.clients:
                client.resting = True
            for work in working:
                work.result(DEADLINE)

    def settle(self, url: str) -> None:
        """Find the outcome of calls without an answer, and compare all knowledge with the server."""
        self.tasks_across += sum(client.open_tasks() for client in self.clients)
        with ThreadPoolExecutor(len(self.clients)) as pool, _http(url) as http:
            found = pool.map(lambda client: Settling(client, url, self._recent).run(), self.clients)
            self._outcomes.update(outcome for outcome in found if outcome is not None)
            for ledger in self._ledgers:
                ledger.read(http)

    def finish(self, url: str) -> None:
        """Let all tasks end, and close the books."""
        across = self.tasks_across
        with _http(url) as http:
            for name in WORLDS:
                path = f"/_emulator/accounts/{name}/clock/advance"
                http.post(path, json={"until": "idle"}).raise_for_status()
            self.settle(url)
            logins = sum(self._close(ledger, http) for ledger in self._ledgers)
        self.tasks_across = across
        self._outcomes["login", HAPPENED] += logins
        self._outcomes["login", DID_NOT] += self._outcomes.pop(("login", UNTOLD), 0) - logins

    def _close(self, ledger: Ledger, http: httpx.Client) -> int:
        """Close an account's books. Return how many of its logins without an answer happened."""
        mine = [client for client in self.clients if client.account["name"] == ledger.account]
        assert ledger.started.keys() == set().union(*(client.known for client in mine))
        uncertain = sum(client.uncertain_logins for client in mine)
        return ledger.close(http, sum(client.logins for client in mine), uncertain)

    def acknowledged(self) -> Counter[str]:
        return sum((client.acknowledged for client in self.clients), Counter[str]())

    def report(self) -> str:
        calls = self.acknowledged()
        ended = sum(ledger.ended.total() for ledger in self._ledgers)
        outcomes = [
            f"  {action} {outcome}: {n}" for (action, outcome), n in sorted(self._outcomes.items()) if n
        ]
        return "\n".join((
            f"{calls.total()} calls acknowledged: {dict(calls.most_common())}",
            f"{ended} tasks ended, each once; {self.tasks_across} times one was under way at a kill",
            f"{self._outcomes.total()} calls without an answer:",
            *outcomes,
        ))  # fmt: skip


@contextmanager
def _http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=DEADLINE) as http:
        yield http
