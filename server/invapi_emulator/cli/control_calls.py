"""Shared code of the commands that call the control API of a running emulator."""

import os
import re
from http import HTTPStatus
from typing import Any

import click
from click.core import ParameterSource

from invapi_emulator.cli.completions import accounts
from invapi_emulator.cli.sections import Command, option
from invapi_emulator.cli.variables import ADMIN_TOKEN_VARIABLE, DEFAULT_URL, URL_VARIABLE
from invapi_emulator.process.http_names import target_of, without_user
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.foreign import NotAnEmulator, Shape

SECTION = "Which emulator"

_ACCOUNT_NAME = re.compile("[a-z0-9-]{1,64}")


def url_of_emulator(context: click.Context, _parameter: object, url: str | None) -> str | None:
    """Refuse a URL that no emulator has, before anything else is done."""
    if url is not None and (wrong := wrong_url(url)):
        raise click.ClickException(f"{_source_of(context, url) or '--url'}: {wrong}")
    return url


def wrong_url(url: str) -> str | None:
    """Return what is wrong with the URL of an emulator, without its password, or None."""
    try:
        target_of(url)
    except ValueError as wrong:
        return f"{without_user(url)!r}: {wrong}"
    return None


class Refused(click.ClickException):
    """The control API refused a request, because of this field if there is one."""

    def __init__(self, message: str, field: str | None) -> None:
        super().__init__(message)
        self.field = field


_url = option(
    SECTION,
    "--url",
    metavar="URL",
    envvar=URL_VARIABLE,
    show_envvar=True,
    default=DEFAULT_URL,
    show_default=True,
    callback=url_of_emulator,
    help="URL of the emulator",
)
_admin_token = option(
    SECTION,
    "--admin-token",
    metavar="TOKEN",
    envvar=ADMIN_TOKEN_VARIABLE,
    show_envvar=True,
    default="",
    help="admin token of the control API",
)


def of_emulator(command: Command) -> Command:
    """Add the flags that select an emulator to a command."""
    return _url(_admin_token(command))


def of_account(command: Command) -> Command:
    """Add the flags that select an emulator and an account to a command."""
    return of_emulator(
        option(
            SECTION,
            "--account",
            metavar="NAME",
            default="demo",
            show_default=True,
            callback=account_in_path,
            shell_complete=accounts,
            help="name of the account",
        )(command)
    )


def account_in_path(_context: click.Context, _parameter: click.Parameter, name: str | None) -> str | None:
    """Refuse a name that no account has. In a path it could name something else."""
    if name is not None and not _ACCOUNT_NAME.fullmatch(name):
        raise click.BadParameter(
            f"{name!r}: an account's name is 1 to 64 characters: lowercase ASCII letters, digits and `-`"
        )
    return name


def control(
    url: str, admin_token: str, method: str, path: str, body: Any = None, *, shape: Shape
) -> dict[str, Any]:
    """Call the control API for an account; return an answer of this shape, or raise ClickException with one line."""
    return asked(url, admin_token, method, f"/accounts/{path}", body, shape=shape)


def asked(
    url: str, admin_token: str, method: str, path: str, body: Any = None, *, shape: Shape
) -> dict[str, Any]:
    """Call the control API; return an answer of this shape, or raise ClickException, `Refused` for a refusal, with one line."""
    try:
        emulator = Emulator(url, admin_token=admin_token)
    except ValueError as wrong:
        raise click.ClickException(f"{_source_of_token()}: {wrong}") from None
    try:
        return emulator.control(method, path, body, shape=shape)
    except ControlFailure as refused:
        raise Refused(f"{refused}{_hint(refused, admin_token)}", refused.field) from None
    except NotAnEmulator as problem:
        raise click.ClickException(f"{_source_of_url() or '--url'}: {problem}") from None
    except ConnectionError as problem:
        raise click.ClickException(_nobody_there(problem)) from None


def _hint(refused: ControlFailure, admin_token: str) -> str:
    """Return what to do about a missing admin token; empty for another refusal."""
    if refused.status != HTTPStatus.UNAUTHORIZED or admin_token:
        return ""
    return f"; here: --admin-token, or {ADMIN_TOKEN_VARIABLE}"


def _nobody_there(problem: ConnectionError) -> str:
    """Return the line about a URL at which nothing answers: it names where the URL is from, or how to start an emulator."""
    source = _source_of_url()
    if source is not None:
        return f"{source}: {problem}"
    return f"{problem}; start one with `invapi-emulator serve`, or name another with --url or {URL_VARIABLE}"


def _source_of_url() -> str | None:
    context = click.get_current_context(silent=True)
    return "--url" if context is None else _source_of(context, str(context.params.get("url")))


def _source_of_token() -> str:
    context = click.get_current_context(silent=True)
    given = None if context is None else context.get_parameter_source("admin_token")
    return ADMIN_TOKEN_VARIABLE if given is ParameterSource.ENVIRONMENT else "--admin-token"


def _source_of(context: click.Context, url: str) -> str | None:
    """Return the flag or the variable that the URL is from, None for the default."""
    source = context.get_parameter_source("url")
    if source is None:  # click 8.4 notes it only after the check of the value
        return URL_VARIABLE if url == os.environ.get(URL_VARIABLE) else "--url"
    named = {ParameterSource.ENVIRONMENT: URL_VARIABLE, ParameterSource.DEFAULT: None}
    return named.get(source, "--url")
