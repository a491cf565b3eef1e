"""`invapi-emulator export`: export an account's world."""

from pathlib import Path

import click

from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.cli.whole_files import write_whole
from invapi_emulator.worlds.documents import YAML_ENDINGS, written

_SHAPE = {"version": int, "vms": [{"id": int}]}


@click.command(cls=SectionedCommand)
@of_account
@click.option(
    "--format", "form", type=click.Choice(["json", "yaml"]), help="default: by the suffix of FILE, else json"
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export(url: str, admin_token: str, account: str, form: str | None, file: Path | None) -> None:
    """Export an account's world to FILE, or to stdout (-)."""
    world = control(url, admin_token, "GET", f"{account}/state", shape=_SHAPE)
    named_yaml = file is not None and file.name.endswith(YAML_ENDINGS)
    text = written(world, as_yaml=form == "yaml" or (form is None and named_yaml))
    if file is None or file == Path("-"):
        click.echo(text.encode(), nl=False)
        return
    try:
        write_whole(file, text.encode())
    except OSError as problem:
        raise click.ClickException(f"FILE: '{file}': {problem.strerror}") from None
