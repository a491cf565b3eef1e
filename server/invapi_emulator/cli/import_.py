"""`invapi-emulator import`: replace an account's world."""

from typing import TextIO

import click

from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.worlds.documents import as_json, parse


@click.command("import")
@of_account
@click.argument("file", type=click.File(encoding="utf-8"))
def import_(url: str, admin_token: str, account: str, file: TextIO) -> None:
    """Replace an account's world by the one in FILE (JSON or YAML; - for stdin)."""
    try:
        world = as_json(parse(file.read()))
    except ValueError as problem:
        raise click.ClickException(f"FILE: '{file.name}': {problem}") from None
    view = control(url, admin_token, "PUT", f"{account}/state", world)
    click.echo(
        f"{account}: {len(view['vms'])} VMs, seed {view['seed']}, the clock shows {view['clock']['now']}"
    )
    for key, issued in view["keys"].items():
        click.echo(f"{key} is now {issued}")
    if view.get("ignored"):
        click.echo(view["ignored"], err=True)
