"""Dockerfile and docker-compose.yml name things that exist. tests/image builds and runs them."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from invapi_emulator import __version__
from invapi_emulator.cli.main import subcommand
from invapi_emulator.process.extras import EXTRAS
from invapi_emulator.settings import Settings
from invapi_emulator.settings_sources import read_settings
from tests.support.recipe_pages import ROOT, files_in

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PORT = Settings.model_fields["port"].default
COMPOSE = {
    "docker-compose.yml": (ROOT / "docker-compose.yml").read_text(encoding="utf-8"),
    "docs/how-to/recipes/compose.md": files_in("compose.md")["docker-compose.yml"],
}


def instructions(word: str) -> list[str]:
    return re.findall(rf"^\s*{word} (.+)$", DOCKERFILE, re.MULTILINE)


def emulator_in(compose: str) -> Any:
    return yaml.safe_load(COMPOSE[compose])["services"]["emulator"]


def copied() -> list[str]:
    """Return the files that the Dockerfile copies from the repository."""
    from_here = [line for line in instructions("COPY") if not line.startswith("--from")]
    return [name for line in from_here for name in line.split()[:-1]]


def test_copied_files_exist_and_no_others_are_sent_to_the_build() -> None:
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(allowed) == set(copied())


def test_its_variables_are_settings_and_allow_access_from_outside() -> None:
    variables = dict(line.split("=", 1) for line in instructions("ENV") if line.startswith("INVAPI_"))
    settings = read_settings(
        {name.removeprefix("INVAPI_EMULATOR_").lower(): value for name, value in variables.items()}
    )
    assert (settings.host, settings.allowed_hosts) == ("0.0.0.0", ("*",))


def test_it_installs_every_extra_that_the_server_can_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"]) - {"dev", "async"}  # for the tests of a client
    (installed,) = re.findall(r"'/source\[(.+)\]'", DOCKERFILE)
    assert set(installed.split(",")) == extras == set(EXTRAS.values())


def test_it_serves_on_the_default_port_as_a_numeric_user_other_than_root() -> None:
    assert instructions("EXPOSE") == [str(PORT)]
    user, group = map(int, instructions("USER")[-1].split(":"))
    assert min(user, group) > 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (entry,) = json.loads(instructions("ENTRYPOINT")[0])
    assert entry in project["scripts"]
    assert json.loads(instructions("CMD")[-1]) == ["serve"]


def test_its_label_has_the_present_version() -> None:
    assert instructions("ARG") == [f"VERSION={__version__}"]
    assert "MIT" in re.findall(r'image\.licenses="(.+)"', DOCKERFILE)


def test_all_stages_have_one_base() -> None:
    base, *others = instructions("FROM")
    assert re.fullmatch(r"python:[\d.]+-slim AS base", base)
    assert [line.split()[0] for line in others] == ["base", "base"]


@pytest.mark.parametrize("compose", COMPOSE)
def test_every_healthcheck_is_the_healthcheck_command(compose: str) -> None:
    in_image = re.findall(r"^HEALTHCHECK .*CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert [json.loads(words) for words in in_image] == [["invapi-emulator", "healthcheck"]]
    assert emulator_in(compose)["healthcheck"]["test"] == ["CMD", "invapi-emulator", "healthcheck"]


@pytest.mark.parametrize("compose", COMPOSE)
def test_compose_gives_the_emulator_a_known_command(compose: str) -> None:
    command, *words = emulator_in(compose)["command"]
    subcommand(command).make_context(command, list(words))
    assert emulator_in(compose).get("ports", ["127.0.0.1:8650:8650"]) == [f"127.0.0.1:{PORT}:{PORT}"]


def test_compose_files_follow_the_specification(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yml" for number in range(len(COMPOSE))]
    for file, text in zip(files, COMPOSE.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    command += map(str, files)
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stdout


def test_compose_keeps_the_worlds_and_makes_everything_else_read_only() -> None:
    service = emulator_in("docker-compose.yml")
    assert service["volumes"] == ["worlds:/data"]
    assert service["command"] == ["serve", "--db", "/data/worlds.db"]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    assert instructions("VOLUME") == instructions("WORKDIR") == ["/data"]
    assert "worlds" in yaml.safe_load(COMPOSE["docker-compose.yml"])["volumes"]


def test_compose_answers_its_neighbours_and_no_foreign_name() -> None:
    variables = emulator_in("docker-compose.yml")["environment"]
    hosts = re.fullmatch(
        r"\$\{INVAPI_EMULATOR_ALLOWED_HOSTS:-(.+)\}", variables["INVAPI_EMULATOR_ALLOWED_HOSTS"]
    )
    assert hosts is not None
    assert read_settings({"allowed_hosts": hosts[1]}).allowed_hosts == ("emulator",)


def test_a_program_next_to_it_waits_until_it_is_healthy() -> None:
    app = yaml.safe_load(COMPOSE["docs/how-to/recipes/compose.md"])["services"]["app"]
    assert app["depends_on"] == {"emulator": {"condition": "service_healthy"}}
    assert app["environment"]["HOSTKEY_API_URL"] == f"http://emulator:{PORT}"


def services_of_profile() -> Any:
    services = yaml.safe_load(COMPOSE["docker-compose.yml"])["services"]
    return {name: service for name, service in services.items() if service.get("profiles") == ["postgres"]}


def test_without_a_profile_compose_starts_the_emulator_alone() -> None:
    services = yaml.safe_load(COMPOSE["docker-compose.yml"])["services"]
    assert services.keys() - services_of_profile().keys() == {"emulator"}


def test_the_balancer_of_the_profile_knows_its_three_servers() -> None:
    services = services_of_profile()
    balancer, configuration = services.pop("balancer"), (ROOT / "docker" / "nginx.conf").read_text("utf-8")
    assert balancer["volumes"] == ["./docker/nginx.conf:/etc/nginx/nginx.conf:ro"]
    assert balancer["ports"] == ["127.0.0.1:8651:8650"]
    assert re.findall(r"listen (\d+);", configuration) == [str(PORT)]
    named = re.findall(r"^\s*server (\S+):(\d+) ", configuration, re.MULTILINE)
    assert named == [(name, str(PORT)) for name in balancer["depends_on"]]
    assert services.keys() == {"postgres", *balancer["depends_on"]}


def test_the_servers_of_the_profile_share_its_database() -> None:
    services = services_of_profile()
    database = services.pop("postgres")["environment"]
    del services["balancer"]
    for service in services.values():
        settings = read_settings(
            {
                name.removeprefix("INVAPI_EMULATOR_").lower(): re.sub(r"\$\{\w+:-(\w*)\}", r"\1", value)
                for name, value in service["environment"].items()
            }
        )
        url = f"postgresql://{database['POSTGRES_USER']}:emulator@postgres/{database['POSTGRES_DB']}"
        assert (settings.db, settings.allowed_hosts) == (url, ("balancer",))
        assert "command" not in service
        assert service["healthcheck"] == emulator_in("docker-compose.yml")["healthcheck"]
        assert "ports" not in service
