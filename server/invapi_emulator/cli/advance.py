"""`invapi-emulator advance`: move an account's clock."""

from typing import Any

import click

from invapi_emulator.cli.control_calls import control, of_account


@click.command()
@of_account
@click.argument("how_far")
def advance(url: str, admin_token: str, account: str, how_far: str) -> None:
    """Move an account's clock: by seconds, or until `idle`, the end of a task (its key) or a timestamp."""
    try:
        body: dict[str, Any] = {"seconds": float(how_far)}
    except ValueError:
        body = {"until": how_far}
    answer = control(url, admin_token, "POST", f"{account}/clock/advance", body)
    if answer.get("missing"):
        click.echo(f"{account}: {answer['missing']} earlier events are no longer kept")
    for event in answer["events"]:
        details = " ".join(
            f"{key}={value}" for key, value in event.items() if key not in {"id", "at", "kind"}
        )
        click.echo(f"{event['at']} {event['kind']} {details}")
    click.echo(f"{account}: the clock shows {answer['now']}")
