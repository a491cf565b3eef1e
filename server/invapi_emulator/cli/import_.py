"""`invapi-emulator import`: replace an account's world."""

import sys

import click

from invapi_emulator.cli.completions import files
from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.worlds.document_files import read_text, text_of
from invapi_emulator.worlds.documents import parse

_SHAPE = {"vms": list, "seed": int, "clock": {"now": str}, "keys": dict}


@click.command("import", cls=SectionedCommand)
@of_account
@click.argument("file", shell_complete=files)
def import_(url: str, admin_token: str, account: str, file: str) -> None:
    """Replace an account's world by the one in FILE. The file is JSON or YAML; - is stdin."""
    try:
        world = parse(_stdin() if file == "-" else read_text(file))
    except OSError as problem:
        raise click.ClickException(f"FILE: '{file}': {problem.strerror}") from None
    except ValueError as problem:
        raise click.ClickException(f"FILE: '{file}': {problem}") from None
    view = control(url, admin_token, "PUT", f"{account}/state", world, shape=_SHAPE)
    click.echo(
        f"{account}: {len(view['vms'])} VMs, seed {view['seed']}, the clock shows {view['clock']['now']}"
    )
    for key, issued in view["keys"].items():
        click.echo(f"{key} is now {issued}")
    if view.get("ignored"):
        click.echo(view["ignored"], err=True)


def _stdin() -> str:
    if sys.stdin is None:
        raise ValueError("stdin is closed")
    return text_of(sys.stdin.buffer)
