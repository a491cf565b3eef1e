"""`invapi-emulator faults`: the fault rules of an account."""

import json
from collections.abc import Mapping
from typing import Any

import click

from invapi_emulator.cli import completions
from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.named_values import once
from invapi_emulator.cli.sections import HELP, SectionedCommand, option
from invapi_emulator.cli.tables import format_option, print_json, print_lines, table
from invapi_emulator.cli.unknown_commands import HintingGroup
from invapi_emulator.numbers_in_words import Probability, Whole
from invapi_emulator.process.named_secrets import without_secrets

ALWAYS = "always"
WHICH_CALLS, HOW_OFTEN = "Which calls", "How often"

_MOST = 2**31 - 1
_RULE = {
    "id": int,
    "kind": str,
    "match": dict,
    "skip": int,
    "probability": (int, float),
    "enabled": bool,
    "seen": int,
    "fired": int,
}
_COMMON = {*_RULE, "times"}


@click.group(cls=HintingGroup, no_args_is_help=True, context_settings=HELP)
def faults() -> None:
    """List, add and clear fault rules. A rule says what fails, on which calls, and how often."""


@faults.command("list", cls=SectionedCommand)
@of_account
@format_option("a table, or a JSON object a line")
def list_(url: str, admin_token: str, account: str, form: str) -> None:
    """List an account's fault rules, and how often each has fired."""
    found = control(url, admin_token, "GET", f"{account}/faults", shape={"faults": [_RULE]})["faults"]
    if form == "json":
        print_json(found)
    elif found:
        print_lines(_as_table(found))
    else:
        click.echo(f"{account}: no fault rules")


class _Times(Whole):
    """A whole number from 1, or `always`."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return ALWAYS if value == ALWAYS else super().convert(value, param, ctx)


@faults.command(cls=SectionedCommand)
@of_account
@option(
    WHICH_CALLS,
    "--module",
    metavar="MODULE",
    shell_complete=completions.modules,
    help="module of the calls: vm, eq, …",
)
@option(
    WHICH_CALLS,
    "--action",
    metavar="ACTION",
    shell_complete=completions.actions,
    help="action of the calls: create_snapshot, …",
)
@option(WHICH_CALLS, "--vm", help="id of the VM of the calls", metavar="ID", type=Whole(1, 2**63 - 2))
@option(
    WHICH_CALLS,
    "--field",
    help="field that the calls must have sent; may be repeated",
    multiple=True,
    metavar="NAME=VALUE",
)
@option(
    HOW_OFTEN, "--skip", help="number of matching calls to let pass first", metavar="N", type=Whole(0, _MOST)
)
@option(
    HOW_OFTEN,
    "--times",
    help=f"maximum number of times, or {ALWAYS}  [default: 1]",
    metavar="N",
    type=_Times(1, _MOST),
)
@option(
    HOW_OFTEN,
    "--probability",
    help="chance that it fires on a call, 0 < p <= 1",
    metavar="P",
    type=Probability(),
)
@format_option("a table, or a JSON object")
@click.argument("kind", shell_complete=completions.kinds_of_faults)
@click.argument("fields", nargs=-1, metavar="[NAME=VALUE]...")
def add(
    url: str, admin_token: str, account: str, form: str, kind: str, fields: tuple[str, ...], **when: Any
) -> None:
    """Add a fault rule: a KIND, and the fields of this kind.

    Example: `faults add reject message=busy --action list --skip 2`. A value is read as JSON if it is valid JSON, such as a
    number, otherwise as text.
    """
    of_kind, chosen = once(fields), _when(**when)
    for name in of_kind.keys() & {"kind", *chosen}:
        raise click.BadParameter(f"{name}: given twice, as {name}= and otherwise")
    rule = {"kind": kind} | {name: _value(text) for name, text in of_kind.items()} | chosen
    made = control(url, admin_token, "POST", f"{account}/faults", rule, shape=_RULE)
    if form == "json":
        print_json([made])
    else:
        print_lines(_as_table([made]))


@faults.command(cls=SectionedCommand)
@of_account
@click.argument("ids", nargs=-1, type=Whole(1, _MOST), metavar="[ID]...")
def clear(url: str, admin_token: str, account: str, ids: tuple[int, ...]) -> None:
    """Remove the fault rules with these IDs, or all of them. Their effects so far stay."""
    if not ids:
        found = control(url, admin_token, "GET", f"{account}/faults", shape={"faults": [_RULE]})["faults"]
        ids = tuple(rule["id"] for rule in found)
    removed = 0
    try:
        for number in dict.fromkeys(ids):
            control(url, admin_token, "DELETE", f"{account}/faults/{number}", shape=dict)
            removed += 1
    finally:
        if removed or not ids:
            click.echo(f"{account}: number of fault rules removed: {removed}")


def _when(
    *, module: str | None, action: str | None, vm: int | None, field: tuple[str, ...], skip: int | None,
    times: int | str | None, probability: float | None,
) -> dict[str, Any]:  # fmt: skip
    """Return the part of a rule that says when it fires."""
    match = {"module": module, "action": action, "id": vm, "fields": once(field) or None}
    when = {"match": _given(match) or None, "skip": skip, "probability": probability}
    return _given(when) | ({} if times is None else {"times": None if times == ALWAYS else times})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _value(text: str) -> Any:
    """Return the value of a text in JSON; any other text as it is, also NaN and Infinity."""
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _as_table(rules: list[dict[str, Any]]) -> list[str]:
    headings = ("ID", "KIND", "MODULE", "ACTION", "VM", "SKIP", "TIMES", "SEEN", "FIRED", "STATE", "FIELDS")
    return table(headings, map(_row, rules))


def _row(rule: dict[str, Any]) -> tuple[object, ...]:
    match, times = rule["match"], rule.get("times")
    own = {name: value for name, value in rule.items() if name not in _COMMON}
    more = {
        name: value
        for name, value in (("fields", match.get("fields")), ("probability", rule["probability"]))
        if value not in (None, 1)
    }
    shown = json.dumps(without_secrets(own | more), separators=(",", ":")) if own or more else None
    return (
        rule["id"], rule["kind"], match.get("module"), match.get("action"), match.get("id"), rule["skip"],
        ALWAYS if times is None else times, rule["seen"], rule["fired"], "on" if rule["enabled"] else "off", shown,
    )  # fmt: skip
