"""`invapi-emulator advance`: move an account's clock."""

from contextlib import suppress
from math import isfinite
from typing import Any

import click

from invapi_emulator.cli.completions import choices
from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.process.logs import escaped

_SHAPE = {"events": [{"at": str, "kind": str}], "now": str}


@click.command(cls=SectionedCommand)
@of_account
@click.argument("how_far", shell_complete=choices(["idle"]))
def advance(url: str, admin_token: str, account: str, how_far: str) -> None:
    """Move an account's clock, and print what happened.

    HOW_FAR is a number of seconds, `idle`, the key of a task (until its end) or a timestamp.
    """
    answer = control(url, admin_token, "POST", f"{account}/clock/advance", _wanted(how_far), shape=_SHAPE)
    if answer.get("missing"):
        click.echo(f"{account}: {answer['missing']} earlier events are no longer kept")
    for event in answer["events"]:
        details = " ".join(
            f"{key}={escaped(str(value))}" for key, value in event.items() if key not in {"id", "at", "kind"}
        )
        click.echo(f"{escaped(event['at'])} {escaped(event['kind'])} {details}")
    click.echo(f"{account}: the clock shows {answer['now']}")


def _wanted(how_far: str) -> dict[str, Any]:
    """Return what the words ask for. `nan` and `inf`, which JSON cannot say, are no seconds, nor are other digits than 0 to 9."""
    with suppress(ValueError):
        if how_far.isascii() and "_" not in how_far and isfinite(seconds := float(how_far)):
            return {"seconds": seconds}
    return {"until": how_far}
