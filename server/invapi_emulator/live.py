"""A demo that moves by itself: gentle traffic on the account demo, as a client of it would make.

The VM whose rotation is on makes snapshots, goes on and off, and fails once in a while; all VMs are looked at. What comes
next is drawn from the account's seed, one step every two seconds of real time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.http.answer import Answer
from invapi_emulator.http.dispatch import answer, find_action
from invapi_emulator.http.journal import Heard
from invapi_emulator.randomness import chance_of
from invapi_emulator.scenarios.worlds import DEMO
from invapi_emulator.storage import accounts, faults, snapshots, vms
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.faults import Rule
from invapi_emulator.storage.problems import DATABASE_LOST
from invapi_emulator.storage.transaction import Transaction

STEP_SECONDS = 2
USER_AGENT = "invapi-emulator --live"
FAILS_ONCE_IN = 6
UNDER_WAY = (b'"Not ready"', b'"Stage"')
"""What a check has in it of a task that has not ended."""

_LOOKS = (("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status"))
_CHANGES = (("vm", "create_snapshot"), ("vm", "create_snapshot"), ("eq", "on"), ("eq", "off"))

Step = tuple[str, dict[str, str]]
"""A module, and the fields of a call."""


@dataclass
class Live:
    """The traffic; `after_call` is told whose call it was. It waits for a task before it starts another.

    `rule` is its own fault rule, with the generation of the world it was put into: numbers come again after a reset.
    """

    database: Database
    after_call: Callable[[int], None]
    waits_for: str | None = None
    rule: tuple[int, int] | None = None

    async def run(self) -> None:
        """Make a step, and again, until cancelled; without its database it makes none."""
        while True:
            try:
                await self.step()
            except DATABASE_LOST:
                self.waits_for = None
            await asyncio.sleep(STEP_SECONDS)

    async def step(self) -> None:
        """Ask whether the task under way has ended; when it has, start another."""
        if self.waits_for is not None:
            _, response = await self._call("eq_callback", {"action": "check", "key": self.waits_for})
            if not any(word in response.body for word in UNDER_WAY):
                self.waits_for = None
            return
        planned = await self.database.run(self._plan)
        if planned is not None:
            heard, _ = await self._call(*planned)
            self.waits_for = heard.task

    async def _call(self, module: str, fields: dict[str, str]) -> tuple[Heard, Answer]:
        heard = Heard(module, "127.0.0.1", USER_AGENT, "live", self.database.real_time(), fields)
        action = find_action(module, fields)
        response = await self.database.run_in_steps(partial(answer, self.database, action, heard))
        if heard.account_id is not None:
            self.after_call(heard.account_id)
        return heard, response

    def _plan(self) -> Step | None:
        """Return the next call; None where there is nobody to make it, or nothing to make it on."""
        with self.database.write() as tx:
            account = accounts.by_name(tx, DEMO)
            machines = vms.of_account(tx, account.id) if account is not None else []
            if account is None or not machines:
                return None
            step = accounts.next_sequence(tx, account.id)
            return self._drawn(tx, account, machines, step)

    def _drawn(self, tx: Transaction, account: Account, machines: list[VirtualMachine], step: int) -> Step:
        chance = chance_of(account)

        def one_of(count: int, what: str) -> int:
            return int(chance.fraction("live", step, what) * count)

        busy = _with_rotation(tx, account, machines)
        if busy is None or one_of(2, "look or change") == 0:
            module, action = _LOOKS[one_of(len(_LOOKS), "look")]
            vm = machines[one_of(len(machines), "vm")]
        else:
            module, action = _CHANGES[one_of(len(_CHANGES), "change")]
            vm = busy
            self._let_fail(tx, account, vm, fails=one_of(FAILS_ONCE_IN, "fails") == 0)
        fields = {"action": action, "token": account.credentials.token, "id": str(vm.id)}
        return module, fields | ({"name": f"auto-{step}"} if action == "create_snapshot" else {})

    def _let_fail(self, tx: Transaction, account: Account, vm: VirtualMachine, *, fails: bool) -> None:
        """Put a fault on the next change of this VM, or take the last one away."""
        if self.rule is not None and self.rule[0] == account.generation:
            faults.remove(tx, account.id, self.rule[1])
        self.rule = None
        if fails:
            number = accounts.next_fault(tx, account.id)
            self.rule = (account.generation, number)
            ordered = {"kind": "task_fails", "match": {"id": vm.id}, "error": "no space left on the storage"}
            faults.add(tx, account.id, Rule(number, ordered))


def _with_rotation(
    tx: Transaction, account: Account, machines: list[VirtualMachine]
) -> VirtualMachine | None:
    """Return the first VM that makes room for new snapshots by itself."""
    for vm in machines:
        settings = snapshots.settings_of_vm(tx, account.id, vm.id).values()
        if any(of_type.enabled for of_type in settings):
            return vm
    return None
