"""Every name in the recipes is one that exists."""

import re

import pytest
import yaml

from invapi_emulator.cli.main import subcommand
from invapi_emulator.settings import ENVIRONMENT_PREFIX, Settings
from tests.support.recipe_pages import FOLDER, PAGES, blocks, files_in, text_of

NO_SETTINGS_OF_THE_SERVER = {"INVAPI_EMULATOR_URL"}
VARIABLES = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_exists(page: str) -> None:
    named = set(re.findall(rf"{ENVIRONMENT_PREFIX}[A-Z_]+", text_of(page)))
    assert named <= VARIABLES | NO_SETTINGS_OF_THE_SERVER


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists_with_the_flags_that_it_is_given(page: str) -> None:
    for text in files_in(page).values():
        plain = re.sub(r'[\[\],"]', "", text)
        for command, rest in re.findall(r"invapi-emulator ([a-z]+)(.*)", plain):
            known = {flag for parameter in subcommand(command).params for flag in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= known, command


@pytest.mark.parametrize("page", PAGES)
def test_every_yaml_block_can_be_read(page: str) -> None:
    for text in blocks(page, "yaml"):
        assert isinstance(yaml.safe_load(text), dict)


def test_every_page_stands_in_the_table() -> None:
    rows = re.findall(r"^\| \[(.+?)\]\((.+?)\) \|", text_of("README.md"), re.MULTILINE)
    assert [page for page, _ in rows] == [page for _, page in rows]
    assert sorted(page for page, _ in rows) == sorted(set(PAGES) - {"README.md"})
    assert all((FOLDER / page).exists() for page, _ in rows)
