"""The catalogue that the server itself has: a file of the package, read once (contract 9.6)."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.domain.catalogue_mistakes import first_mistake
from invapi_emulator.errors import CannotStart

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)


def catalogue_of(account: Account | None) -> Catalogue:
    """Return the catalogue of an account: its own, or the server's. Without an account, return the server's."""
    own = None if account is None else account.catalogue
    return default_catalogue() if own is None else own


@cache
def default_catalogue() -> Catalogue:
    """Return the catalogue of calls without a token, and of accounts without one of their own; raise CannotStart."""
    file = files("invapi_emulator.domain").joinpath("default_catalogue.yaml")
    try:
        return read_catalogue(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise CannotStart(f"the default catalogue, {file}: {problem}") from None


def read_catalogue(text: str) -> Catalogue:
    """Return the catalogue that a text in YAML describes; raise ValueError with one line that names the place."""
    try:
        catalogue = msgspec.convert(yaml.load(text, Loader=_Loader), Catalogue)  # noqa: S506 - it is a safe one
    except yaml.YAMLError as problem:
        raise ValueError(f"not valid YAML: {' '.join(str(problem).split())}") from None
    except msgspec.ValidationError as problem:
        raise ValueError(_in_place(str(problem))) from None
    mistake = first_mistake(catalogue)
    if mistake is not None:
        raise ValueError(f"{mistake.place}: {mistake.value!r}: {mistake.accepted}")
    return catalogue


def _in_place(problem: str) -> str:
    """Return msgspec's message with the place before it, as other messages have it."""
    found = _PLACE.fullmatch(problem)
    if found is None:
        return problem
    place = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", found[2])
    return f"{place}: {found[1]}"
