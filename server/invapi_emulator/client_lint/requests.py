"""Lint rules about requests: what a client sends, when, and with which token."""

from collections.abc import Iterator, Sequence

from invapi_emulator.client_lint.rule import Line, Seen, lint_rule
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.process.secret_words import names_a_secret
from invapi_emulator.storage.hidden_fields import UNKNOWN, count_of_left_out, words_of

_LOGINS = frozenset({("auth", "login"), ("auth", "whmcslogin")})

CLOCKS_DIFFER = SECOND // 4
"""Real time before the end of a wait in which a call counts as late enough."""

SENT_EVERYWHERE = frozenset({"token"})
"""Fields that clients of the real API send with every call, also with those that need none."""


@lint_rule(
    "ignores-retry-after",
    "warning",
    "calls again before the time in Retry-After has passed",
    instead="Before the next call of any kind, wait the number of seconds in the header Retry-After. The limit is "
    "the account's, not the call's.",
)
def ignores_retry_after(seen: Seen) -> Iterator[Line]:
    for lines in seen.worlds():
        waits: list[tuple[Line, Instant]] = []
        for line in lines:
            at = line.call.received_at
            if at is not None:
                if any(at + CLOCKS_DIFFER < free_at and line.knows(refusal) for refusal, free_at in waits):
                    yield line
                waits = [wait for wait in waits if wait[1] > at]
            if line.call.retry_after and line.was_read:
                waits.append((line, line.ended_at + line.call.retry_after * SECOND))


def _unread(line: Line) -> Sequence[str]:
    """Return the fields that no handler reads, but for those that are sent everywhere, and documented ones."""
    action = ACTIONS.get((line.call.module, line.call.action or ""))
    known = SENT_EVERYWHERE if action is None else SENT_EVERYWHERE | action.ignored.keys()
    return [name for name in line.call.unread if name not in known]


@lint_rule(
    "unread-fields",
    "notice",
    "sends fields that no handler reads",
    instead="Remove them, or check their spelling. A misspelt field is ignored silently, and its default is used.",
    fields=_unread,
)
def unread_fields(seen: Seen) -> Iterator[Line]:
    return (line for line in seen.lines if _unread(line))


@lint_rule(
    "goes-on-with-an-expired-token",
    "error",
    "calls again with a token that has expired",
    instead="On token_expired, log in again once, and repeat the call with the new token. Every other call with the "
    "old token will be refused too.",
)
def goes_on_with_an_expired_token(seen: Seen) -> Iterator[Line]:
    for lines in seen.worlds():
        logins = [line for line in lines if (line.call.module, line.call.action) in _LOGINS]
        told: dict[str, Line] = {}
        for line in lines:
            if line.call.module == "auth" and line.call.result == "ok":
                told.clear()
            token = _token_of(line)
            if token is None or line.call.module == "auth":
                continue  # a logout may come after the end
            if line.call.reason == "token_expired" or "expired_token" in line.faults:
                if token in told and line.knows(told[token]) and not _is_during_any(line, logins):
                    yield line
                elif line.was_read:
                    told.setdefault(token, line)
            elif line.call.result == "ok":
                told.pop(token, None)  # it is valid again


def _token_of(line: Line) -> str | None:
    """Return a word for the token of a call, None if the call has none that is read, or that can be compared."""
    (token,) = words_of(line.call, ["token"])
    is_unknown = token is None or token.startswith(UNKNOWN) or "token" in line.call.unread
    return None if is_unknown else token


def _is_during_any(line: Line, logins: Sequence[Line]) -> bool:
    """Return whether a call came while a login was under way: another part of the client may be making it."""
    at = line.call.received_at
    return at is not None and any((login.call.received_at or 0) <= at <= login.ended_at for login in logins)


def _secrets(line: Line) -> Sequence[str]:
    """Return the fields of the query that hold a secret. The task key of a check is not one.

    Secrets come first in the journal. If it has no other names, those that it left out may be secrets too.
    """
    names = line.call.in_query or ()
    found = [name for name in names if names_a_secret(name) or (name.lower() == "key" and line.key is None)]
    has_only_secrets = len(found) == len(names) - 1 and count_of_left_out(names[-1])
    return names if has_only_secrets else found


@lint_rule(
    "secrets-in-the-query",
    "error",
    "puts a secret into the query string",
    instead="Send it in the body of a POST. Every server and proxy on the way may log the query.",
    fields=_secrets,
)
def secrets_in_the_query(seen: Seen) -> Iterator[Line]:
    return (line for line in seen.lines if _secrets(line))
