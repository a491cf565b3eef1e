"""Replays recordings: makes their requests of the emulator, and compares its answers with theirs."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

from invapi_conformance.requests import Request
from invapi_emulator.testing.account import Account

Json = dict[str, Any]

SAID = frozenset({"result", "code", "module", "action", "message"})
"""Fields whose words are compared. Of other fields only the shape is."""

_REFERENCE = re.compile(r"<((?:\d+ )?[a-z ]+?)( \d+)?( as number)?>")
_KINDS = {
    "key": r"[a-z0-9]{32}",
    "date": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}


def recorded(folder: Path) -> list[Json]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


class Replay:
    """Makes the requests of a recording for an account. References become this target's values."""

    def __init__(self, account: Account, vm: int, own: str) -> None:
        self._url = account.url
        self._known = {"<vm>": str(vm), "<token>": account.token, "<api key>": account.api_key, "<own>": own}

    def differences(self, exchange: Json) -> list[str]:
        """Make the request. Return the differences from the shape of the recorded answer."""
        asked, wanted = exchange["request"], exchange["answer"]
        request = Request(
            asked["module"], self._filled(asked["fields"]), method=asked["method"], path=asked.get("path", ""),
            placed=asked.get("placed", "body"), query=self._filled(asked.get("query", "")),
            headers=asked.get("headers", {}), raw=asked["raw"].encode() if "raw" in asked else None,
        )  # fmt: skip
        content, headers = request.content()
        answer = httpx.request(request.method, self._url + request.where, content=content, headers=headers)
        body = answer.json() if answer.content else ""
        where = f"{request.module}/{request.action}"
        differing = [] if answer.status_code == wanted["status"] else [f"{where}: HTTP {answer.status_code}"]
        return differing + list(self._compared(wanted["body"], body, where))

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._filled(name): self._filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        return _REFERENCE.sub(lambda found: self._known.get(found[0], found[0]), value)

    def _compared(self, wanted: Any, seen: Any, where: str, name: str = "") -> list[str]:
        if isinstance(wanted, dict) and isinstance(seen, dict):
            return [
                difference
                for key, item in wanted.items()
                for difference in (
                    self._compared(item, seen[key], f"{where}.{key}", key)
                    if key in seen
                    else [f"{where}.{key} is missing"]
                )
            ]
        if isinstance(wanted, list) and isinstance(seen, list):
            shapes = [*wanted, *wanted[-1:] * len(seen)] if wanted else seen
            return [
                line
                for shape, item in zip(shapes, seen, strict=False)
                for line in self._compared(shape, item, f"{where}[]", name)
            ]
        if isinstance(wanted, str) and (reference := _REFERENCE.fullmatch(wanted)):
            return self._referred(reference, seen, where)
        if isinstance(wanted, str) and wanted.startswith("{") and isinstance(seen, str):
            return self._compared(json.loads(wanted), json.loads(seen), f"{where} (JSON)")
        if (
            isinstance(wanted, str)
            and isinstance(seen, str)
            and name in SAID
            and self._filled(wanted) != seen
        ):
            return [f"{where} is {seen!r}, not {self._filled(wanted)!r}"]
        return [] if type(wanted) is type(seen) else [f"{where} is {seen!r}, recorded {wanted!r}"]

    def _referred(self, reference: re.Match[str], seen: Any, where: str) -> list[str]:
        """Compare a value with that of the reference, or bind the reference to it."""
        kind, as_number = reference[1], reference[3] is not None
        if kind.endswith("numbers"):
            return [] if isinstance(seen, list) else [f"{where} is no list of numbers"]
        known = self._known.setdefault(reference[0].replace(" as number", ""), str(seen))
        if kind in {"key", "vm", "own"} and known != str(seen):
            return [f"{where} is {seen!r}, not {known!r}"]
        if as_number != isinstance(seen, int | float) or (
            kind in _KINDS and not re.fullmatch(_KINDS[kind], str(seen))
        ):
            return [f"{where} is {seen!r}, not {reference[0]}"]
        return []
