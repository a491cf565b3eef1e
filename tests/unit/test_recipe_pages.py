"""Every name in the recipes exists."""

import re

import yaml

from invapi_emulator.cli.main import COMMANDS, subcommand
from invapi_emulator.settings import Settings
from invapi_emulator.settings_sources import ENVIRONMENT_PREFIX
from tests.support.offenders import assert_none
from tests.support.recipe_pages import FOLDER, PAGES, blocks, files_in, text_of

NO_SETTINGS_OF_THE_SERVER = {"INVAPI_EMULATOR_URL"}
_VARIABLE = rf"{ENVIRONMENT_PREFIX}[A-Z_]+"
VARIABLES = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_every_variable_exists() -> None:
    named = {(page, name) for page in PAGES for name in re.findall(_VARIABLE, text_of(page))}
    known = VARIABLES | NO_SETTINGS_OF_THE_SERVER
    assert named
    unknown = sorted((page, name) for page, name in named if name not in known)
    assert_none(unknown)


def test_every_command_exists_with_its_flags() -> None:
    given = [
        (page, command, flag)
        for page in PAGES
        for text in files_in(page).values()
        for command, rest in re.findall(r"invapi-emulator ([a-z]+)(.*)", re.sub(r'[\[\],"]', "", text))
        for flag in [None, *re.findall(r"--[a-z-]+", rest)]
    ]
    known = {
        command: {None, *(flag for parameter in subcommand(command).params for flag in parameter.opts)}
        for command in {command for _, command, _ in given} & set(COMMANDS)
    }
    assert given
    unknown = [each for each in given if each[2] not in known.get(each[1], ())]
    assert_none(unknown)


def test_every_yaml_block_is_valid() -> None:
    unreadable = [page for page in PAGES if not all(map(_is_mapping, blocks(page, "yaml")))]
    assert_none(unreadable)


def _is_mapping(text: str) -> bool:
    try:
        return isinstance(yaml.safe_load(text), dict)
    except yaml.YAMLError:
        return False


def test_every_page_is_in_the_table() -> None:
    rows = re.findall(r"^\| \[.+?\]\((.+?)\) \|", text_of("README.md"), re.MULTILINE)
    assert sorted(rows) == sorted(set(PAGES) - {"README.md"})
    assert all((FOLDER / page).exists() for page in rows)


def test_every_page_tells_how_to_start_an_emulator() -> None:
    starts = re.compile(r"invapi-emulator serve|docker build|image: .*invapi-emulator")
    assert_none([page for page in PAGES if not starts.search(text_of(page))])
