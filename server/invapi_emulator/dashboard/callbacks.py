"""The calls that the emulator itself has made: callbacks of installations, as the page shows them."""

from dataclasses import dataclass

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.chain import NEW_WORLD
from invapi_emulator.storage import events
from invapi_emulator.storage.events import Event

MOST_SHOWN = 10
_MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The newest tries of the present world, newest first. `more`: there may be older ones."""

    tries: list[Event]
    more: bool


def callbacks_of(context: AccountContext, server: int | None = None) -> Callbacks:
    """Return the tries of all servers, or of one."""
    kinds = ("callback_sent", "callback_failed", *NEW_WORLD)
    told = events.newest(context.tx, context.account.id, kinds, _MOST_LOOKED_AT)
    found, more = list[Event](), len(told) == _MOST_LOOKED_AT
    for event in reversed(told):
        if event.kind in NEW_WORLD:
            more = False
            break
        if server in {None, event.data["server"]}:
            found.append(event)
    return Callbacks(found[:MOST_SHOWN], more or len(found) > MOST_SHOWN)
