"""5: sessions. The checks that log in need an API key, and log out again."""

from invapi_conformance.answers import INVALID_TOKEN, Answer
from invapi_conformance.patterns import COUNT, LIST, TEXT, TOKEN, Like, says
from invapi_conformance.probe import NEVER_A_TOKEN, Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, first_difference, refused

TTL = 600
IN_2001 = 1_000_000_000
EPOCH = Like("seconds since 1970", lambda value: COUNT.fits(value) and float(value) > IN_2001)
SESSION = {
    "token": TOKEN, "role": TEXT, "role_type": TEXT, "role_name": TEXT, "permissions": LIST, "servers": [COUNT],
    "email": TEXT, "customer_id": Like("anything", lambda _: True), "verified": Like("boolean", lambda value: isinstance(value, bool)),
}  # fmt: skip


def logged_in(probe: Probe) -> Answer:
    answer = probe.send("auth", {"action": "login", "key": probe.access.api_key, "ttl": TTL})
    if answer.is_failure:
        raise CannotTell(f"auth/login was refused: {answer.message}")
    return answer


def _token_of(answer: Answer) -> str:
    token = answer.field("result", "token")
    if not isinstance(token, str) or not token:
        raise CannotTell("auth/login answered no token")
    return token


def _logged_out(probe: Probe, answer: Answer) -> Answer:
    return probe.call("auth", "logout", token=_token_of(answer))


@check("5.2", "documented", "info describes the token")
def info_tells_of_the_token(probe: Probe) -> Finding:
    return answered(probe.call("auth", "info"), {"result": SESSION | {"token": TEXT}}, "another body")


@check(
    "5.1",
    "documented",
    "login answers a token of 32 hex digits, the role and the servers",
    needs=("api-key",),
)
def login_answers_a_session(probe: Probe) -> Finding:
    answer = logged_in(probe)
    _logged_out(probe, answer)
    return answered(answer, {"result": SESSION}, "another body")


@check("5.1", "documented", "login tells when the token expires, in seconds since 1970", needs=("api-key",))
def login_tells_the_end(probe: Probe) -> Finding:
    answer = logged_in(probe)
    _logged_out(probe, answer)
    return answered(answer, {"result": {"token_expire": EPOCH}}, "token_expire is missing or in another form")


@check("5.2", "documented", "the token of a login is good, until it is logged out", needs=("api-key",))
def logout_ends_the_token(probe: Probe) -> Finding:
    answer = logged_in(probe)
    token = _token_of(answer)
    good = answered(probe.call("eq", "list", token=token), {"result": "OK"}, "a new token is refused")
    out = answered(_logged_out(probe, answer), {"result": "OK"}, "unexpected answer to logout")
    dead = answered(
        probe.call("eq", "list", token=token),
        {"code": INVALID_TOKEN},
        "the token is still good after the logout",
    )
    return first_difference(good, out, dead)


@check("5.2", "documented", "a wrong API key is refused, Invalid API key", needs=("api-key",))
def a_wrong_api_key_is_refused(probe: Probe) -> Finding:
    answer = probe.send("auth", {"action": "login", "key": NEVER_A_TOKEN})
    return refused(
        answer, "it was accepted, or refused with another message", message=says("invalid api key")
    )
