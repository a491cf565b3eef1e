"""`invapi-emulator reset`: reset an account's world."""

import click

from invapi_emulator.cli.completions import scenarios
from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.numbers_in_words import Whole
from invapi_emulator.whole_numbers import MOST

_SHAPE = {"scenario": str, "seed": int, "clock": {"now": str}}


@click.command(cls=SectionedCommand)
@of_account
@click.option(
    "--scenario", shell_complete=scenarios, help="scenario to start with  [default: the present one]"
)
@click.option("--seed", type=Whole(0, MOST), help="seed to start with  [default: the present one]")
def reset(url: str, admin_token: str, account: str, scenario: str | None, seed: int | None) -> None:
    """Reset an account's world to its initial state."""
    wanted = {key: value for key, value in {"scenario": scenario, "seed": seed}.items() if value is not None}
    view = control(url, admin_token, "POST", f"{account}/reset", wanted, shape=_SHAPE)
    click.echo(
        f"{account}: scenario {view['scenario']}, seed {view['seed']}, the clock shows {view['clock']['now']}"
    )
