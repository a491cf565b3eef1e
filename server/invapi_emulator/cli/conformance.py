"""`invapi-emulator conformance`: the former name of `invapi-conformance`."""

import click

from invapi_conformance.cli import main


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="See invapi-conformance.",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def conformance(words: tuple[str, ...]) -> None:
    click.echo("invapi-emulator: this command is now invapi-conformance", err=True)
    main(words)
