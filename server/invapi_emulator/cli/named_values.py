"""Words of the form `NAME=VALUE`."""

from collections.abc import Iterable

import click

from invapi_emulator.process.secret_words import names_a_secret


def named(words: str, expected: str = "NAME=VALUE") -> tuple[str, str]:
    """Return the two parts; raise BadParameter for other words. `expected` says what they should be."""
    name, equals, value = words.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{words!r}: expected {expected}")
    return name, value


def once(several: Iterable[str], expected: str = "NAME=VALUE") -> dict[str, str]:
    """Return the values by name; raise BadParameter also for a name that is given twice."""
    found: dict[str, str] = {}
    for name, value in (named(words, expected) for words in several):
        if name in found:
            seen = "" if names_a_secret(name) else f", {found[name]!r} and {value!r}"
            raise click.BadParameter(f"{name}: given twice{seen}")
        found[name] = value
    return found
