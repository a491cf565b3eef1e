"""An emulator, started here or running elsewhere."""

import json
import ssl
from collections.abc import Mapping
from contextlib import ExitStack, closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from invapi_emulator.clock import real_time
from invapi_emulator.testing.account import Account, show_ignored
from invapi_emulator.testing.closing import Closes
from invapi_emulator.testing.failure import ControlFailure, Json
from invapi_emulator.testing.serving import STARTS_WITHIN_SECONDS, ca_file, serving


class Emulator(Closes):
    """An emulator: one that is started in this process on a free port, or the running one at `url`.

    `admin_token` is what a running one wants for its control API, if it does. `ca` is a file of certificates that an
    https URL is trusted by, instead of the system's: that of `invapi-emulator ca --path`. `settings` are those of `serve`
    (docs/settings.md), for one that is started here: `Emulator(clock="auto", seed=1)`.
    """

    def __init__(
        self, url: str | None = None, *, admin_token: str = "", ca: str | None = None, **settings: Any
    ) -> None:
        for name in settings.keys() & {"host", "port", "tls_port"} if url is None else settings:
            raise TypeError(
                f"{name} means nothing here: a started one is on a free port, a running one as it is"
            )
        self._resources = ExitStack()
        self._admin_token = admin_token
        self.assumed: dict[str, str] = {}
        self.ca = ca
        if url is None:
            from invapi_emulator.settings import read_settings  # noqa: PLC0415 - only where one is started

            chosen = read_settings({"admin_token": admin_token, **settings})
            url = self._resources.enter_context(serving(chosen, real_time()))
            self.ca = ca_file(chosen) if chosen.tls else ca
        self.url = url.rstrip("/")

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
        """Make an account; what is None is the server's default. Raises ControlFailure (409, 422).

        `assume` sets options of assumptions, as `{"A-12": "no"}` (docs/fidelity.md). They override those of `assumed`,
        which holds for all accounts made here.
        """
        wanted = {
            "name": name,
            "scenario": scenario,
            "clock": clock,
            "seed": seed,
            "profile": profile,
            "assume": {**self.assumed, **(assume or {})} or None,
        }
        made = self.control(
            "POST", "/accounts", {key: value for key, value in wanted.items() if value is not None}
        )
        show_ignored(made)
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

        A status in `accept` is an answer too. Where no emulator answers `within` seconds it raises ConnectionError.
        """
        content = None if body is None else json.dumps(body)
        try:
            status, answer = self._asked(method, path, content, within)
        except (OSError, HTTPException, ValueError) as problem:
            raise ConnectionError(f"no emulator answers at {self.url}: {problem}") from None
        if status >= HTTPStatus.BAD_REQUEST and status not in accept:
            raise ControlFailure(status, answer)
        return answer

    def call(self, module: str, fields: Mapping[str, Any]) -> Json:
        """Call a module of the imitated API with these form fields; a list is an array for a name that ends with `[]`.

        Return the answer. If the call is refused, the answer has the reason as `reason`.
        """
        form = urlencode(fields, doseq=True).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response, text = self._sent("POST", f"/{module}.php", form, headers, STARTS_WITHIN_SECONDS)
        answer: Json = json.loads(text)
        reason = response.getheader("X-Emulator-Reason")
        return answer | {"reason": reason} if reason else answer

    def _asked(self, method: str, path: str, content: str | None, within: float) -> tuple[int, Json]:
        headers = {"Authorization": f"Bearer {self._admin_token}"} if self._admin_token else {}
        response, text = self._sent(method, f"/_emulator{path}", content, headers, within)
        return response.status, json.loads(text) if text else {}

    def _sent(
        self, method: str, path: str, content: str | bytes | None, headers: Mapping[str, str], within: float
    ) -> tuple[HTTPResponse, bytes]:
        target = urlsplit(self.url)
        with closing(self._connection(target.scheme, target.netloc, within)) as connection:
            connection.request(method, f"{target.path}{path}", content, headers)
            response = connection.getresponse()
            return response, response.read()

    def _connection(self, scheme: str, netloc: str, within: float) -> HTTPConnection:
        if scheme != "https":
            return HTTPConnection(netloc, timeout=within)
        return HTTPSConnection(netloc, timeout=within, context=ssl.create_default_context(cafile=self.ca))

    def close(self) -> None:
        """Stop the emulator, if it was started here."""
        self._resources.close()
