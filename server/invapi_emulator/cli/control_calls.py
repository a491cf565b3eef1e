"""Shared code of the commands that call the control API of a running emulator."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from invapi_emulator.testing import ControlFailure, Emulator

URL_VARIABLE = "INVAPI_EMULATOR_URL"
DEFAULT_URL = "http://127.0.0.1:8650"

Command = TypeVar("Command", bound=Callable[..., Any])

_url = click.option(
    "--url", envvar=URL_VARIABLE, default=DEFAULT_URL, show_default=True, help="URL of the emulator"
)


def of_account(command: Command) -> Command:
    """Add the flags that select an emulator and an account to a command."""
    for option in (
        click.option("--account", default="demo", show_default=True, help="name of the account"),
        click.option(
            "--admin-token",
            envvar="INVAPI_EMULATOR_ADMIN_TOKEN",
            default="",
            help="admin token of the control API",
        ),
        _url,
    ):
        command = option(command)
    return command


def control(url: str, admin_token: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Call the control API for an account; raise ClickException with one line for a failure."""
    try:
        return Emulator(url, admin_token=admin_token).control(method, f"/accounts/{path}", body)
    except ControlFailure as refused:
        raise click.ClickException(str(refused)) from None
    except ConnectionError as problem:
        raise click.ClickException(f"--url: {problem}") from None
