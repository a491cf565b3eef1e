"""Shared code of the commands that call the control API of a running emulator."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from invapi_emulator.process.http_names import target_of, without_user
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.foreign import Shape

URL_VARIABLE = "INVAPI_EMULATOR_URL"
DEFAULT_URL = "http://127.0.0.1:8650"

_ACCOUNT_NAME = re.compile("[a-z0-9-]{1,64}")

Command = TypeVar("Command", bound=Callable[..., Any])


def url_of_emulator(_context: object, _parameter: object, url: str | None) -> str | None:
    """Refuse a URL that no emulator has, before anything else is done."""
    if url is not None and (wrong := wrong_url(url)):
        raise click.ClickException(f"--url: {wrong}")
    return url


def wrong_url(url: str) -> str | None:
    """Return what is wrong with the URL of an emulator, without its password, or None."""
    try:
        target_of(url)
    except ValueError as wrong:
        return f"{without_user(url)!r}: {wrong}"
    return None


_url = click.option(
    "--url",
    envvar=URL_VARIABLE,
    default=DEFAULT_URL,
    show_default=True,
    callback=url_of_emulator,
    help="URL of the emulator",
)


def of_account(command: Command) -> Command:
    """Add the flags that select an emulator and an account to a command."""
    for option in (
        click.option(
            "--account", default="demo", show_default=True, callback=_of_path, help="name of the account"
        ),
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


def _of_path(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """Refuse a name that no account has. In a path it could name something else."""
    if not _ACCOUNT_NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r}: an account's name is 1 to 64 characters of a-z0-9-")
    return name


def control(
    url: str, admin_token: str, method: str, path: str, body: Any = None, *, shape: Shape
) -> dict[str, Any]:
    """Call the control API for an account; return an answer of this shape, or raise ClickException with one line."""
    try:
        emulator = Emulator(url, admin_token=admin_token)
    except ValueError as wrong:
        raise click.ClickException(f"--admin-token: {wrong}") from None
    try:
        return emulator.control(method, f"/accounts/{path}", body, shape=shape)
    except ControlFailure as refused:
        raise click.ClickException(str(refused)) from None
    except ConnectionError as problem:
        raise click.ClickException(f"--url: {problem}") from None
