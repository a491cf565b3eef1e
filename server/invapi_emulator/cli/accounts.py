"""`invapi-emulator accounts`: list, create and remove accounts."""

from collections.abc import Mapping
from typing import Any, get_args

import click

from invapi_emulator.cli import completions
from invapi_emulator.cli.control_calls import account_in_path, asked, control, of_emulator
from invapi_emulator.cli.named_values import once
from invapi_emulator.cli.sections import HELP, SectionedCommand
from invapi_emulator.cli.tables import format_option, print_json, print_lines, table
from invapi_emulator.cli.unknown_commands import HintingGroup
from invapi_emulator.domain.behavior import Profile
from invapi_emulator.domain.clocks import ClockMode
from invapi_emulator.numbers_in_words import Whole
from invapi_emulator.whole_numbers import MOST

_ACCOUNT = {
    "name": str, "token": str, "api_key": str, "user": str, "password": str, "scenario": str, "profile": str, "seed": int,
    "clock": {"mode": str, "now": str}, "vms": [int],
}  # fmt: skip


@click.group(cls=HintingGroup, no_args_is_help=True, context_settings=HELP)
def accounts() -> None:
    """List, create, delete and purge accounts. Each account is a world of its own."""


@accounts.command("list", cls=SectionedCommand)
@of_emulator
@format_option("a table, or a JSON object a line")
def list_(url: str, admin_token: str, form: str) -> None:
    """List all accounts, in the order in which they were created."""
    found = asked(url, admin_token, "GET", "/accounts", shape={"accounts": [_ACCOUNT]})["accounts"]
    if form == "json":
        print_json(found)
        return
    rows = (
        (each["name"], each["scenario"], len(each["vms"]), each["clock"]["mode"], each["clock"]["now"], each["profile"], each["token"])
        for each in found
    )  # fmt: skip
    print_lines(table(("NAME", "SCENARIO", "VMS", "CLOCK", "NOW", "PROFILE", "TOKEN"), rows))


@accounts.command(cls=SectionedCommand)
@of_emulator
@click.argument("name", required=False, callback=account_in_path)
@click.option(
    "--scenario", shell_complete=completions.scenarios, help="initial world  [default: the server's]"
)
@click.option(
    "--clock", type=click.Choice(get_args(ClockMode)), help="mode of the clock  [default: the server's]"
)
@click.option("--seed", type=Whole(0, MOST), help="makes keys, tokens and durations repeatable")
@click.option("--profile", type=click.Choice(get_args(Profile)), help="behavior  [default: the server's]")
@click.option(
    "--assume",
    multiple=True,
    metavar="A-12=no",
    shell_complete=completions.options_of_assumptions,
    help="option of an assumption; may be repeated",
)
@format_option("a table, or a JSON object")
def create(url: str, admin_token: str, form: str, assume: tuple[str, ...], **wanted: Any) -> None:
    """Create an account, and print its credentials. Without NAME, the server generates one."""
    body = {key: value for key, value in wanted.items() if value is not None}
    if assume:
        body["assume"] = once(assume, "the option of an assumption, such as A-12=no")
    made = asked(url, admin_token, "POST", "/accounts", body, shape=_ACCOUNT)
    if form == "json":
        print_json([made])
    else:
        print_lines(_described(made))
    if made.get("ignored"):
        click.echo(made["ignored"], err=True)


@accounts.command(cls=SectionedCommand)
@of_emulator
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=completions.accounts)
def delete(url: str, admin_token: str, names: tuple[str, ...]) -> None:
    """Delete accounts with all they hold. The account demo stays."""
    context = click.get_current_context()
    for name in names:
        account_in_path(context, context.command.params[0], name)
    for name in names:
        control(url, admin_token, "GET", name, shape={"name": str})  # so that nothing else is asked to delete
        control(url, admin_token, "DELETE", name, shape=dict)
        click.echo(f"{name}: removed")


@accounts.command(cls=SectionedCommand)
@of_emulator
def purge(url: str, admin_token: str) -> None:
    """Remove all accounts except demo."""
    removed = asked(url, admin_token, "POST", "/purge", shape={"removed": [str]})["removed"]
    print_lines(f"{name}: removed" for name in removed)
    if not removed:
        click.echo("no account to remove")


def _described(made: Mapping[str, Any]) -> list[str]:
    clock = made["clock"]
    rows = (
        ("name", made["name"]), ("token", made["token"]), ("api_key", made["api_key"]), ("user", made["user"]),
        ("password", made["password"]), ("scenario", made["scenario"]), ("seed", made["seed"]),
        ("profile", made["profile"]), ("clock", clock["mode"]), ("now", clock["now"]), ("vms", ",".join(map(str, made["vms"]))),
    )  # fmt: skip
    return table(("FIELD", "VALUE"), rows)
