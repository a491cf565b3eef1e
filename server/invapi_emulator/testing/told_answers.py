"""What an answer holds, in a few words: what a client decides on when it reads."""

from collections.abc import Iterator

from invapi_emulator.suggestions import did_you_mean
from invapi_emulator.testing.failure import Json


def held(body: Json) -> str:
    """Return what an accepted answer holds, such as `, 4 of 4 snapshots, rotation off`; empty if there is nothing to tell."""
    return "".join(f", {words}" for words in _parts(body))


def _parts(body: Json) -> Iterator[str]:
    if isinstance(snapshots := body.get("snapshots"), list):
        settings = body.get("settings")
        if isinstance(settings, dict) and "num_max" in settings:
            rotation = "on" if settings.get("enable_rotation") else "off"
            yield f"{len(snapshots)} of {settings['num_max']} snapshots"
            yield f"rotation {rotation}"
        else:
            yield f"{len(snapshots)} snapshots"
    if isinstance(server := body.get("server_data"), dict):
        yield from (str(server[name]) for name in ("status", "power_status") if name in server)
    if isinstance(servers := body.get("servers"), list):
        yield f"{len(servers)} servers"
    if isinstance(invoice := body.get("invoice"), int):
        yield f"invoice {invoice} {body.get('status', '')}".rstrip()


def unread(request: Json) -> str:
    """Return the fields that no action read, each with the known name that is most like it. A token is left out."""
    names = [name for name in request["unread"] if name != "token"]  # many clients send it with each call
    if not names:
        return ""
    known = _fields_of(str(request["module"]), str(request["action"]))
    return f", unread: {', '.join(f'{name}{did_you_mean(name, known)}' for name in names)}"


def _fields_of(module: str, action: str) -> list[str]:
    """Return the fields that an action reads."""
    import invapi_emulator.actions  # noqa: F401, PLC0415 - most reports need none
    from invapi_emulator.engine.action import ACTIONS  # noqa: PLC0415

    found = ACTIONS.get((module, action))
    return [] if found is None else [field.alias or name for name, field in found.params.model_fields.items()]
