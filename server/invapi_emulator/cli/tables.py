"""What the commands print for people and for programs: aligned columns, or JSON."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from invapi_emulator.cli.sections import Command
from invapi_emulator.json_escapes import escaped_json
from invapi_emulator.process.logs import escaped, word

FORMATS = ("text", "json")


def format_option(about: str) -> Callable[[Command], Command]:
    """Return the option `--format`. JSON is one object a line."""
    return click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help=about
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table. Each value is one word, but for the last of a row; None is a dash."""
    cells = [list(headings), *([*map(_cell, row[:-1]), _last_cell(row[-1])] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def print_json(objects: Iterable[Any]) -> None:
    """Print each object on a line of its own, in ASCII that prints."""
    print_lines(escaped_json(json.dumps(each)) for each in objects)


def _last_cell(value: object) -> str:
    return "-" if value is None else escaped(str(value))


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else word(value)
