"""The calls of a journal as a person reads them: what was asked, what was answered, and repeats in one line."""

from dataclasses import dataclass
from json import JSONDecoder
from typing import Any

from invapi_emulator.domain.instants import EARLIEST, SECOND, Instant, parse_iso
from invapi_emulator.process.logs import escaped
from invapi_emulator.testing.failure import Json
from invapi_emulator.testing.told_answers import held, unread

CHECK = ("eq_callback", "check")

_KEY_SHOWN = 8
_TEXT_SHOWN = 160
_HIDDEN = frozenset({"action", "token"})
_decode = JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a test: on the account's clock and in real time, in microseconds. None if it is not known."""

    clock: Instant | None
    real: Instant | None

    def since(self, at: str | None, received_at: str | None) -> str:
        """Return both times of a call in seconds since the start, such as `+90 s / +0.12 s`."""
        return f"{_offset(at, self.clock, 3)} / {_offset(received_at, self.real, 2)}"

    def on_clock(self, at: str | None) -> str:
        return _offset(at, self.clock, 3)


@dataclass(slots=True)
class Line:
    """A line of the story: what it says, how often, and the times of its first and last call."""

    first: str
    text: str
    last: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.first}  {self.text}" + (
            f" \N{MULTIPLICATION SIGN}{self.count} (to {self.last})" if self.count > 1 else ""
        )


def told(requests: list[Json], start: Start) -> list[Line]:
    """Return the lines of these calls. Calls that repeat one another share a line, also when polls of several keys alternate."""
    lines: list[Line] = []
    repeated: dict[str, Line] = {}
    for request in requests:
        text, when = (
            escaped(f"{_asked(request)} -> {answered(request, start)}"),
            start.since(request["at"], request["received_at"]),
        )
        if text in repeated:
            repeated[text].count += 1
            repeated[text].last = when
            continue
        if (request["module"], request["action"]) != CHECK:
            repeated.clear()
        repeated[text] = Line(when, text, when)
        lines.append(repeated[text])
    return lines


def answered(request: Json, start: Start) -> str:
    """Return what a call was answered: the result and what it says, the fault that fired, and fields that no action read."""
    fault = f" [{request['fault']}]" if request["fault"] else ""
    return f"{_result(request, start)}{fault}{unread(request)}"


def short_key(key: str) -> str:
    return f"{key[:_KEY_SHOWN]}…" if len(key) > _KEY_SHOWN else key


def body_of(request: Json) -> Json:
    """Return the answer as an object; an empty one if it is cut, lost or something else."""
    try:
        body = _decode(request["answer"])
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _result(request: Json, start: Start) -> str:
    body = body_of(request)
    if request["result"] == "refused":
        message = body.get("message") or body.get("error") or ""
        return f"refused {request['reason']}" + (f": {_cut(_why(str(message)))}" if message else "")
    if request["status"] is None:
        started = (
            f", but it started the task with key {short_key(request['task'])}" if request["task"] else ""
        )
        return f"no answer: the connection was cut{started}"
    if (request["module"], request["action"]) == CHECK:
        return _checked(body)
    if isinstance(login := body.get("result"), dict):
        return f"OK{_until(login, start)}"
    result = f"{body.get('result', request['result'])}{held(body)}"
    return f"{result}, key {short_key(request['task'])}" if request["task"] else result


def _until(login: Json, start: Start) -> str:
    """Return when the token of a login expires; empty for another answer."""
    at = login.get("token_expire")
    if not isinstance(at, int) or start.clock is None:
        return ""
    return f", token expires {round((at * SECOND - start.clock) / SECOND):+d} s"


def _checked(body: Json) -> str:
    result = str(body.get("result", "an answer that is not JSON"))
    says = body.get("error") if result == "Fail" else body.get("scope")
    return f'{result} "{_cut(str(says))}"' if says else result


def _why(message: str) -> str:
    """Return the reason in a refusal: `failed to request snapshot creation for 12345 - ` repeats the call."""
    before, dash, after = message.partition(" - ")
    return after if dash and before.startswith("failed to ") else message


def _asked(request: Json) -> str:
    fields = [
        f"{name}={_value(name, value)}" for name, value in request["fields"].items() if name not in _HIDDEN
    ]
    return " ".join([f"{request['module']}/{request['action']}", *fields])


def _value(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    if name == "key":
        return short_key(text)
    return _cut(text if text and text.isprintable() and " " not in text else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…"


def _offset(at: str | None, start: Instant | None, digits: int) -> str:
    if at is None or start is None:
        return at or "?"
    seconds = (instant_of(at) - start) / SECOND
    return f"{round(seconds, digits):+.12g} s"


def instant_of(text: str) -> Instant:
    return parse_iso(text, EARLIEST)
