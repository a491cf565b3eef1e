"""Dockerfile and docker-compose.yml name what exists; no test here has a Docker engine."""

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from invapi_emulator.cli import commands
from invapi_emulator.remote import DEFAULT_URL
from invapi_emulator.settings import Settings, read_settings
from recipe_pages import ROOT, files_in

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PORT = Settings.model_fields["port"].default
COMPOSE = {
    "docker-compose.yml": (ROOT / "docker-compose.yml").read_text(encoding="utf-8"),
    "docs/recipes/compose.md": files_in("compose.md")["docker-compose.yml"],
}


def instructions(word: str) -> list[str]:
    return re.findall(rf"^\s*{word} (.+)$", DOCKERFILE, re.MULTILINE)


def emulator_in(compose: str) -> Any:
    return yaml.safe_load(COMPOSE[compose])["services"]["invapi"]


def copied() -> list[str]:
    """Return what the Dockerfile copies out of the repository."""
    return [name for line in instructions("COPY") for name in line.split()[:-1]]


def test_what_is_copied_exists_and_nothing_else_is_handed_to_the_build() -> None:
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(allowed) == set(copied())


def test_its_variables_are_settings_and_let_others_in() -> None:
    variables = dict(line.split("=", 1) for line in instructions("ENV"))
    settings = read_settings(
        {name.removeprefix("INVAPI_EMULATOR_").lower(): value for name, value in variables.items()}
    )
    assert (settings.host, settings.allowed_hosts) == ("0.0.0.0", ("*",))


def test_it_serves_on_the_default_port_as_somebody_who_is_not_root() -> None:
    assert instructions("EXPOSE") == [str(PORT)]
    assert instructions("USER") == ["emulator"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (entry,) = json.loads(instructions("ENTRYPOINT")[0])
    assert entry in project["scripts"]
    assert json.loads(instructions("CMD")[-1]) == ["serve"]


@pytest.mark.parametrize("compose", COMPOSE)
def test_every_healthcheck_is_the_one_there_is(compose: str) -> None:
    command, *words = emulator_in(compose)["healthcheck"]["test"]
    assert command == "CMD"
    assert words == json.loads(instructions("CMD")[0])
    assert words == ["invapi-emulator", "healthcheck", "--url", DEFAULT_URL]


@pytest.mark.parametrize("compose", COMPOSE)
def test_compose_gives_the_emulator_a_command_it_knows(compose: str) -> None:
    command, *words = emulator_in(compose)["command"]
    commands.commands[command].make_context(command, list(words))
    assert emulator_in(compose).get("ports", ["127.0.0.1:8650:8650"]) == [f"127.0.0.1:{PORT}:{PORT}"]


def test_a_program_beside_it_waits_until_it_is_healthy() -> None:
    app = yaml.safe_load(COMPOSE["docs/recipes/compose.md"])["services"]["app"]
    assert app["depends_on"] == {"invapi": {"condition": "service_healthy"}}
    assert app["environment"]["HOSTKEY_API_URL"] == f"http://invapi:{PORT}"
