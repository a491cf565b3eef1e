"""An emulator: started in this process, or running elsewhere."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from json import dumps, loads
from os import getpid
from typing import Any
from urllib.parse import urlencode

from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.process.http_names import sendable, target_of, without_user
from invapi_emulator.process.real_sockets import connect
from invapi_emulator.process.unfrozen import unfrozen
from invapi_emulator.testing.account import Account
from invapi_emulator.testing.arguments import options_of, sendable_value
from invapi_emulator.testing.closing import Closes
from invapi_emulator.testing.failure import ControlFailure, Json
from invapi_emulator.testing.foreign import NotAnEmulator, Shape, fits, read_answer
from invapi_emulator.testing.interruptions import is_of_others
from invapi_emulator.testing.made import MADE
from invapi_emulator.testing.sentences import show_ignored
from invapi_emulator.testing.serving import STARTS_WITHIN_SECONDS, ca_file, serving_guest
from invapi_emulator.whole_answers import FAILURES, TimeLimit, whole_answer

LARGEST_WORLD = 256 * 2**20
"""Maximum number of bytes of an answer. An export is larger than the 64 MiB of a body that is imported."""

_MADE: Shape = {
    "name": str, "token": str, "api_key": str, "user": str, "password": str, "seed": int, "vms": [int],
}  # fmt: skip
_REFUSALS: tuple[Shape, ...] = ({"error": {"reason": str, "message": str}}, {"error": str})


_now = real_time()


def _seconds() -> float:
    return _now() / SECOND


class Emulator(Closes):
    """An emulator: the running one at `url`, or a new one in this process on a free port.

    `admin_token` is the admin token of its control API. For an https URL, `ca` is a file of trusted certificates
    that replaces the system's, such as that of `invapi-emulator ca --path`. `settings` are the settings of `serve`
    for a new emulator (docs/reference/settings.md): `Emulator(clock="auto", seed=1)`. Its environment variables do not count. With
    `process`, a new emulator runs in a process of its own. `is_own` says that it is a new one.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        admin_token: str = "",
        ca: str | None = None,
        process: bool = False,
        **settings: Any,
    ) -> None:
        __tracebackhide__ = True
        for name in settings.keys() & {"host", "port", "tls_port"} if url is None else settings:
            raise TypeError(
                f"unexpected setting {name!r}: a new emulator uses a free port; with url, pass no settings"
            )
        self._made_in = getpid()
        self.is_own = url is None
        self._resources = ExitStack()
        self.assumed: dict[str, str] = {}
        self.ca = ca
        self._about = ""
        if url is None:
            with unfrozen():
                from invapi_emulator.testing.handed import handed  # noqa: PLC0415 - only a new emulator needs it

            chosen = handed({"admin_token": admin_token, **settings})
            show_ignored({"ignored": chosen.retired and f"assume: {chosen.retired}"})
            url = self._resources.enter_context(serving_guest(chosen, process=process))
            MADE.count += 1
            self.ca = ca_file(chosen) if chosen.tls else ca
            self._about = f", scenario {chosen.scenario}, clock {chosen.clock}"
        self._admin_token = sendable(admin_token)
        self.url = url.rstrip("/")

    def __repr__(self) -> str:
        accounts = [account.name for account in MADE.accounts if account.emulator is self]
        return f"<Emulator {without_user(self.url)}{self._about}, accounts {', '.join(accounts) or 'none'}>"

    def account(
        self,
        *,
        name: str | None = None,
        scenario: str | None = None,
        clock: str | Json | None = "frozen",
        seed: int | None = None,
        profile: str | None = None,
        assume: dict[str, str] | None = None,
    ) -> Account:
        """Create an account; raise ControlFailure (409, 422). None means the server's default.

        `assume` sets options of assumptions, such as `{"A-12": "no"}` (docs/reference/assumptions.md). They override those
        of `assumed`, which apply to all accounts created here.
        """
        __tracebackhide__ = True
        wanted = {
            "name": name,
            "scenario": scenario,
            "clock": clock,
            "seed": MADE.next_seed() if seed is None else seed,
            "profile": profile,
            "assume": {**MADE.options, **self.assumed, **options_of(assume)} or None,
        }
        made = self.control(
            "POST",
            "/accounts",
            {key: sendable_value(key, value) for key, value in wanted.items() if value is not None},
            shape=_MADE,
        )
        show_ignored(made)
        account = Account(self, made, has_drawn_seed=seed is None)
        if seed is None:
            MADE.drawn.append(account.seed)
        MADE.add(account)
        return account

    def control(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        shape: Shape = dict,
        accept: tuple[int, ...] = (),
        within: float = STARTS_WITHIN_SECONDS,
    ) -> Json:
        """Call the control API at `/_emulator<path>`; raise ControlFailure for a status of 400 or more.

        A status in `accept` is not a failure. Raise ConnectionError if no emulator answers `within` seconds, or
        something else does: what does not have the `shape` of the answer.
        """
        __tracebackhide__ = True
        content = None if body is None else dumps(body)
        try:
            status, text = self._asked(method, path, content, within)
        except FAILURES as problem:
            if is_of_others(problem):
                raise
            raise ConnectionError(f"no emulator answers at {without_user(self.url)}: {problem}") from None
        if status < HTTPStatus.BAD_REQUEST or status in accept:
            return read_answer(self.url, status, text, shape)
        refusal = read_answer(self.url, status, text, dict)
        if not any(fits(refusal, known) for known in _REFUSALS):
            raise NotAnEmulator(self.url, f"{status}, {str(refusal)[:200]!r}")
        raise ControlFailure(status, refusal)

    def call(self, module: str, fields: Mapping[str, Any]) -> Json:
        """Call a module of the imitated API with these form fields.

        A list needs a name that ends with `[]`. A dict is sent as a map: `params[name]`, a list in it as `params[name][]`.

        Return the answer. If the call is refused, the answer has the reason as `reason`.
        """
        __tracebackhide__ = True
        form = urlencode(dict(form_pairs(fields)), doseq=True).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, reason, text = self._sent("POST", f"/{module}.php", form, headers, STARTS_WITHIN_SECONDS)
        answer: Json = loads(text)
        return answer | {"reason": reason} if reason else answer

    def _asked(self, method: str, path: str, content: str | None, within: float) -> tuple[int, bytes]:
        # http.client sends text as latin-1; the server reads a token as UTF-8
        token = self._admin_token.encode().decode("latin-1")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        status, _, text = self._sent(method, f"/_emulator{path}", content, headers, within)
        return status, text

    def _sent(
        self,
        method: str,
        path: str,
        content: str | bytes | None,
        headers: Mapping[str, str],
        within: float,
    ) -> tuple[int, str | None, bytes]:
        """Send a request. Return the status, the reason of a refused call, and the body."""
        __tracebackhide__ = True
        target = target_of(self.url)
        limit = TimeLimit(within, _seconds)
        with closing(self._connection(target.scheme, target.netloc, within)) as connection:
            try:
                connection.request(method, f"{target.path}{path}", content, headers)
            except (BrokenPipeError, ConnectionResetError) as cut:
                response, body = _answer_before_the_end(connection, limit, cut)
            else:
                response, body = whole_answer(connection, limit, most=LARGEST_WORLD)
            return response.status, response.getheader("X-Emulator-Reason"), body

    def _connection(self, scheme: str, netloc: str, within: float) -> HTTPConnection:
        if scheme != "https":
            connection = HTTPConnection(netloc, timeout=within)
        else:
            context = ssl.create_default_context(cafile=self.ca)
            connection = HTTPSConnection(netloc, timeout=within, context=context)
        connection.set_debuglevel(0)  # a test may set it for all connections, to see those of its client
        connection._create_connection = connect  # type: ignore[attr-defined] # noqa: SLF001 - nothing else takes one
        return connection

    def close(self) -> None:
        """Stop the emulator if it was started here. Its accounts are gone then. In a child after a fork, do nothing."""
        if getpid() != self._made_in:
            return
        for account in [account for account in MADE.accounts if account.emulator is self]:
            MADE.look_before_it_goes(account)
            MADE.forget(account)
        self._resources.close()


def form_pairs(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of a form: a map as one entry for each of its own."""
    for name, value in fields.items():
        if not isinstance(value, Mapping):
            yield name, value
            continue
        for inner, item in value.items():
            yield f"{name}[{inner}]{'[]' if isinstance(item, list | tuple) else ''}", item


def _answer_before_the_end(
    connection: HTTPConnection, limit: TimeLimit, cut: OSError
) -> tuple[HTTPResponse, bytes]:
    """Return the answer of a server that has not read the whole request, as it is too large; raise `cut` if there is none."""
    try:
        return whole_answer(connection, limit, most=LARGEST_WORLD)
    except FAILURES as problem:
        if is_of_others(problem):
            raise
        raise cut from None
