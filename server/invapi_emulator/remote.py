"""Commands that drive a running emulator from the shell."""

import os
import shlex
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.errors import CannotStart
from invapi_emulator.scenarios.documents import YAML_ENDINGS, as_json, parse, written
from invapi_emulator.settings import ENVIRONMENT_PREFIX, read_settings
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.serving import ca_file

URL_VARIABLE = "INVAPI_EMULATOR_URL"
DEFAULT_URL = "http://127.0.0.1:8650"
NOT_READY = 1
ASKS_EVERY_SECONDS = 0.2
ANSWERS_WITHIN_SECONDS = 5

_LOOPBACK: dict[IPv4Address | IPv6Address, str] = {IPv4Address(0): "127.0.0.1", IPv6Address(0): "::1"}
"""Where a server that listens on all addresses is asked."""

Command = TypeVar("Command", bound=Callable[..., Any])


_url = click.option("--url", envvar=URL_VARIABLE, default=DEFAULT_URL, show_default=True, help="the emulator")


def of_account(command: Command) -> Command:
    """Give a command the flags that say which account of which emulator."""
    for option in (
        click.option("--account", default="demo", show_default=True, help="name of the account"),
        click.option(
            "--admin-token",
            envvar="INVAPI_EMULATOR_ADMIN_TOKEN",
            default="",
            help="what its control API wants",
        ),
        _url,
    ):
        command = option(command)
    return command


@click.command()
@of_account
def env(url: str, admin_token: str, account: str) -> None:
    """Print lines for `eval`: where the emulator is, and an account's credentials.

    The credentials are good for nothing elsewhere, so a call that escapes to the real API fails there.
    """
    found = control(url, admin_token, "GET", account)
    variables = {
        "HOSTKEY_API_URL": url.rstrip("/"),
        "HOSTKEY_API_KEY": found["api_key"],
        "HOSTKEY_TOKEN": found["token"],
        "HOSTKEY_USER": found["user"],
        "HOSTKEY_PASSWORD": found["password"],
    }
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@click.command()
@of_account
@click.option("--scenario", help="start with another one")
@click.option("--seed", type=int, help="start with another one")
def reset(url: str, admin_token: str, account: str, scenario: str | None, seed: int | None) -> None:
    """Start an account's world again."""
    wanted = {key: value for key, value in {"scenario": scenario, "seed": seed}.items() if value is not None}
    view = control(url, admin_token, "POST", f"{account}/reset", wanted)
    click.echo(f"{account}: scenario {view['scenario']}, seed {view['seed']}, it is {view['clock']['now']}")


@click.command()
@of_account
@click.argument("how_far")
def advance(url: str, admin_token: str, account: str, how_far: str) -> None:
    """Move an account's clock: by seconds, or until `idle`, a task's key or a timestamp."""
    try:
        body: dict[str, Any] = {"seconds": float(how_far)}
    except ValueError:
        body = {"until": how_far}
    answer = control(url, admin_token, "POST", f"{account}/clock/advance", body)
    for event in answer["events"]:
        details = " ".join(
            f"{key}={value}" for key, value in event.items() if key not in {"id", "at", "kind"}
        )
        click.echo(f"{event['at']} {event['kind']} {details}")
    click.echo(f"{account}: it is {answer['now']}")


@click.command()
@click.option("--url", help="the emulator, if it is not the one that the variables of `serve` describe")
@click.option(
    "--wait", type=click.FloatRange(min=0), default=0, show_default=True, help="ask again for so many seconds"
)
def healthcheck(url: str | None, wait: float) -> int:
    """Succeed if the emulator is ready; else say in one line why not, with exit status 1."""
    now = real_time()
    deadline = now() + wait * SECOND
    pause = threading.Event()
    try:
        here = None if url else _served_here()
    except CannotStart as wrong:
        return _say_not_ready(str(wrong))
    url, ca = here or (url or os.environ.get(URL_VARIABLE) or DEFAULT_URL, None)
    while why := _why_not_ready(url, ca):
        if now() >= deadline:
            return _say_not_ready(why)
        pause.wait(ASKS_EVERY_SECONDS)
    return 0


def _say_not_ready(why: str) -> int:
    click.echo(f"invapi-emulator: {why}", err=True)
    return NOT_READY


def _served_here() -> tuple[str, str | None] | None:
    """Return where `serve` listens with these variables, and the CA that it is trusted by.

    Nothing if they say neither host nor port, nor that it is HTTPS.
    """
    if not any(os.environ.get(f"{ENVIRONMENT_PREFIX}{name}") for name in ("HOST", "PORT", "TLS")):
        return None
    settings = read_settings({})
    host = _reachable(settings.host)
    where = f"{f'[{host}]' if ':' in host else host}:{settings.port}"
    return (f"https://{where}", ca_file(settings)) if settings.tls else (f"http://{where}", None)


def _reachable(host: str) -> str:
    """Return the loopback address in the place of the one that means all addresses of the machine."""
    with suppress(ValueError):
        return _LOOPBACK.get(ip_address(host), host)
    return host


def _why_not_ready(url: str, ca: str | None) -> str | None:
    try:
        answer = Emulator(url, ca=ca).control("GET", "/health", accept=(503,), within=ANSWERS_WITHIN_SECONDS)
    except ControlFailure as refused:
        return str(refused)
    except ConnectionError as problem:
        return f"--url: {problem}"
    status, why = answer.get("status"), answer.get("why")
    return None if status == "ready" else f"the emulator at {url} is not ready: {why or status}"


@click.command()
@of_account
@click.option(
    "--format", "form", type=click.Choice(["json", "yaml"]), help="json, unless FILE says otherwise"
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export(url: str, admin_token: str, account: str, form: str | None, file: Path | None) -> None:
    """Write an account's world down, to FILE or to stdout."""
    world = control(url, admin_token, "GET", f"{account}/state")
    named_yaml = file is not None and file.name.endswith(YAML_ENDINGS)
    text = written(world, as_yaml=form == "yaml" or (form is None and named_yaml))
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(f"FILE: '{file}': {problem.strerror}") from None


@click.command("import")
@of_account
@click.argument("file", type=click.File(encoding="utf-8"))
def import_(url: str, admin_token: str, account: str, file: TextIO) -> None:
    """Put the world in FILE (JSON or YAML, - for stdin) in the place of an account's."""
    try:
        world = as_json(parse(file.read()))
    except ValueError as problem:
        raise click.ClickException(f"FILE: '{file.name}': {problem}") from None
    view = control(url, admin_token, "PUT", f"{account}/state", world)
    click.echo(f"{account}: {len(view['vms'])} VMs, seed {view['seed']}, it is {view['clock']['now']}")
    for key, issued in view["keys"].items():
        click.echo(f"{key} is now {issued}")


def control(url: str, admin_token: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Call the control API for an account; what goes wrong is one line that names it."""
    try:
        return Emulator(url, admin_token=admin_token).control(method, f"/accounts/{path}", body)
    except ControlFailure as refused:
        raise click.ClickException(str(refused)) from None
    except ConnectionError as problem:
        raise click.ClickException(f"--url: {problem}") from None
