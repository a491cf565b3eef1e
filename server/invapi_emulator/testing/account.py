"""An account of an emulator, for a test."""

import warnings
from os import getpid
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from invapi_emulator.testing.closing import Closes
from invapi_emulator.testing.failure import ControlFailure, Json, unless_gone
from invapi_emulator.testing.made import MADE
from invapi_emulator.testing.sentences import explained, fell_short, shortfall, show_ignored

if TYPE_CHECKING:
    from invapi_emulator.testing.emulator import Emulator

_FILTERS = ("module", "action", "id", "result", "reason", "since", "until", "since_id")


class Account(Closes):
    """An account of an emulator, with its own world.

    `url` is the base URL for the client under test. `token` never expires; `api_key`, `user` and `password`
    log in. `vms` are the ids of its VMs, ascending. The same `seed` repeats a run. `began` is the time of its clock
    when it was made, reset or imported (ISO 8601, None if the server did not say). `has_drawn_seed` says that the test
    did not choose the seed. `closed` says that it was removed by `close`.
    """

    def __init__(self, emulator: "Emulator", made: Json, *, has_drawn_seed: bool = False) -> None:
        self.emulator = emulator
        self.url = emulator.url
        self.name: str = made["name"]
        self.token: str = made["token"]
        self.api_key: str = made["api_key"]
        self.user: str = made["user"]
        self.password: str = made["password"]
        self._hold(made)
        self._awaited: list[int] = []
        self._unused: list[str] = []
        self.closed = False
        self.has_drawn_seed = has_drawn_seed
        self._made_in = getpid()

    def _hold(self, made: Json) -> None:
        """Hold what the server says of the account's world."""
        self.seed: int = made["seed"]
        self.vms: list[int] = made["vms"]
        self.scenario: str | None = made.get("scenario")
        self._clock: Json = made.get("clock") or {}
        self.began: str | None = self._clock.get("now")

    def __repr__(self) -> str:
        """Return name, scenario, seed and clock, as the server last said. It is not asked: the test may have stopped it."""
        mode, now = self._clock.get("mode"), self._clock.get("now")
        clock = f"frozen at {now}" if mode == "frozen" else mode
        return f"<Account {self.name}: scenario {self.scenario}, seed {self.seed}, clock {clock}>"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        try:
            if error is not None:
                MADE.left_in_failure(self)
            unused = self.unused_faults() if error is None else []
        finally:
            self.close()
        if unused:
            raise AssertionError("\n".join(unused))

    def call(self, module: str, action: str, **fields: Any) -> Json:
        """Call an action of the imitated API, with the account's token unless `fields` has another.

        Return the answer. If the call is refused, the answer has the reason as `reason`.
        """
        __tracebackhide__ = True
        return self.emulator.call(module, {"action": action, "token": self.token} | fields)

    def check(self, key: str) -> Json:
        """Check a task by its key with `eq_callback` `check`; return the answer."""
        __tracebackhide__ = True
        return self.emulator.call("eq_callback", {"action": "check", "key": key})

    def advance(self, seconds: float | None = None, *, until: str | None = None) -> Json:
        """Move the clock by seconds, or until `idle`, a task's key or a timestamp.

        Return `now`, the `events` on the way, and the keys of `hanging` tasks.
        """
        __tracebackhide__ = True
        wanted = {"seconds": seconds, "until": until}
        body = {key: value for key, value in wanted.items() if value is not None}
        moved = self._control("POST", "/clock/advance", body)
        self._clock = self._clock | {"now": moved.get("now")}
        return moved

    def advance_until_idle(self) -> Json:
        """Move the clock forward until no task will fall due any more."""
        __tracebackhide__ = True
        return self.advance(until="idle")

    @property
    def clock(self) -> Json:
        """The present clock: mode, rate, polls and now."""
        __tracebackhide__ = True
        self._clock = self._control("GET", "/clock")
        return self._clock.copy()

    def set_clock(self, mode: str | None = None, **changes: Any) -> Json:
        """Change mode, rate, polls or now. Omitted fields do not change."""
        __tracebackhide__ = True
        changes |= {} if mode is None else {"mode": mode}
        self._clock = self._control("PUT", "/clock", changes, ("mode", "rate", "polls", "now"))
        return self._clock.copy()

    def assume(self, options: dict[str, str]) -> Json:
        """Set options of assumptions, such as `{"A-12": "no"}` (docs/reference/assumptions.md). Others do not change."""
        __tracebackhide__ = True
        changed = self._control("PUT", "/assumptions", options)
        show_ignored(changed)
        return changed

    def set_profile(self, profile: str) -> None:
        """Set the profile: `instant`, `realistic`, `slow` or `hostile`."""
        __tracebackhide__ = True
        self._control("PUT", "/profile", {"profile": profile})

    @property
    def tasks(self) -> list[Json]:
        """The tasks, in the order in which they started."""
        __tracebackhide__ = True
        tasks: list[Json] = self._control("GET", "/tasks")["tasks"]
        return tasks

    def vm(self, vm_id: int) -> Json:
        """Return a VM in full: disk, memory, lock, snapshots, settings and tasks."""
        __tracebackhide__ = True
        return self._control("GET", f"/vms/{vm_id}")

    def requests(self, **wanted: Any) -> list[Json]:
        """Return the journal, or its calls that match. Warn if older calls, which are no longer kept, may match too.

        Filters are `module`, `action`, `id`, `result`, `reason`, `since`, `until` and `since_id`.
        """
        __tracebackhide__ = True
        query = f"?{urlencode(wanted)}" if wanted else ""
        found = self._control("GET", f"/requests{query}", None, _FILTERS)
        self._warn_of(found["gone"], "and may match too: `verify` counts them, or says that it cannot")
        requests: list[Json] = found["requests"]
        return requests

    @property
    def last_request(self) -> int:
        """The id of the newest call, 0 before the first: as `since_id`, it selects the calls from now on."""
        __tracebackhide__ = True
        last: int = self._control("GET", "/requests?module=")["last_id"]
        return last

    def clear_requests(self) -> None:
        """Clear the journal: the calls so far are no longer shown, verified or in the report."""
        __tracebackhide__ = True
        self._control("DELETE", "/requests")

    def verify(self, **expected: Any) -> int:
        """Return the number of matching calls; raise AssertionError if it is not the expected number.

        Takes the filters of `requests`, and `fields`. The expected number is `count`, or `at_least`, `at_most`
        or both. The error shows the nearest misses. ControlFailure with `journal_incomplete` says that calls
        which are no longer kept may match.
        """
        __tracebackhide__ = True
        path = f"/accounts/{quote(self.name)}/requests/verify"
        try:
            answer = self.emulator.control("POST", path, expected, accept=(417,))
        except ControlFailure as failure:
            failure.suggest((*_FILTERS, "fields", "count", "at_least", "at_most"))
            raise
        if "error" in answer:
            raise AssertionError(explained(answer))
        matched: int = answer["matched"]
        return matched

    def fault(self, kind: str, *, allow_unused: bool = False, **fields: Any) -> Json:
        """Create a fault rule (docs/reference/faults.md) and return it.

        Unless `allow_unused`, `unused_faults` reports the rule if it does not fire as often as its `times`.
        """
        __tracebackhide__ = True
        rule = self._control("POST", "/faults", {"kind": kind, **fields})
        if not allow_unused:
            self._awaited.append(rule["id"])
        return rule

    @property
    def faults(self) -> list[Json]:
        """The fault rules, each with the number of times that it fired."""
        __tracebackhide__ = True
        faults: list[Json] = self._control("GET", "/faults")["faults"]
        return faults

    def report(self) -> list[Json]:
        """Return what the lint rules find in the account's calls, as in docs/how-to/report.md. Warn if older calls are no longer kept."""
        __tracebackhide__ = True
        found = self._control("GET", "/report")
        self._warn_of(found["gone"], "and were not looked at")
        findings: list[Json] = found["findings"]
        return findings

    def unused_faults(self) -> list[str]:
        """Return a message for each rule made by `fault` that did not fire as often as its `times`.

        A rule without limit must have fired once; one with a probability need not. Each rule is checked once:
        by the plugin after a test, or at the end of a `with` block, which raises AssertionError.
        """
        __tracebackhide__ = True
        self._look_at_faults()
        unused, self._unused = self._unused, []
        if self.closed:
            MADE.forget(self)
        return unused

    def allow_unused_faults(self) -> None:
        """Do not require the rules made so far to fire."""
        self._awaited.clear()
        self._unused.clear()
        if self.closed:
            MADE.forget(self)

    def reset(self, **wanted: Any) -> Json:
        """Reset the world, with another `scenario` or `seed` if given. Fault rules are removed."""
        __tracebackhide__ = True
        self._look_at_faults()
        made = self._control("POST", "/reset", wanted, ("scenario", "seed"))
        self._hold(made)
        return made

    def export(self) -> Json:
        """Return the account's whole world, in the form that `import_` and scenario files take."""
        __tracebackhide__ = True
        return self._control("GET", "/state")

    def import_(self, state: Json) -> Json:
        """Replace the account's world; return the account, with replaced task keys in `keys`."""
        __tracebackhide__ = True
        self._look_at_faults()
        made = self._control("PUT", "/state", state)
        self._hold(made)
        show_ignored(made)
        return made

    def close(self) -> None:
        """Remove the account and everything in it, if it is still there.

        Further calls do nothing, and neither do those of a child after a fork.
        """
        __tracebackhide__ = True
        if not self.closed and getpid() == self._made_in:
            MADE.look_before_it_goes(self)
            with unless_gone():
                self._look_at_faults()
                self._control("DELETE", "")
            self.closed = True
            if not self._unused:
                MADE.forget(self)

    def _warn_of(self, gone: int, what: str) -> None:
        if gone:
            said = f"account {self.name}: {gone} older calls are no longer kept, {what}"
            warnings.warn(said, stacklevel=3)

    def _look_at_faults(self) -> None:
        """Note the rules that did not fire as often as their `times`, before they are removed."""
        __tracebackhide__ = True
        awaited, self._awaited = self._awaited, []
        rules = self.faults if awaited else []
        self._unused += [shortfall(rule) for rule in rules if rule["id"] in awaited and fell_short(rule)]

    def _control(self, method: str, path: str, body: Any = None, known: tuple[str, ...] = ()) -> Json:
        """Call the control API of the account. `known` are the fields that the body or query may have."""
        __tracebackhide__ = True
        try:
            return self.emulator.control(method, f"/accounts/{quote(self.name)}{path}", body)
        except ControlFailure as failure:
            failure.suggest(known)
            raise
