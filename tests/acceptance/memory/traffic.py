"""The calls of a team's clients in a day: the mix that memory is measured under."""

import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from tests.support.harness import Json
from tests.support.wire import Answer, Wire

VMS = (12345, 12346, 12348)
"""The VMs of the demo world that have snapshots."""

OPEN_KEYS = 200
"""Maximum number of keys that a client remembers. It forgets older ones, as clients do."""

GUESTS = 2
"""Maximum number of accounts that a client has at a time."""


class Client:
    """One client of one account. Each turn is one call, drawn from the seed."""

    _wire: Wire

    def __init__(self, account: Json, seed: int) -> None:
        self._account = account
        self._chance = random.Random(seed)
        self._keys: deque[str] = deque(maxlen=OPEN_KEYS)
        self._tokens: deque[str] = deque(maxlen=20)
        self._guests: list[str] = []
        self.answers: Counter[str] = Counter()
        self._kinds, self._weights = zip(*self._mix().items(), strict=True)

    def work(self, url: str, turns: int) -> None:
        """Take this many turns on a connection of its own."""
        with Wire(url) as self._wire:
            for _ in range(turns):
                self.turn()

    def turn(self) -> None:
        (kind,) = self._chance.choices(self._kinds, self._weights)
        answer: Answer = kind()
        assert answer.status < 500 or answer.status == 501, answer
        refused = answer.reason or ("OK" if answer.status < 300 else str(answer.status))
        self.answers[refused] += 1

    def _mix(self) -> dict[Callable[[], Answer], float]:
        return {
            self._check: 34, self._list: 12, self._create: 9, self._change: 9, self._power: 9, self._read: 8,
            self._settle: 3, self._inventory: 4, self._log_in: 2, self._use_token: 2, self._bad_token: 2,
            self._unknown_key: 2, self._mistake: 2, self._look: 1, self._move_clock: 0.7, self._guest: 0.2,
            self._read_all: 0.02, self._reset: 0.05,
        }  # fmt: skip

    # The imitated API

    def _call(self, module: str, action: str, **fields: Any) -> Answer:
        sent = {"action": action, "token": self._account["token"]} | fields
        answer = self._wire.call(module, sent)
        if b'"callback"' in answer.body:
            self._keys.append(answer.json()["callback"])
        return answer

    def _of_vm(self, module: str, *actions: str, **fields: Any) -> Answer:
        return self._call(module, self._chance.choice(actions), id=self._chance.choice(VMS), **fields)

    def _check(self) -> Answer:
        if not self._keys:
            return self._list()
        key = self._keys.popleft()
        answer = self._wire.call("eq_callback", {"action": "check", "key": key})
        if b"Not ready" in answer.body:
            self._keys.append(key)
        return answer

    def _list(self) -> Answer:
        return self._of_vm("vm", "get_snapshot")

    def _create(self) -> Answer:
        return self._of_vm("vm", "create_snapshot", name=f"nightly-{self._chance.randrange(6)}")

    def _change(self) -> Answer:
        name = f"nightly-{self._chance.randrange(6)}"
        return self._of_vm("vm", "remove_snapshot", "remove_snapshot", "restore_snapshot", name=name)

    def _power(self) -> Answer:
        return self._of_vm("eq", "off", "off", "hard_off", "on", "reboot")

    def _read(self) -> Answer:
        if self._chance.random() < 0.5:
            return self._of_vm("eq", "status")
        return self._of_vm("vm", "load_stats")

    def _settle(self) -> Answer:
        excluded = self._chance.sample([f"nightly-{number}" for number in range(6)], 2)
        fields = {"enable_rotation": self._chance.randrange(2), "exclude_rotation[]": excluded}
        return self._of_vm("vm", "update_restore_settings", **fields)

    def _inventory(self) -> Answer:
        return self._of_vm("eq", "list", "show")

    def _log_in(self) -> Answer:
        answer = self._call("auth", "login", key=self._account["api_key"])
        if answer.reason is None:
            self._tokens.append(answer.json()["result"]["token"])
        return answer

    def _use_token(self) -> Answer:
        token = self._tokens.popleft() if self._tokens else self._account["token"]
        given = token == self._account["token"]
        action = "info" if given or self._chance.random() < 0.5 else "logout"
        return self._call("auth", action, token=token)

    # Mistakes of clients

    def _bad_token(self) -> Answer:
        return self._of_vm("vm", "get_snapshot", token=f"{self._chance.getrandbits(128):032x}")

    def _unknown_key(self) -> Answer:
        key = f"{self._chance.getrandbits(128):032x}"
        return self._wire.call("eq_callback", {"action": "check", "key": key})

    def _mistake(self) -> Answer:
        number = self._chance.getrandbits(32)
        match self._chance.randrange(5):
            case 0:
                return self._call("vm", f"nonsense_{number}")
            case 1:
                return self._call("vm", "create_snapshot", id=12345, name=f"no name {number}")
            case 2:
                return self._call("vm", "get_snapshot", id=number)
            case 3:
                return self._call("eq", "reinstall_os")
            case _:
                return self._wire.call(f"module-{number}", {"action": "list"})

    # The control API

    def _control(self, method: str, path: str, body: Any = None) -> Answer:
        return self._wire.control(method, f"/accounts/{self._account['name']}{path}", body)

    def _look(self) -> Answer:
        return self._control("GET", self._chance.choice(("", "/clock", "/faults")))

    def _move_clock(self) -> Answer:
        seconds = 3600 if self._account["name"] == "on-auto" else 60
        return self._control("POST", "/clock/advance", {"seconds": seconds})

    def _read_all(self) -> Answer:
        return self._control("GET", self._chance.choice(("/requests", "/vms", "/state")))

    def _reset(self) -> Answer:
        if self._account["name"] != "with-resets":
            return self._list()
        return self._control("POST", "/reset", {})

    def _guest(self) -> Answer:
        """Make an account, or remove one made before. There are never many."""
        if len(self._guests) == GUESTS:
            return self._wire.control("DELETE", f"/accounts/{self._guests.pop()}")
        answer = self._wire.control("POST", "/accounts", {})
        self._guests.append(answer.json()["name"])
        return answer
