"""Clients of several accounts on one server, that is killed and started again on the same file."""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from busy_client import Client
from ledger import Ledger
from processes import COMMAND, DEADLINE, ROOT, Served, environment, served
from settling import DID_NOT, HAPPENED, UNTOLD, Settling
from wire import Wire

WORLDS = {"one": (100, 20), "two": (200, 40), "three": (400, 80), "four": (600, 160)}
"""Accounts: the rate of the clock and the GiB of a disk, so that a create takes about a fifth of a second."""

VMS_OF_CLIENTS = ((1, 2), (3, 4))
"""The VMs that each client of an account has for itself."""

LONGEST_LIFE = 2.0
LONGEST_START = 1.5


def killed_start(db: str, seconds: float) -> None:
    """Start a server and kill it so many seconds after, whether it was ready by then or not."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--db", db],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment(),
    )  # fmt: skip
    time.sleep(seconds)
    process.kill()
    process.wait(DEADLINE)


class Team:
    """Works, is interrupted by a kill, settles what is uncertain, works on; and counts."""

    def __init__(self, db: str, seed: int) -> None:
        self._db = db
        self._chance = random.Random(seed)
        self._clients: list[Client] = []
        self._ledgers = [Ledger(name) for name in WORLDS]
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self.kills = self.killed_starts = self.tasks_across = 0

    @contextmanager
    def serving(self) -> Iterator[Served]:
        """Serve, now and then after a start that was killed."""
        if self.kills and self._chance.random() < 0.25:
            killed_start(self._db, self._chance.uniform(0, LONGEST_START))
            self.killed_starts += 1
        with served("--db", self._db, "--log-level", "warning") as server:
            yield server

    def make_worlds(self, server: Served) -> None:
        with Wire(server.url) as wire:
            for name, (rate, size_gb) in WORLDS.items():
                wanted = {"name": name, "scenario": "empty", "clock": {"mode": "real", "rate": rate}}
                account = wire.control("POST", "/accounts", wanted).json()
                for vms in VMS_OF_CLIENTS:
                    for vm in vms:
                        spec = {"id": vm, "power": "off", "disk": {"size_gb": size_gb}}
                        assert wire.control("POST", f"/accounts/{name}/vms", spec).status == 201
                    self._clients.append(Client(account, vms, self._chance.getrandbits(32)))
        self.settle(server)

    def work_until_killed(self, server: Served) -> None:
        seconds = self._chance.uniform(0, LONGEST_LIFE)
        with ThreadPoolExecutor(len(self._clients)) as pool:
            working = [pool.submit(client.work, server.url) for client in self._clients]
            time.sleep(seconds)
            _, _, stderr = server.stop(signal.SIGKILL)
            for work in working:
                work.result(DEADLINE)
        assert "Traceback" not in stderr, stderr
        self.kills += 1

    def settle(self, server: Served) -> None:
        """Find out what became of the calls without an answer, and hold all that is known against the server."""
        self.tasks_across += sum(client.open_tasks() for client in self._clients)
        with ThreadPoolExecutor(len(self._clients)) as pool, _http(server) as http:
            found = pool.map(lambda client: Settling(client, server.url).run(), self._clients)
            self._outcomes.update(outcome for outcome in found if outcome is not None)
            for ledger in self._ledgers:
                ledger.read(http)

    def finish(self, server: Served) -> None:
        """Let all tasks end, and close the books."""
        across = self.tasks_across
        with _http(server) as http:
            for name in WORLDS:
                path = f"/_emulator/accounts/{name}/clock/advance"
                http.post(path, json={"until": "idle"}).raise_for_status()
            self.settle(server)
            logins = sum(self._close(ledger, http) for ledger in self._ledgers)
        self.tasks_across = across
        self._outcomes["login", HAPPENED] += logins
        self._outcomes["login", DID_NOT] += self._outcomes.pop(("login", UNTOLD), 0) - logins

    def _close(self, ledger: Ledger, http: httpx.Client) -> int:
        """Close an account's books; return how many of its logins without an answer happened."""
        mine = [client for client in self._clients if client.account["name"] == ledger.account]
        assert ledger.started.keys() == set().union(*(client.known for client in mine))
        uncertain = sum(client.uncertain_logins for client in mine)
        return ledger.close(http, sum(client.logins for client in mine), uncertain)

    def report(self) -> str:
        calls = sum((client.acknowledged for client in self._clients), Counter[str]())
        ended = sum(ledger.ended.total() for ledger in self._ledgers)
        outcomes = [
            f"  {action} {outcome}: {n}" for (action, outcome), n in sorted(self._outcomes.items()) if n
        ]
        return "\n".join((
            f"{self.kills} kills under load, {self.killed_starts} more during a start; nothing was lost",
            f"{calls.total()} calls acknowledged: {dict(calls.most_common())}",
            f"{ended} tasks ended, each once; {self.tasks_across} times one was under way at a kill",
            f"{self._outcomes.total()} calls without an answer:",
            *outcomes,
        ))  # fmt: skip


@contextmanager
def _http(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=DEADLINE) as http:
        yield http
