"""Refusals of a call's path and form, before its action is known."""

from invapi_emulator.api.parameters import shortened
from invapi_emulator.api.request import Request
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.transport import MULTIPART, PATH_BEHIND_PHP, PATH_WITHOUT_PHP
from invapi_emulator.engine.action import (
    ACTIONS,
    MODULES,
    NOT_EMULATED,
    NOT_EMULATED_MODULES,
    Action,
    actions_of,
    has_undocumented_actions,
    is_documented,
    modules,
)
from invapi_emulator.errors import ApiError, NotEmulated, UnknownAction, UnknownModule, UnsupportedMediaType
from invapi_emulator.process.secret_words import CUT
from invapi_emulator.suggestions import did_you_mean

_NOT_THE_VENDORS = "that this emulator does not have; this is not the vendor's refusal"


def find_action(request: Request, path: bytes) -> Action:
    """Return the action that the field `action` names.

    Raise UnknownModule, which shows the `path`, UnknownAction or NotEmulated (contract 1.4, 2.6).
    """
    module, name = request.module, request.fields.get("action")
    found = ACTIONS.get((module, name)) if isinstance(name, str) else None
    if found is not None:
        return found
    called = f"{module}/{_cut(ascii(name)[1:-1], 40)}" if isinstance(name, str) and name else module
    if module in NOT_EMULATED_MODULES:
        raise NotEmulated(f"{called} is of a module of the real API {_NOT_THE_VENDORS}")
    if module not in MODULES:
        known = ", ".join(f"/{known}.php" for known in modules())
        raise UnknownModule(f"there is no module at {_shown(path)}; there are {known}")
    if isinstance(name, str) and name and _may_be_the_vendors(module, name):
        raise NotEmulated(f"{called} is an action of the real API {_NOT_THE_VENDORS}")
    given = (
        f"unknown action {shortened(name)}"
        if isinstance(name, str) and name
        else "the field action is missing"
    )
    actions = actions_of(module)
    raise UnknownAction(f"{given}; {module} has {', '.join(actions)}{did_you_mean(name, actions)}")


def _shown(path: bytes) -> str:
    """Return a path cut to a length that fits a message."""
    return _cut(ascii(path.decode("latin-1")), 80)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + CUT


def _may_be_the_vendors(module: str, action: str) -> bool:
    return has_undocumented_actions(module) or action in NOT_EMULATED.get(module, ())


def form_refusal(request: Request, assumed: Assumed) -> ApiError | None:
    """Return the refusal of a path or body that the options of A-01, A-02 and A-47 do not accept."""
    if is_documented(request.module) and (
        (not request.has_extension and assumed[PATH_WITHOUT_PHP] == "unknown")
        or (request.has_more_path and assumed[PATH_BEHIND_PHP] == "unknown")
    ):
        return UnknownModule(f"there is no module at this path; it is at /{request.module}.php")
    if assumed[MULTIPART] == "refused" and request.is_multipart:
        return UnsupportedMediaType("a body of parts is not read; send application/x-www-form-urlencoded")
    return None
