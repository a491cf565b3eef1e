"""The settings of an emulator in a test: those that it is handed, and no variable of the environment."""

from typing import Any

from pydantic import ValidationError

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import SECRETS, Settings
from invapi_emulator.suggestions import did_you_mean


def handed(given: dict[str, Any]) -> Settings:
    """Return the settings; raise TypeError for an unknown name, CannotStart for a value that is not accepted.

    The variables of `serve` do not count: they may name the database of somebody who runs the tests, or be set by
    Kubernetes for a Service that is called as we are.
    """
    __tracebackhide__ = True
    for name in given.keys() - Settings.model_fields.keys():
        raise TypeError(
            f"unknown setting {name!r} (known: {', '.join(Settings.model_fields)}){did_you_mean(name, Settings.model_fields)}"
        )
    try:
        return Settings(**given)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        name = str(first["loc"][0])
        value = "***" if name in SECRETS else repr(first["input"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise CannotStart(f"{name}: {value}: {said[0].lower()}{said[1:]}") from None
