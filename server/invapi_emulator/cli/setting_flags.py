"""The flags of the settings: their sections in the help, their choices, and what shells complete them with."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args, get_origin

import click

from invapi_emulator.cli.completions import choices, files, folders, options_of_assumptions, scenarios
from invapi_emulator.cli.sections import option
from invapi_emulator.settings import Settings

SECTIONS = {
    "Address and HTTPS": ("host", "port", "tls", "tls_port", "tls_names", "ca_dir"),
    "Store": ("db", "db_timeout", "fsync"),
    "World and clock of new accounts": ("scenario", "clock", "rate", "polls", "seed", "profile", "assume"),
    "Work in the background": ("no_worker", "live", "callbacks_to", "account_ttl"),
    "Access to the control API": (
        "admin_token",
        "read_token",
        "allowed_hosts",
        "allowed_origins",
        "trusted_proxies",
    ),
    "Time limits of clients": ("head_timeout", "body_timeout", "answer_timeout", "idle_timeout"),
    "Log on stderr": ("log_level", "log_format"),
}
"""Each setting, under the heading that it has in the help."""

Completion = Callable[[click.Context, click.Parameter, str], list[Any]]

_COMPLETED: dict[str, Completion] = {
    "assume": options_of_assumptions, "ca_dir": folders, "db": files, "scenario": scenarios,
}  # fmt: skip


def setting_flags(names: Iterable[str]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Return a decorator that adds flags for these settings. A flag that is not given has no value, not the default."""

    def add(command: Callable[..., int]) -> Callable[..., int]:
        for section, members in reversed(SECTIONS.items()):
            for name in reversed(members):
                if name in wanted:
                    command = _flag(name, section)(command)
        return command

    wanted = set(names)
    return add


def given(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the given flags. A repeated flag has all its values, joined with commas."""
    joined = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in flags.items()}
    return {name: joined[name] for name, value in flags.items() if value not in (None, ())}


def _flag(name: str, section: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    field = Settings.model_fields[name]
    word = name.replace("_", "-")
    if field.annotation is bool:
        off = word.removeprefix("no-") if word.startswith("no-") else f"no-{word}"
        about = f"{field.description}  [default: --{word if field.default else off}]"
        both = f"--{word}/--{off}"
        return option(section, both, name, default=None, help=about)
    default = "" if field.default in (None, "", ()) else f"  [default: {field.default}]"
    accepted = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return option(
        section,
        f"--{word}",
        name,
        help=f"{field.description}{default}",
        metavar=f"[{'|'.join(accepted)}]" if accepted else name.rpartition("_")[2].upper(),
        multiple=field.default == (),
        shell_complete=choices(accepted) if accepted else _COMPLETED.get(name),
    )
