"""`invapi-emulator conformance`: does a target do as the contract says? An emulator, or the real API."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from invapi_conformance.ordered import Order

FORMATS = ("text", "json", "junit")


def _is_base_url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not _may_be_asked(value):
        raise click.BadParameter("a URL such as https://invapi.hostkey.com, without user or query")
    return value


def _may_be_asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # brackets that do not close, a port that is none
        return False
    known = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return known and "@" not in parts.netloc and not parts.query


def _holds_certificates(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    if value is not None:
        import ssl  # noqa: PLC0415 - takes a while, and most runs do without

        try:
            ssl.create_default_context(cafile=value)
        except OSError as problem:
            raise click.BadParameter(f"cannot use {value!r}: {problem}") from None
    return value


@click.command()
@click.option("--target", required=True, callback=_is_base_url, metavar="URL", help="what is to be checked")
@click.option(
    "--token", required=True, envvar="INVAPI_TOKEN", help="a token of the account [env: INVAPI_TOKEN]"
)
@click.option(
    "--vm", required=True, type=click.IntRange(1, 2**63 - 2), metavar="ID", help="the VM that is looked at"
)
@click.option(
    "--api-key", default="", envvar="INVAPI_API_KEY", help="checks logins too [env: INVAPI_API_KEY]"
)
@click.option("--allow-changes", is_flag=True, help="make a snapshot and remove it")
@click.option("--allow-settings", is_flag=True, help="change the excluded names and put them back")
@click.option("--allow-power", is_flag=True, help="power the VM off and on, and reboot it")
@click.option("--allow-restore", is_flag=True, help="restore the snapshot that was made; allows changes too")
@click.option("--plan", "plan_only", is_flag=True, help="look at the VM, print the plan and end")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--record", metavar="DIR", help="keep what was answered there, without ids, times and secrets")
@click.option(
    "--ca",
    metavar="FILE",
    callback=_holds_certificates,
    help="certificates that an https target is trusted by, instead of the system's",
)
@click.option(
    "--poll-seconds", type=click.FloatRange(0, 600), default=3, show_default=True, help="pause between checks"
)
@click.option(
    "--task-timeout",
    type=click.FloatRange(min=1),
    default=1800,
    show_default=True,
    help="seconds a task may take",
)
def conformance(**given: Any) -> int:
    """Check a target against the contract, clause by clause. It only reads, unless it is allowed more.

    Exit status: 0 nothing differs, 1 something does, 2 it could not run, was interrupted or left something behind.
    """
    from invapi_conformance.ordered import carried_out  # noqa: PLC0415 - only here, not for --help

    return carried_out(
        _order(given), click.echo, lambda line: click.echo(f"invapi-emulator: {line}", err=True)
    )


def _order(given: dict[str, Any]) -> "Order":
    from invapi_conformance.ordered import Order  # noqa: PLC0415
    from invapi_conformance.probe import Access, Patience  # noqa: PLC0415
    from invapi_conformance.walk import Allowed  # noqa: PLC0415

    return Order(
        target=given["target"],
        access=Access(given["vm"], given["token"], given["api_key"]),
        allowed=Allowed(
            changes=given["allow_changes"] or given["allow_restore"],
            settings=given["allow_settings"],
            power=given["allow_power"],
            restore=given["allow_restore"],
        ),
        patience=Patience(given["poll_seconds"], given["task_timeout"]),
        plan_only=given["plan_only"],
        form=given["form"],
        record=given["record"],
        ca=given["ca"],
    )
