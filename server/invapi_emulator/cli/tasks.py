"""`invapi-emulator tasks`: the tasks of an account."""

import click

from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.cli.tables import format_option, print_json, print_lines, table

STATES = ("running", "done", "failed")

_SHAPE = {"tasks": [{"key": str, "action": str, "vm": (int, type(None)), "state": str}]}


@click.command(cls=SectionedCommand)
@of_account
@click.option("--state", type=click.Choice(STATES), help="only tasks in this state")
@format_option("a table, or a JSON object a line")
def tasks(url: str, admin_token: str, account: str, state: str | None, form: str) -> None:
    """List an account's tasks, in the order of their start. Ended tasks stay until their keys age out."""
    found = control(url, admin_token, "GET", f"{account}/tasks", shape=_SHAPE)["tasks"]
    shown = [task for task in found if state in (None, task["state"])]
    if form == "json":
        print_json(shown)
        return
    if not shown:
        click.echo(f"{account}: no tasks")
        return
    headings = ("KEY", "ACTION", "VM", "STATE", "STAGE", "%", "DUE", "ENDED", "FAULT", "ERROR")
    fields = ("key", "action", "vm", "state", "stage", "progress", "due_at", "ended_at", "fault", "error")
    print_lines(table(headings, ([task.get(field) for field in fields] for task in shown)))
