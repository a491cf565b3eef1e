"""`invapi-emulator report`: the lint rules that an account's clients break, as text, JSON, JUnit XML or SARIF."""

import click

from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.report_forms import FORMS, SEVERITIES, written
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.sarif import source_uri

FOUND = 1

_SHAPE = {
    "findings": [
        {"id": str, "severity": str, "title": str, "instead": str, "count": int, "requests": [int]},
    ],
}


def _is_source(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else source_uri(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


@click.command(cls=SectionedCommand)
@of_account
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="text",
    show_default=True,
    help="how to write the findings",
)
@click.option(
    "--source",
    metavar="FILE",
    callback=_is_source,
    help="with sarif: the client's file to show the findings at, from the root of its repository",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="exit with status 1 for a finding of this severity or worse",
)
def report(
    *, url: str, admin_token: str, account: str, form: str, source: str | None, fail_on: str | None
) -> int:
    """Report what a client does that will hurt it on the real API.

    It looks at the calls of an account, and says what to do instead.

    Exit status: 0, or 1 with --fail-on if there is such a finding, 2 if there is no report.
    """
    if source is not None and form != "sarif":
        raise click.UsageError("--source needs --format sarif")
    answer = control(url, admin_token, "GET", f"{account}/report", shape=_SHAPE)
    click.echo(written(form, account, answer, source))
    bad = SEVERITIES[SEVERITIES.index(fail_on) :] if fail_on else ()
    return FOUND if any(finding["severity"] in bad for finding in answer["findings"]) else 0
