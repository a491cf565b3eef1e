"""`invapi-emulator open`: open the page in a browser."""

import webbrowser

import click

from invapi_emulator.cli.completions import accounts
from invapi_emulator.cli.control_calls import SECTION, account_in_path, asked, control, of_emulator
from invapi_emulator.cli.sections import SectionedCommand, option


@click.command("open", cls=SectionedCommand)
@of_emulator
@option(
    SECTION,
    "--account",
    metavar="NAME",
    callback=account_in_path,
    shell_complete=accounts,
    help="name of the account  [default: the first page, which shows demo]",
)
def open_(url: str, admin_token: str, account: str | None) -> None:
    """Open the page in a browser, and print its address. The variable BROWSER names another browser."""
    if account is None:
        asked(url, admin_token, "GET", "/health", shape={"status": str})
    else:
        control(url, admin_token, "GET", account, shape={"name": str})
    page = f"{url.rstrip('/')}/" if account is None else f"{url.rstrip('/')}/_emulator/ui/accounts/{account}"
    click.echo(page)
    if not webbrowser.open(page):
        raise click.ClickException(f"there is no browser to open; open {page} yourself")
