"""Help in sections: the options of a command, and the commands of a group, under headings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

HELP = {"help_option_names": ["-h", "--help"]}
"""The settings of each command's context."""

_OTHERS = "Options"

Command = TypeVar("Command", bound=Callable[..., Any])


class SectionedOption(click.Option):
    """An option that stands under the heading `section` in the help of a command."""

    def __init__(self, *words: Any, section: str, **settings: Any) -> None:
        super().__init__(*words, **settings)
        self.section = section


def option(section: str, *words: str, **settings: Any) -> Callable[[Command], Command]:
    """Return a decorator that adds an option of a section to a command."""
    return click.option(*words, cls=SectionedOption, section=section, **settings)


class SectionedCommand(click.Command):
    """A command whose help has its own options first, then those with a section, in the order of the sections."""

    def __init__(self, *words: Any, **settings: Any) -> None:
        super().__init__(*words, **{"context_settings": HELP, **settings})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {_OTHERS: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and not isinstance(parameter, click.Argument):
                sections.setdefault(getattr(parameter, "section", _OTHERS), []).append(record)
        write_sections(formatter, sections)


def write_sections(formatter: click.HelpFormatter, sections: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Write a heading and a list of words with their meaning for each section that has any."""
    for heading, records in sections.items():
        if records:
            with formatter.section(heading):
                formatter.write_dl(records)
