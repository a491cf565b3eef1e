"""What shells complete values with. Where there is nothing to say, or no emulator answers, they get nothing."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

import click
from click.shell_completion import CompletionItem

from invapi_emulator.cli.variables import ADMIN_TOKEN_VARIABLE, DEFAULT_URL, URL_VARIABLE

ANSWERS_WITHIN_SECONDS = 1

Words = list[str] | list[CompletionItem]


def choices(words: Iterable[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes one of some words."""
    return lambda _context, _parameter, typed: _fitting(words, typed)


def files(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Let the shell complete a file."""
    return [CompletionItem(typed, type="file")]


def folders(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Let the shell complete a folder."""
    return [CompletionItem(typed, type="dir")]


def scenarios(context: click.Context, parameter: click.Parameter, typed: str) -> Words:
    """Complete the name of a built-in scenario, or else a file."""
    from invapi_emulator.worlds.named import scenario_names  # noqa: PLC0415 - slow

    return _fitting(scenario_names(), typed) or files(context, parameter, typed)


def options_of_assumptions(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the option of an assumption: `A-12=no`."""
    from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS  # noqa: PLC0415 - slow

    words = [f"{id_}={option}" for id_, known in ASSUMPTIONS.items() for option in known.options]
    return _fitting(words, typed)


def kinds_of_faults(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the kind of a fault rule."""
    from invapi_emulator.engine.faults.kinds import FAULTS  # noqa: PLC0415 - slow

    return _fitting(FAULTS, typed)


def modules(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete a module of the imitated API."""
    return _fitting(sorted({module for module, _ in _actions()}), typed)


def actions(context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete an action, of the module that the command line names if it names one."""
    named = context.params.get("module")
    return _fitting(sorted({action for module, action in _actions() if named in (None, module)}), typed)


def reasons(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the reason of a refusal."""
    from invapi_emulator import errors  # noqa: PLC0415 - few need it

    found = {getattr(each, "reason", "") for each in vars(errors).values()}
    return _fitting(sorted(word for word in found if isinstance(word, str) and word), typed)


def _actions() -> Iterable[tuple[str, str]]:
    import invapi_emulator.actions  # noqa: F401, PLC0415 - fills the table, and is slow
    from invapi_emulator.engine.action import ACTIONS  # noqa: PLC0415 - slow

    return ACTIONS


def accounts(context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the name of an account of the running emulator that the command line or the environment names."""
    from invapi_emulator.testing import ControlFailure, Emulator  # noqa: PLC0415 - slow

    def named(option: str, variable: str) -> str:
        return str(context.params.get(option) or os.environ.get(variable) or "")

    with suppress(ControlFailure, ConnectionError, ValueError):
        emulator = Emulator(
            named("url", URL_VARIABLE) or DEFAULT_URL, admin_token=named("admin_token", ADMIN_TOKEN_VARIABLE)
        )
        found = emulator.control(
            "GET", "/accounts", shape={"accounts": [{"name": str}]}, within=ANSWERS_WITHIN_SECONDS
        )
        return _fitting([account["name"] for account in found["accounts"]], typed)
    return []


def _fitting(words: Iterable[str], typed: str) -> list[str]:
    return [word for word in words if word.startswith(typed)]
