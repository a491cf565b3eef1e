"""The README's examples, typed as they stand, print what stands below them."""

import re
import subprocess
from pathlib import Path

import pytest
from processes import DEADLINE, served

pytestmark = pytest.mark.acceptance
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8650"
KEY = re.compile(r'"callback":"([a-z0-9]{32})"')
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d+ bytes"), "<size> bytes"),
]


def examples() -> list[tuple[str, str]]:
    """Return each command of the README with the output that stands below it."""
    blocks = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    parts = "".join(blocks).split("$ ")[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def without_what_varies(output: str) -> str:
    for pattern, word in VARYING:
        output = pattern.sub(word, output)
    return output


def test_every_example_prints_what_the_readme_says() -> None:
    keys: dict[str, str] = {}

    def with_todays_keys(text: str) -> str:
        for printed, real in keys.items():
            text = text.replace(printed, real)
        return text

    assert len(examples()) > 5
    with served() as server:
        for command, output in examples():
            typed = with_todays_keys(command).replace(ADDRESS, server.url)
            run = subprocess.run(
                ["bash", "-c", typed], capture_output=True, text=True, timeout=DEADLINE, check=True
            )
            keys.update(zip(KEY.findall(output), KEY.findall(run.stdout), strict=True))
            assert without_what_varies(run.stdout.strip()) == without_what_varies(
                with_todays_keys(output).strip()
            )


def test_the_reset_works_as_printed() -> None:
    (command,) = re.findall(r"`(curl -s -X POST [^`]+/reset)`", README)
    with served() as server:
        typed = command.replace(ADDRESS, server.url)
        run = subprocess.run(
            ["bash", "-c", typed], capture_output=True, text=True, timeout=DEADLINE, check=True
        )
    assert '"name":"demo"' in run.stdout
