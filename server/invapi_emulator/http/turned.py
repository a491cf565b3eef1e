"""What other readings of the assumptions refuse about a call's path and body (assumptions A-01, A-02)."""

from invapi_emulator.actions import MODULES
from invapi_emulator.assumptions.transport import MULTIPART, PATH_WITHOUT_PHP
from invapi_emulator.errors import ApiError, UnknownModule, UnsupportedMediaType
from invapi_emulator.http.journal import Heard


def refused_as_turned(heard: Heard) -> ApiError | None:
    """Return the refusal of a call that came in a way which its account, or the server, does not read."""
    assumed = heard.assumed
    if heard.without_php and not assumed.holds(PATH_WITHOUT_PHP) and heard.module in MODULES:
        return UnknownModule(f"there is no module at /{heard.module}; it is at /{heard.module}.php")
    if heard.in_parts and not assumed.holds(MULTIPART):
        return UnsupportedMediaType("a body of parts is not read; send application/x-www-form-urlencoded")
    return None
