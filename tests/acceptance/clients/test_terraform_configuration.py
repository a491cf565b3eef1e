"""The configuration on the page of the Terraform provider, with its calls played by a Go program."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from invapi_emulator.settings import Settings
from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, orders
from tests.acceptance.clients.terraform_state import created, planned
from tests.support.processes import DEADLINE
from tests.support.recipe_pages import files_in

pytestmark = pytest.mark.acceptance

MAIN = files_in("terraform.md")["main.tf"]


def value_of(name: str) -> str:
    """Return the value of an argument that the configuration gives once."""
    (value,) = re.findall(rf'^ *{name} += "?([^"\n]+)"?$', MAIN, re.MULTILINE)
    return str(value)


@pytest.fixture
def configured() -> list[str]:
    """Return the server of the configuration, as the Go program takes it."""
    names = ("hostname", "preset_name", "location_name", "os_name", "traffic_plan_name")
    fields = [f"{name}={value_of(name)}" for name in ("deploy_period", "root_pass")]
    return [*map(value_of, names), *fields, f"tag:role={value_of('role')}"]


def test_its_server_is_ordered_once_and_a_second_plan_changes_nothing(
    provider: Program, account: Account, configured: list[str]
) -> None:
    state = created(provider, *configured)
    assert (state["hostname"], state["status"], state["warnings"]) == ("web-1", "rent", None)
    assert (state["tags"], bool(state["main_ipv4"])) == ({"role": "web"}, True)
    assert planned(provider, state, configured).told["read"] == []
    assert len(orders(account)) == 1


def test_its_server_is_destroyed_at_once(provider: Program, configured: list[str]) -> None:
    created(provider, *configured)
    assert provider("destroy", "50001", value_of("cancellation_type")).told["read"] == "gone"


def test_its_address_and_key_are_those_of_an_emulator_with_its_defaults(account: Account) -> None:
    demo = account.emulator.control("GET", "/accounts/demo")
    assert value_of("api_key") == demo["api_key"]
    settings = Settings()
    assert value_of("base_url") == f"http://{settings.host}:{settings.port}/"


@pytest.mark.skipif(shutil.which("terraform") is None, reason="Debian has no package of Terraform")
def test_terraform_reads_it_and_would_format_it_the_same(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MAIN, encoding="utf-8")
    ended = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "main.tf"],  # needs no provider and no network
        cwd=tmp_path, env=os.environ | {"CHECKPOINT_DISABLE": "1"}, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
