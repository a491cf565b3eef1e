"""`invapi-conformance`: checks a target against the contract, an emulator or the real API."""

import re
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import click

from invapi_emulator import __version__
from invapi_emulator.ending import as_one_line, ended
from invapi_emulator.numbers_in_words import Seconds, Whole
from invapi_emulator.sarif import source_uri

FORMATS = ("text", "json", "junit", "sarif")


def _is_base_url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not _may_be_asked(value):
        raise click.BadParameter("a URL such as https://invapi.hostkey.com, without user or query")
    return value


def _may_be_asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:  # unbalanced brackets, an invalid port, or a name with an empty label
        return False
    known = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return known and "@" not in parts.netloc and not parts.query


def _is_amount(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Decimal | None:
    """Read an exact amount. Raises BadParameter for one that is negative or has more than two decimal places."""
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", value, re.ASCII):
        raise click.BadParameter("an amount such as 4.00")
    return Decimal(value)


def _is_sendable(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("expected text in UTF-8") from None
    return value


def _is_source(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else source_uri(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


def _holds_certificates(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    if value is not None:
        import ssl  # noqa: PLC0415 - slow to import, and most runs do not need it

        try:
            ssl.create_default_context(cafile=value)
        except OSError as problem:
            raise click.BadParameter(f"cannot use {value!r}: {problem}") from None
    return value


@click.command("invapi-conformance", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="invapi-conformance")
@click.option("--target", required=True, callback=_is_base_url, metavar="URL", help="the API to check")
@click.option(
    "--token",
    required=True,
    envvar="INVAPI_TOKEN",
    callback=_is_sendable,
    help="a token of the account [env: INVAPI_TOKEN]",
)
@click.option("--vm", required=True, type=Whole(1, 2**63 - 2), metavar="ID", help="the VM to check")
@click.option(
    "--api-key",
    default="",
    envvar="INVAPI_API_KEY",
    callback=_is_sendable,
    help="check logins too [env: INVAPI_API_KEY]",
)
@click.option("--allow-changes", is_flag=True, help="make a snapshot and remove it")
@click.option("--allow-settings", is_flag=True, help="change the excluded names and put them back")
@click.option("--allow-power", is_flag=True, help="power the VM off and on, and reboot it")
@click.option("--allow-restore", is_flag=True, help="restore the new snapshot; includes --allow-changes")
@click.option("--allow-objects", is_flag=True, help="add an SSH key and a tag of its own and remove them")
@click.option("--allow-rename", is_flag=True, help="rename the VM and give it its name back")
@click.option(
    "--allow-orders",
    is_flag=True,
    help="order the cheapest server and cancel it: costs money, needs --max-cost",
)
@click.option(
    "--max-cost",
    metavar="AMOUNT",
    callback=_is_amount,
    help="what --allow-orders may cost, in the account's currency, such as 4.00",
)
@click.option("--plan", "plan_only", is_flag=True, help="look at the VM, print the plan and exit")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--source",
    metavar="FILE",
    callback=_is_source,
    help="with sarif: the file to show the differences at, from the root of your repository",
)
@click.option(
    "--record", metavar="DIR", help="write the answers to this folder, without ids, times and secrets"
)
@click.option(
    "--ca",
    metavar="FILE",
    callback=_holds_certificates,
    help="certificates to trust for an https target, instead of the system's",
)
@click.option(
    "--poll-seconds",
    type=Seconds(0, 600),
    default=3,
    show_default=True,
    help="pause between two checks of a task",
)
@click.option(
    "--task-timeout",
    type=Seconds(1, 604_800),
    default=1800,
    show_default=True,
    help="maximum duration of a task in seconds",
)
def conformance(**given: Any) -> int:
    """Check a target against the contract, clause by clause. It only reads, unless you allow more.

    Exit status: 0 if nothing differs, 1 if something does, 2 if it could not run or left something
    behind, 130 if it was interrupted.
    """
    if given["allow_orders"] and given["max_cost"] is None:
        raise click.UsageError("--allow-orders needs --max-cost: what it may cost, such as 4.00")
    if given["source"] is not None and given["form"] != "sarif":
        raise click.UsageError("--source needs --format sarif")
    from invapi_conformance.printed_run import options_of, run_and_print  # not needed for --help

    return run_and_print(options_of(given), click.echo, _say)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command. Usage errors are one line on stderr, and exit status 2."""
    sys.exit(ended(conformance, words))


def _say(line: str) -> None:
    click.echo(f"invapi-conformance: {as_one_line(line)}", err=True)
