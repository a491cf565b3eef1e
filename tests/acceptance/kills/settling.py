"""After a restart: finds the outcome of the one call without an answer, and checks all the others."""

from tests.acceptance.kills.busy_client import CHANGES, Act, Client
from tests.acceptance.kills.machine import Machine
from tests.support.harness import Json
from tests.support.wire import Wire

HAPPENED, DID_NOT, NO_DIFFERENCE = "happened", "did not happen", "makes no difference"
UNTOLD = "told by the counter at the end"
"""A login's token is lost with its answer. Only the account's counter knows of it."""

RECENT = 10
"""Maximum number of spent keys and tokens that are asked for again. The control API shows the other keys."""


class Settling:
    """Settles one client with a server that is back."""

    def __init__(self, client: Client, url: str, recent: int = RECENT) -> None:
        self.client = client
        self.recent = recent
        self.url = url
        self.act, client.uncertain = client.uncertain, None
        self.outcome: str | None = None

    def run(self) -> tuple[str, str] | None:
        """Return the uncertain call and its outcome, or None."""
        with Wire(self.url) as self.client.wire:
            for machine in list(self.client.machines):
                self._settle(machine)
            self._check_reads()
            self._check_spent_keys()
            self._check_tokens()
        self.client.started = {key: vm for key, vm in self.client.started.items() if self._is_open(key)}
        self.client.spent = []
        if self.act is None:
            return None
        self.client.uncertain_logins += self.act.action == "login"
        return self.act.action, self.outcome or (UNTOLD if self.act.action == "login" else NO_DIFFERENCE)

    def _is_open(self, key: str) -> bool:
        pending = [machine.pending.key for machine in self.client.machines if machine.pending]
        return key in pending or key in self.client.reads

    def _act_on(self, machine: Machine) -> Act | None:
        return self.act if self.act is not None and self.act.about == machine.id else None

    def _settle(self, machine: Machine) -> None:
        view = self.client.whole(machine)
        tasks = {task["key"]: task for task in view["tasks"]}
        self._adopt(machine, tasks)
        self._settle_rotation(machine, view)
        mine = {key for key, vm in self.client.started.items() if vm == machine.id}
        assert mine <= tasks.keys(), ("lost", mine - tasks.keys())
        spent = [tasks[key]["state"] for key in mine & set(self.client.spent)]
        assert all(state == "done" for state in spent), spent
        self._hold_against(machine, view, tasks)
        self._check_pending(machine)

    def _adopt(self, machine: Machine, tasks: dict[str, Json]) -> None:
        """Find the task that the uncertain call started, or find that there is none."""
        unknown = tasks.keys() - self.client.known
        act = self._act_on(machine)
        if act is None or act.action == "update_restore_settings":
            assert not unknown, (machine, unknown)
            return
        self.outcome = HAPPENED if unknown else DID_NOT
        if unknown:
            (key,) = unknown
            assert tasks[key]["action"] == act.action, (act, tasks[key])
            assert act.action not in CHANGES or machine.refusal_of(act.action, act.name) is None, (
                machine,
                act,
            )
            self.client.began(machine, key, act.action, act.name)

    def _settle_rotation(self, machine: Machine, view: Json) -> None:
        act = self._act_on(machine)
        if act is None or act.action != "update_restore_settings":
            return
        before, after = act.settings
        shown = view["settings"]["snapshot"]
        found = (shown["enable_rotation"], shown["exclude_rotation"])
        assert found in (before, after), (act, found)
        machine.rotation, machine.excluded = found
        if before != after:
            self.outcome = HAPPENED if found == after else DID_NOT

    def _hold_against(self, machine: Machine, view: Json, tasks: dict[str, Json]) -> None:
        """Compare everything. A pending task must have had none of its effect, or all of it."""
        if machine.pending is None or tasks[machine.pending.key]["state"] == "running":
            machine.must_be(view)
        else:
            assert tasks[machine.pending.key]["state"] == "done", (machine, tasks[machine.pending.key])
            machine.afterwards().must_be(view)

    def _check_pending(self, machine: Machine) -> None:
        if machine.pending is None:
            return
        if self._spent_already(machine.pending.key):
            self.client.ended(machine)

    def _check_reads(self) -> None:
        for key in list(self.client.reads):
            if self._spent_already(key):
                self.client.reads.remove(key)

    def _spent_already(self, key: str) -> bool:
        """Check a key whose OK was not seen. Only the uncertain call may have received the OK."""
        result = self.client.check(key)
        uncertain = self.act is not None and self.act == Act("check", key)
        assert result in {"OK", "Not ready"} or (uncertain and result == "key_spent"), (key, result)
        if uncertain:
            self.outcome = HAPPENED if result == "key_spent" else DID_NOT
        return result in {"OK", "key_spent"}

    def _check_spent_keys(self) -> None:
        for key in self.client.spent[-self.recent :]:
            again = self.client.check(key)
            assert again == "key_spent", (key, again)

    def _check_tokens(self) -> None:
        if self.act is not None and self.act.action == "logout":
            token = str(self.act.about)
            self.client.tokens.remove(token)
            alive = self._is_good(token)
            self.outcome = DID_NOT if alive else HAPPENED
            (self.client.tokens if alive else self.client.dead_tokens).append(token)
        for token in self.client.tokens[-self.recent :]:
            assert self._is_good(token), ("lost", token)
        for token in self.client.dead_tokens[-self.recent :]:
            assert not self._is_good(token), ("lives again", token)

    def _is_good(self, token: str) -> bool:
        return self.client.call(Act("info", token), "auth", token=token).reason is None
