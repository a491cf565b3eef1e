"""`invapi-emulator reset`: an account's world starts again."""

import click

from invapi_emulator.cli.control_calls import control, of_account


@click.command()
@of_account
@click.option("--scenario", help="start with another one")
@click.option("--seed", type=int, help="start with another one")
def reset(url: str, admin_token: str, account: str, scenario: str | None, seed: int | None) -> None:
    """Start an account's world again."""
    wanted = {key: value for key, value in {"scenario": scenario, "seed": seed}.items() if value is not None}
    view = control(url, admin_token, "POST", f"{account}/reset", wanted)
    click.echo(f"{account}: scenario {view['scenario']}, seed {view['seed']}, it is {view['clock']['now']}")
