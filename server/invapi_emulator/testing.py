"""For Python suites: an emulator in the same process or elsewhere, and accounts on it.

with Emulator() as emulator, emulator.account(scenario="one-vm") as account:
client = MyClient(base_url=account.url, token=account.token)
client.start_backup(account.vms[0])
account.advance_until_idle()
account.verify(action="create_snapshot", count=1)
"""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from invapi_emulator.clock import RealTime, real_time

STARTS_WITHIN_SECONDS = 60

Json = dict[str, Any]


class ControlFailure(Exception):
    """The control API refused: `status` and the `error` it answered, with `reason`, `message` and `field`."""

    def __init__(self, status: int, answer: Json) -> None:
        self.status = status
        self.answer = answer
        error = answer.get("error", {})
        # A string is a module's answer: the URL leads to a path where no control API is.
        said = error if isinstance(error, str) else f"{error.get('reason')}: {error.get('message')}"
        super().__init__(f"{status} {said}")


class _Closes:
    """What is closed when the block it was opened for is left."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError


class Emulator(_Closes):
    """An emulator: one that is started in this process on a free port, or the running one at `url`.

    `admin_token` is what a running one wants for its control API, if it does. `settings` are those of `serve`
    (docs/settings.md), for one that is started here: `Emulator(clock="auto", seed=1)`.
    """

    def __init__(self, url: str | None = None, *, admin_token: str = "", **settings: Any) -> None:
        for name in settings.keys() & {"host", "port"} if url is None else settings:
            raise TypeError(
                f"{name} means nothing here: a started one is on a free port, a running one as it is"
            )
        self._resources = ExitStack()
        self._admin_token = admin_token
        if url is None:
            from invapi_emulator.settings import read_settings  # noqa: PLC0415 - only where one is started

            chosen = read_settings({"admin_token": admin_token, **settings})
            url = self._resources.enter_context(serving(chosen, real_time()))
        self.url = url.rstrip("/")

    def account(
        self,
        *,
        name: str | None = None,
        scenario: str | None = None,
        clock: str | Json | None = "frozen",
        seed: int | None = None,
    ) -> "Account":
        """Make an account; what is None is the server's default. Raises ControlFailure (409, 422)."""
        wanted = {"name": name, "scenario": scenario, "clock": clock, "seed": seed}
        made = self.control(
            "POST", "/accounts", {key: value for key, value in wanted.items() if value is not None}
        )
        return Account(self, made)

    def control(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        accept: tuple[int, ...] = (),
        within: float = STARTS_WITHIN_SECONDS,
    ) -> Json:
        """Call the control API at `/_emulator<path>`; raises ControlFailure for a status of 400 or more.

        A status in `accept` is an answer too. A server silent for `within` seconds is a TimeoutError.
        """
        target = urlsplit(self.url)
        connect = HTTPSConnection if target.scheme == "https" else HTTPConnection
        connection = connect(target.netloc, timeout=within)
        try:
            headers = {"Authorization": f"Bearer {self._admin_token}"} if self._admin_token else {}
            content = None if body is None else json.dumps(body)
            connection.request(method, f"{target.path}/_emulator{path}", content, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        answer: Json = json.loads(text) if text else {}
        if response.status >= 400 and response.status not in accept:  # noqa: PLR2004
            raise ControlFailure(response.status, answer)
        return answer

    def close(self) -> None:
        """Stop the emulator, if it was started here."""
        self._resources.close()


class Account(_Closes):
    """An account of an emulator: a world of its own.

    `url` is the base URL for the client under test; `token` never expires; `api_key`, `user` and `password` log
    in; `vms` are the ids, ascending; `seed` repeats the run.
    """

    def __init__(self, emulator: Emulator, made: Json) -> None:
        self.emulator = emulator
        self.url = emulator.url
        self.name: str = made["name"]
        self.token: str = made["token"]
        self.api_key: str = made["api_key"]
        self.user: str = made["user"]
        self.password: str = made["password"]
        self.seed: int = made["seed"]
        self.vms: list[int] = made["vms"]
        self._awaited: list[int] = []

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            unused = self.unused_faults() if error is None else []
        finally:
            self.close()
        if unused:
            raise AssertionError("\n".join(unused))

    def advance(self, seconds: float | None = None, *, until: str | None = None) -> Json:
        """Move the clock by seconds, or until `idle`, a task's key or a timestamp; return now, events, hanging."""
        wanted = {"seconds": seconds, "until": until}
        body = {key: value for key, value in wanted.items() if value is not None}
        return self._control("POST", "/clock/advance", body)

    def advance_until_idle(self) -> Json:
        """Move the clock to where nothing is left that will fall due."""
        return self.advance(until="idle")

    @property
    def clock(self) -> Json:
        """The clock as it is: mode, rate, polls, now."""
        return self._control("GET", "/clock")

    def set_clock(self, **changes: Any) -> Json:
        """Change mode, rate, polls or now; what is left out goes on as it was."""
        return self._control("PUT", "/clock", changes)

    @property
    def tasks(self) -> list[Json]:
        """The tasks, in the order they were started."""
        tasks: list[Json] = self._control("GET", "/tasks")["tasks"]
        return tasks

    def vm(self, vm_id: int) -> Json:
        """Return a VM whole: disk, memory, lock, snapshots, settings, tasks."""
        return self._control("GET", f"/vms/{vm_id}")

    def requests(self, **wanted: Any) -> list[Json]:
        """Return the journal, or what of it these let through: module, action, id, result, reason, since, until."""
        query = f"?{urlencode(wanted)}" if wanted else ""
        requests: list[Json] = self._control("GET", f"/requests{query}")["requests"]
        return requests

    def verify(self, **expected: Any) -> int:
        """Return how many calls were made as described, if that is as many as expected.

        Takes what `requests` takes, `fields`, and `count`, `at_least` or `at_most`. Raises AssertionError with the
        nearest misses.
        """
        path = f"/accounts/{quote(self.name)}/requests/verify"
        answer = self.emulator.control("POST", path, expected, accept=(417,))
        if "error" in answer:
            raise AssertionError(_explained(answer))
        matched: int = answer["matched"]
        return matched

    def fault(self, kind: str, *, allow_unused: bool = False, **fields: Any) -> Json:
        """Order a failure (docs/faults.md), and return the rule.

        `unused_faults` complains if it does not fire as often as it says, unless that is allowed.
        """
        rule = self._control("POST", "/faults", {"kind": kind, **fields})
        if not allow_unused:
            self._awaited.append(rule["id"])
        return rule

    @property
    def faults(self) -> list[Json]:
        """The rules, each with how often it fired."""
        faults: list[Json] = self._control("GET", "/faults")["faults"]
        return faults

    def unused_faults(self) -> list[str]:
        """Return a complaint for each rule made by `fault` that did not fire as often as it said.

        One for always must have fired once, one with a probability need not. Each rule is looked at once: by the
        plugin after a test, or at the end of a `with` block, which raises AssertionError.
        """
        awaited, self._awaited = self._awaited, []
        rules = self.faults if awaited else []
        return [_shortfall(rule) for rule in rules if rule["id"] in awaited and _fell_short(rule)]

    def allow_unused_faults(self) -> None:
        """Let the rules made so far fire or not."""
        self._awaited.clear()

    def reset(self, **wanted: Any) -> None:
        """Start the world again, with another `scenario` or `seed` if these are given."""
        made = self._control("POST", "/reset", wanted)
        self.seed, self.vms = made["seed"], made["vms"]
        self._awaited.clear()

    def export(self) -> Json:
        """Return the account's world, whole: what `import_` takes, and scenario files hold."""
        return self._control("GET", "/state")

    def import_(self, state: Json) -> Json:
        """Put a world in the place of the account's; return the account, and in `keys` those issued anew."""
        made = self._control("PUT", "/state", state)
        self.seed, self.vms = made["seed"], made["vms"]
        return made

    def close(self) -> None:
        """Remove the account with all it holds."""
        self._control("DELETE", "")

    def _control(self, method: str, path: str, body: Any = None) -> Json:
        return self.emulator.control(method, f"/accounts/{quote(self.name)}{path}", body)


def _fell_short(rule: Json) -> bool:
    return bool(rule["probability"] == 1 and rule["fired"] < (rule["times"] or 1))


def _shortfall(rule: Json) -> str:
    wanted = "always" if rule["times"] is None else f"{rule['times']} times"
    return (
        f"fault {rule['id']} ({rule['kind']}, match {rule['match']}, skip {rule['skip']}) was to fire {wanted}, "
        f"but fired {rule['fired']} times: {rule['seen']} calls matched. allow_unused=True lets that pass."
    )


def _explained(answer: Json) -> str:
    lines = [answer["error"]["message"]]
    for miss in answer["nearest"]:
        asked = miss["request"]
        lines.append(
            f"  nearest: {asked['module']}/{asked['action']} {asked['fields']} ({', '.join(miss['differs_in'])})"
        )
    return "\n".join(lines)


@contextmanager
def serving(settings: Any, time: RealTime) -> Iterator[str]:
    """Serve in a thread of this process, on a free port, until the block is left; yields the URL."""
    from invapi_emulator.application import create_app, open_worlds  # noqa: PLC0415 - most of a second
    from invapi_emulator.http.server import server_for  # noqa: PLC0415
    from invapi_emulator.lifecycle import Lifecycle  # noqa: PLC0415
    from invapi_emulator.scenarios.files import known_scenarios  # noqa: PLC0415

    lifecycle, ready = Lifecycle(), threading.Event()
    scenarios = known_scenarios(settings.scenario)
    database = open_worlds(settings, time, scenarios)
    application = create_app(settings, database, lifecycle, scenarios)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = server_for(application, lifecycle, ready.set)
        arguments = {"sockets": [listening]}
        thread = threading.Thread(target=server.run, kwargs=arguments, name="invapi-emulator", daemon=True)
        thread.start()
        try:
            if not ready.wait(STARTS_WITHIN_SECONDS):
                raise TimeoutError(f"the emulator did not start within {STARTS_WITHIN_SECONDS} seconds")
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()
