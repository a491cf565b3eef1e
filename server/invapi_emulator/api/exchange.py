"""A request on its way through the steps."""

from typing import Any

from pydantic import BaseModel

from invapi_emulator.api.answer import Answer
from invapi_emulator.api.parameters import vm_id_in
from invapi_emulator.api.request import Request
from invapi_emulator.api.response_faults import seconds_of
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.fault import Reply
from invapi_emulator.errors import ApiError
from invapi_emulator.process.secret_words import is_secret


class Exchange:
    """A request and what the steps learn about it. Each field is set once (tests/unit/api/test_pipeline.py).

    `account` is the caller's, `time` its clock's time. `server_id` is the only server that its token sees. `token_refusal` says why its token or key is refused.
    `settled` is the unit's version once all due tasks have taken effect. `must_be_kept` is true if the call changed
    more than that and the journal; `has_changed` if its handler did. `task` is the key of the task that it started. `fired` lists the kinds of the fault
    rules that fired on it. `reply` says how one of them wants the `answer` delivered. `rules_asked` is true once the
    rules that act in place of a call have been asked.
    """

    __slots__ = (
        "account", "action", "answer", "call", "fired", "has_changed", "must_be_kept", "params", "reply", "request", "rules_asked",
        "server_assumed", "server_id", "settled", "task", "time", "token_refusal",
    )  # fmt: skip

    time: Instant
    params: BaseModel
    call: Call[Any]

    def __init__(
        self, request: Request, action: Action | None, assumed: Assumed, *, rules_asked: bool = False
    ) -> None:
        self.request = request
        self.action = action
        self.server_assumed = assumed
        self.rules_asked = rules_asked
        self.fired: list[str] = []
        self.token_refusal: ApiError | None = None
        self.account: Account | None = None
        self.server_id: int | None = None
        self.settled: int | None = None
        self.must_be_kept = False
        self.has_changed = False
        self.task: str | None = None
        self.reply: Reply | None = None
        self.answer: Answer | None = None

    @property
    def vm(self) -> int | None:
        """The id of the VM that the call is about, if that field is valid."""
        if self.action is not None and not self.action.id_is_vm:
            return None
        valid = None if self.action is None or self.settled is None else self.action.vm_of(self.params)
        return vm_id_in(self.request.fields) if valid is None else valid

    @property
    def called(self) -> Action:
        """The action that is called. Only calls that name one get here."""
        assert self.action is not None
        return self.action

    @property
    def assumed(self) -> Assumed:
        """The options in force: the account's, or the server's while the account is unknown."""
        return self.server_assumed if self.account is None else self.account.assumed

    @property
    def secrets(self) -> tuple[str, ...]:
        """The words to mask: the account's secrets, and the token that was sent; without an account all sent secrets.

        The server's own tokens are masked too.
        """
        hidden = self.request.hidden
        if self.account is None:
            sent = self.request.fields.items()
            secret = (value for name, value in sent if isinstance(value, str) and is_secret(name))
            return (*secret, *hidden)
        credentials, token = self.account.credentials, self.request.fields.get("token")
        own = (credentials.token, credentials.api_key, credentials.password, *hidden)
        return (*own, token) if isinstance(token, str) else own

    def duration(self, until: Instant) -> Instant:
        """Return how long the call takes in real time, including the delay of a fault."""
        held_back = 0 if self.reply is None else round(seconds_of(self.reply) * SECOND)
        return until - self.request.received_at + held_back
