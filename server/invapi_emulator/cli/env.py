"""`invapi-emulator env`: the emulator's URL and an account's credentials, for a shell."""

import shlex

import click

from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand

_SHAPE = {"api_key": str, "token": str, "user": str, "password": str}


@click.command(cls=SectionedCommand)
@of_account
def env(url: str, admin_token: str, account: str) -> None:
    """Print URL and credentials of an account, as lines for `eval`.

    The credentials work nowhere else, so a call that goes to the real API by mistake fails there.
    """
    found = control(url, admin_token, "GET", account, shape=_SHAPE)
    variables = {
        "HOSTKEY_API_URL": url.rstrip("/"),
        "HOSTKEY_API_KEY": found["api_key"],
        "HOSTKEY_TOKEN": found["token"],
        "HOSTKEY_USER": found["user"],
        "HOSTKEY_PASSWORD": found["password"],
    }
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}".encode())
