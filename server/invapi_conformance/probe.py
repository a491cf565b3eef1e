"""What checks use: calls of the account, tasks followed to their end, and the answers so far."""

from dataclasses import dataclass, field
from typing import Any

from invapi_conformance.answers import Answer
from invapi_conformance.interruption import Stop
from invapi_conformance.requests import Request, Value
from invapi_conformance.system import Clock
from invapi_conformance.table import CannotTell
from invapi_conformance.target import Target, Unreachable

NO_SUCH_VM = 2**63 - 1
"""An id that no VM has."""

NO_SUCH_NUMBER = 2**31 - 1
"""A number that no preset, system, traffic plan, key or invoice has."""

NO_SUCH_PRESET = "conformance-no-such-preset"
NOWHERE = "conformance-nowhere"
"""A location that there is not."""

NO_SUCH_IMAGE = "00000000-0000-4000-8000-000000000000"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJsXHJmsyqEC+vidmr0/CJhd3SmAHfYtgOxZlvmfgrd"
"""A key whose private part nobody has: its bytes are a digest."""

NEVER_A_KEY = "conformance0key0that0never0was00"
NEVER_A_TOKEN = "c0" * 16
_LOST_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Access:
    """The credentials and the VM."""

    vm: int
    token: str
    api_key: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    poll_seconds: float = 3
    task_seconds: float = 1800


@dataclass(frozen=True, slots=True)
class Fetched:
    """A task from its call to the check after its end."""

    asked: Answer
    first: Answer
    end: Answer
    again: Answer


@dataclass
class Probe:
    """`steps` are the answers to the steps of the plan, by name; `why_none` says why there are no more.

    `price` is what an order of the plan costs, as an amount with two decimal places.
    """

    target: Target
    access: Access
    patience: Patience
    stop: Stop
    now: Clock
    steps: dict[str, Answer] = field(default_factory=dict)
    why_none: str = "that step was not in the plan"
    own: str = ""
    price: str = ""
    _fetched: dict[tuple[str, str], Fetched | CannotTell] = field(default_factory=dict)
    _asked: dict[tuple[str, str], Answer] = field(default_factory=dict)
    _read: dict[tuple[object, ...], Answer] = field(default_factory=dict)

    def call(self, module: str, action: str, /, **fields: Value) -> Answer:
        """Call an action with the account's token, or with another `token`. An empty one is not sent."""
        token = fields.pop("token", self.access.token)
        return self.send(module, {"action": action} | ({"token": token} if token else {}) | fields)

    def send(self, module: str, fields: dict[str, Value], **how: Any) -> Answer:
        return self.target.send(Request(module, fields, **how))

    def vm(self, action: str, **fields: Value) -> Answer:
        return self.call("vm", action, id=self.access.vm, **fields)

    def eq(self, action: str, **fields: Value) -> Answer:
        return self.call("eq", action, id=self.access.vm, **fields)

    def check(self, key: str, **fields: Value) -> Answer:
        return self.send("eq_callback", {"action": "check", "key": key} | fields)

    def once(self, module: str, action: str) -> Answer:
        """Return the answer to a reading call about the VM. Only the first time sends it."""
        if (module, action) not in self._asked:
            self._asked[module, action] = self.call(module, action, id=self.access.vm)
        return self._asked[module, action]

    def accepted(self, module: str, action: str) -> Answer:
        """Return the answer as `once` does. Raises CannotTell if it is a refusal."""
        answer = self.once(module, action)
        if answer.is_failure or not isinstance(answer.body, dict):
            raise CannotTell(f"{module}/{action} was refused: {answer.message}")
        return answer

    def read(self, module: str, action: str, /, **fields: str | int) -> Answer:
        """Return the answer to a reading call with these fields. Only the first time sends it.

        Raises CannotTell if it is a refusal. An empty `token` is not sent.
        """
        asked = (module, action, *sorted(fields.items()))
        if asked not in self._read:
            self._read[asked] = self.call(module, action, **fields)
        answer = self._read[asked]
        if answer.is_failure or not isinstance(answer.body, dict):
            raise CannotTell(f"{module}/{action} was refused: {answer.message}")
        return answer

    def fetched(self, module: str, action: str) -> Fetched:
        """Start a reading task about the VM, and follow it beyond its end. Only the first time sends it."""
        if (module, action) not in self._fetched:
            self._fetched[module, action] = self._fetch(module, action)
        found = self._fetched[module, action]
        if isinstance(found, CannotTell):
            raise found
        return found

    def _fetch(self, module: str, action: str) -> Fetched | CannotTell:
        try:
            asked = self.accepted(module, action)
            if asked.key is None:
                return CannotTell(f"{module}/{action} did not answer a key")
            first, end = self.followed(asked.key)
        except CannotTell as why:
            return why
        return Fetched(asked, first, end, self.check(asked.key))

    def followed(self, key: str) -> tuple[Answer, Answer]:
        """Check a task until it has ended. Return the first answer and the last one."""
        deadline = self.now() + self.patience.task_seconds
        first = answer = self.checked(key)
        while not answer.ends_a_task:
            if self.now() > deadline:
                raise CannotTell(f"a task did not end within {self.patience.task_seconds:g} seconds")
            self.stop.pause(self.patience.poll_seconds)
            answer = self.checked(key)
        return first, answer

    def checked(self, key: str) -> Answer:
        """Check a key. If the answer is lost, try again a few times."""
        for _ in range(_LOST_IN_A_ROW - 1):
            try:
                return self.check(key)
            except Unreachable:
                self.stop.pause(self.patience.poll_seconds)
        return self.check(key)

    def step(self, name: str) -> Answer:
        """Return the answer to a step of the plan. Raises CannotTell if there is none."""
        if name not in self.steps:
            raise CannotTell(self.why_none)
        return self.steps[name]

    def power(self) -> str | None:
        """Return `power_on` or `power_off`, or None if neither show nor status tells."""
        shown = self.eq("show").field("server_data", "power_status")
        if shown in {"power_on", "power_off"}:
            return str(shown)
        answer = self.eq("status")
        said = str(self.followed(answer.key)[1].field("scope")).lower() if answer.key else ""
        return "power_on" if "is up" in said else "power_off" if "is down" in said else None

    def needs_power(self, power: str) -> None:
        found = self.accepted("eq", "show").field("server_data", "power_status")
        if found != power:
            raise CannotTell("the power is not shown" if found is None else f"the VM is {str(found)[6:]}")
