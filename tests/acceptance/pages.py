"""Examples from the documentation, run as written."""

import re
import subprocess
from pathlib import Path

from tests.support.processes import DEADLINE, ROOT

ADDRESS = "http://127.0.0.1:8650"
_VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d+ milliseconds with \d+ (out of \d+ )?bytes"), "<time>"),
    (re.compile(r"\d+ bytes"), "<size> bytes"),
]


def page(name: str) -> str:
    return (Path(ROOT) / name).read_text(encoding="utf-8")


def examples(text: str) -> list[tuple[str, str]]:
    """Return each command in `console` blocks, with the output below it."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    parts = "".join(blocks).split("$ ")[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def type_in(command: str, url: str) -> str:
    """Return the shell output of a command of the documentation, sent to the server at this URL."""
    run = subprocess.run(
        ["bash", "-c", command.replace(ADDRESS, url)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    return run.stdout


def without_what_varies(output: str) -> str:
    for pattern, word in _VARYING:
        output = pattern.sub(word, output)
    return output.strip()
