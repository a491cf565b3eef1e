"""A client that works on its own VMs as fast as it can, and remembers acknowledged calls."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.acceptance.kills.machine import Machine
from tests.support.harness import Json
from tests.support.wire import Answer, Wire

NAMES = ("a", "b", "c", "d", "e", "f")
CHANGES = {
    "create_snapshot": 6, "remove_snapshot": 3, "restore_snapshot": 3, "on": 2, "off": 4, "hard_off": 1, "reboot": 1
}  # fmt: skip
YEAR = 31_536_000
UNTOLD = (502, 503, 504)
"""Statuses that leave open whether a call was executed."""


class NotTold(ConnectionError):
    """The answer does not tell the outcome of the call."""


@dataclass(frozen=True)
class Act:
    """A call that was sent. `about` is a VM id, a key or a token; `settings` are before and after it."""

    action: str
    about: int | str = ""
    name: str = ""
    settings: tuple[tuple[int, list[str]], ...] = ()


class Client:
    """One client. `uncertain` is the call without an answer."""

    wire: Wire

    def __init__(self, account: Json, vms: Iterable[int], seed: int) -> None:
        self.account = account
        self.machines = [Machine(vm) for vm in vms]
        self.uncertain: Act | None = None
        self.known: set[str] = set()
        self.reads: list[str] = []
        self.started: dict[str, int] = {}
        self.spent: list[str] = []
        self.ever_spent: dict[str, None] = {}
        self.tokens: list[str] = []
        self.dead_tokens: list[str] = []
        self.logins = self.uncertain_logins = 0
        self.acknowledged: Counter[str] = Counter()
        self.chance = random.Random(seed)
        self.resting = False

    def open_tasks(self) -> int:
        """Return the number of tasks under way, as far as this client knows."""
        return len(self.reads) + sum(machine.pending is not None for machine in self.machines)

    def work(self, url: str) -> None:
        """Make calls until one gets no answer, or until asked to rest."""
        self.resting = False
        try:
            with Wire(url) as self.wire:
                while not self.resting:
                    self.turn()
        except OSError:
            return

    def turn(self) -> None:
        machine = self.chance.choice(self.machines)
        drawn = self.chance.random()
        if drawn < 0.1:
            self.use_tokens(drawn)
        elif drawn < 0.3:
            self.read(
                machine, "get_snapshot" if drawn < 0.2 else self.chance.choice(("status", "load_stats"))
            )
        elif machine.pending is not None:
            self.check_pending(machine)
        elif drawn < 0.4:
            self.settle_rotation(machine)
        elif drawn < 0.5:
            self.look(machine)
        else:
            (action,) = self.chance.choices(list(CHANGES), list(CHANGES.values()))
            self.change(machine, action)

    # Calls; each is uncertain until its answer arrives

    def call(self, act: Act, module: str, **fields: Any) -> Answer:
        self.uncertain = act
        answer = _told(
            self.wire.call(module, {"action": act.action, "token": self.account["token"]} | fields)
        )
        self.uncertain = None
        self.acknowledged[act.action] += 1
        return answer

    def change(self, machine: Machine, action: str) -> None:
        name = self.chance.choice(NAMES) if action.endswith("snapshot") else ""
        if action in {"remove_snapshot", "restore_snapshot"} and machine.snapshots:
            name = self.chance.choice((*machine.names(), name))
        fields = {"name": name} if name else {}
        answer = self.call(Act(action, machine.id, name), "vm" if name else "eq", id=machine.id, **fields)
        assert answer.reason == machine.refusal_of(action, name), (machine, action, name, answer)
        if answer.reason is None:
            self.began(machine, answer.json()["callback"], action, name)

    def began(self, machine: Machine, key: str, action: str, name: str) -> None:
        """Record a task. The machine has the changing ones, a list the reading ones."""
        self.known.add(key)
        self.started[key] = machine.id
        if action in CHANGES:
            machine.accepted(key, action, name)
        else:
            self.reads.append(key)

    def read(self, machine: Machine, action: str) -> None:
        if len(self.reads) > 2:
            self.check_read(self.reads[0])
            return
        answer = self.call(Act(action, machine.id), "eq" if action == "status" else "vm", id=machine.id)
        body = answer.json()
        self.began(machine, body["callback"], action, "")
        if action == "get_snapshot":
            possible = [machine.names(), *([machine.afterwards().names()] if machine.pending else [])]
            assert [row["name"] for row in body["snapshots"]] in possible, (machine, body)

    def settle_rotation(self, machine: Machine) -> None:
        before = (machine.rotation, machine.excluded)
        after = (self.chance.randrange(4) and 1, self.chance.sample(NAMES, 2))
        self.call(
            Act("update_restore_settings", machine.id, settings=(before, after)), "vm",
            **{"id": machine.id, "enable_rotation": after[0], "exclude_rotation[]": after[1]},
        )  # fmt: skip
        machine.rotation, machine.excluded = after

    def check(self, key: str) -> str:
        """Check a key that must be known. Return the result or the reason of the refusal."""
        answer = self.call(Act("check", key), "eq_callback", key=key)
        result: str = answer.reason or answer.json()["result"]
        if result == "OK":
            self.spent.append(key)
            assert key not in self.ever_spent, ("twice OK", key)
            self.ever_spent[key] = None
        return result

    def check_pending(self, machine: Machine) -> None:
        assert machine.pending is not None
        result = self.check(machine.pending.key)
        assert result in {"OK", "Not ready"}, (machine, result)
        if result == "OK":
            self.ended(machine)

    def check_read(self, key: str) -> None:
        result = self.check(key)
        assert result in {"OK", "Not ready"}, (key, result)
        if result == "OK":
            self.reads.remove(key)

    def ended(self, machine: Machine) -> None:
        self.machines[self.machines.index(machine)] = machine.afterwards()

    def use_tokens(self, drawn: float) -> None:
        if drawn < 0.05 or not self.tokens:
            answer = self.call(Act("login"), "auth", key=self.account["api_key"], ttl=YEAR)
            self.tokens.append(answer.json()["result"]["token"])
            self.logins += 1
            return
        token = self.chance.choice(self.tokens)
        if drawn < 0.08:
            assert self.call(Act("info", token), "auth", token=token).reason is None, token
            return
        self.call(Act("logout", token), "auth", token=token)
        self.tokens.remove(token)
        self.dead_tokens.append(token)

    # Reading, through the control API

    def whole(self, machine: Machine) -> Json:
        answer = _told(self.wire.control("GET", f"/accounts/{self.account['name']}/vms/{machine.id}"))
        assert answer.status == 200, answer
        view: Json = answer.json()
        return view

    def look(self, machine: Machine) -> None:
        machine.must_be(self.whole(machine))


def _told(answer: Answer) -> Answer:
    if answer.status in UNTOLD:
        raise NotTold(answer)
    return answer
