"""The scenario of `--scenario`: a built-in one, or a file. The file is read once."""

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from invapi_emulator.control_errors import Unprocessable
from invapi_emulator.errors import CannotStart
from invapi_emulator.suggestions import did_you_mean
from invapi_emulator.worlds.document_files import read_text
from invapi_emulator.worlds.documents import ENDINGS, parse
from invapi_emulator.worlds.errors import invalid
from invapi_emulator.worlds.named import SMALL_WORLD, Scenario, Scenarios
from invapi_emulator.worlds.schema import World

_NAME = re.compile("[a-zA-Z0-9_.-]{1,100}")


def known_scenarios(setting: str) -> Scenarios:
    """Return the scenarios of a server with this `--scenario`.

    Raise CannotStart with one line that names the error in the file and its place.
    """
    if not _is_file(setting):
        return Scenarios()
    found = _read(setting)
    return Scenarios({found.name: found})


def chosen_scenario(scenarios: Scenarios, setting: str) -> Scenario:
    """Return the scenario that `--scenario` names; raise CannotStart if there is none."""
    found = scenarios.find(Path(setting).stem if _is_file(setting) else setting)
    if found is None:
        known = ", ".join(scenarios.names())
        meant = did_you_mean(setting, scenarios.names())
        raise CannotStart(f"--scenario: unknown scenario {setting!r} (known: {known}){meant}")
    return found


def _is_file(setting: str) -> bool:
    return "/" in setting or setting.endswith(ENDINGS)


def _read(setting: str) -> Scenario:
    name = Path(setting).stem
    if _NAME.fullmatch(name) is None:
        accepted = "the file name without its suffix must be 1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`"
        raise CannotStart(f"--scenario: {setting!r}: {accepted}")
    try:
        text = read_text(setting)
        return Scenario(name, _world(parse(text)), len(text) > SMALL_WORLD)
    except OSError as problem:
        raise CannotStart(f"--scenario: '{setting}': {problem.strerror}") from None
    except RecursionError:
        raise CannotStart(f"--scenario: '{setting}': too many levels") from None
    except (ValueError, Unprocessable) as problem:
        raise CannotStart(f"--scenario: '{setting}': {problem}") from None


def _world(parsed: Any) -> World:
    try:
        return World.model_validate(parsed)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise invalid(first, first["loc"], World, "the world") from None
