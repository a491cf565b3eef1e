"""`--record DIR`: requests and answers, one file for each exchange."""

import json
from pathlib import Path
from typing import Any

from invapi_conformance.answers import Answer
from invapi_conformance.facts import CouldNotRun
from invapi_conformance.references import References
from invapi_conformance.requests import Request
from invapi_emulator.json_escapes import escaped_json


class Recorder:
    """Writes exchanges as they happen. A repetition of the last one, as polls are, is not written.

    A failure to write ends the recording, not the run: the VM must end up as it was found. `problem` is its reason.
    """

    def __init__(self, folder: Path, references: References) -> None:
        self._folder = folder
        self._references = references
        self._last: dict[str, Any] | None = None
        self._count = 0
        self.problem: str | None = None

    def __call__(self, request: Request, answer: Answer) -> None:
        exchange = {"request": self._asked(request), "answer": self._answered(request, answer)}
        if exchange == self._last or self.problem is not None:
            return
        self._last = exchange
        self._count += 1
        name = f"{self._count:03}-{request.module}-{request.action or request.method}.json"
        text = escaped_json(json.dumps(exchange, indent=2, ensure_ascii=False))
        try:
            (self._folder / name).write_text(f"{text}\n", encoding="utf-8")
        except OSError as problem:
            self.problem = (
                f"--record: {self._folder / name}: {problem.strerror}; later answers are not recorded"
            )

    def _asked(self, request: Request) -> dict[str, Any]:
        fields: dict[str, Any] = {
            name: list(value) if not isinstance(value, str | int) else str(value)
            for name, value in request.fields.items()
        }
        more = {
            "path": request.path,
            "placed": request.placed if request.placed != "body" else "",
            "query": request.query,
            "headers": dict(request.headers),
            "raw": "" if request.raw is None else request.raw.decode("ascii", "replace"),
        }
        return {
            "method": request.method,
            "module": request.module,
            "fields": self._references.value(fields, secret_key=request.module == "auth"),
        } | {name: value for name, value in more.items() if value}

    def _answered(self, request: Request, answer: Answer) -> dict[str, Any]:
        body = answer.text if answer.body is None else answer.body
        return {
            "status": answer.status,
            "content_type": answer.headers.get("content-type"),
            "body": self._references.value(body, secret_key=request.module == "auth"),
        }


def empty_folder(name: str) -> Path:
    """Create the folder, or use one without recordings. Raises CouldNotRun otherwise."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob("*.json")):
            raise CouldNotRun(f"--record: {name} already has recordings: choose another folder")
    except OSError as problem:
        raise CouldNotRun(f"--record: {name}: {problem.strerror}") from None
    return folder
