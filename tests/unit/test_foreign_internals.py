"""Uses of uvicorn, SQLAlchemy and psycopg beyond their documented API. A failure here shows what has moved."""

from collections.abc import Iterator
from importlib.metadata import version
from inspect import signature
from types import FunctionType
from typing import Any

from psycopg import Connection
from sqlalchemy import create_engine, select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from uvicorn import Config, Server
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from invapi_emulator.server import server
from invapi_emulator.server.backlog import AskingFlowControl
from invapi_emulator.server.http_protocol import Protocol
from invapi_emulator.storage.tables import account

SIGNATURES: dict[Any, dict[str, str]] = {
    HttpToolsProtocol: {
        "__init__": "self config server_state app_state _loop",
        "connection_made": "self transport",
        "connection_lost": "self exc",
        "data_received": "self data",
        "on_headers_complete": "self",
        "on_body": "self body",
        "on_message_complete": "self",
        "on_response_complete": "self",
        "pause_writing": "self",
        "resume_writing": "self",
        "_unset_keepalive_if_required": "self",
        "_start_asgi_task": "self cycle app",
        "shutdown": "self",
    },
    FlowControl: {"__init__": "self transport", "pause_reading": "self", "resume_reading": "self"},
    Server: {
        "__init__": "self config",
        "startup": "self sockets",
        "main_loop": "self",
        "shutdown": "self sockets",
        "capture_signals": "self",
    },
    DefaultDialect: {"is_disconnect": "self e connection cursor"},
    TypeEngine: {"dialect_impl": "self dialect", "result_processor": "self dialect coltype"},
    DBAPIError: {
        "instance": "statement params orig dbapi_base_err hide_parameters connection_invalidated dialect ismulti",
    },
}
"""The parameters of overridden or called functions, by class."""

ATTRIBUTES: dict[type, str] = {
    HttpToolsProtocol: "client config cycle flow headers loop parser pipeline scope transport url",
    FlowControl: "read_paused",
    RequestResponseCycle: "body chunked_encoding disconnected expected_content_length keep_alive message_event response_complete "
    "response_started scope send transport waiting_for_100_continue",
    Server: "config lifespan server_state servers should_exit started",
    Config: "backlog http_protocol_class proxy_headers",
}
"""The attributes of uvicorn's objects that are read or set, by class."""

OURS = {Protocol: HttpToolsProtocol, server.Server: Server, AskingFlowControl: FlowControl}


def moved() -> Iterator[str]:
    for owner, methods in SIGNATURES.items():
        for name, expected in methods.items():
            found = " ".join(signature(getattr(owner, name)).parameters) if hasattr(owner, name) else "gone"
            if found != expected:
                yield f"{owner.__name__}.{name}: {found}, and was: {expected}"
    for owner, names in ATTRIBUTES.items():
        yield from (f"{owner.__name__}.{name}: gone" for name in names.split() if name not in names_in(owner))
    for ours, theirs in OURS.items():
        overridden = {name for name, value in vars(ours).items() if isinstance(value, FunctionType)} & set(
            dir(theirs)
        )
        yield from (
            f"{ours.__name__}.{name} is overridden, and has no line in SIGNATURES"
            for name in overridden - set(SIGNATURES[theirs])
        )
    yield from (f"SQLAlchemy's {name}: gone" for name in missing_of_sqlalchemy())
    yield from moved_of_psycopg()


def names_in(owner: type) -> set[str]:
    """Return the attributes that a class's code reads and sets on objects, and its property names."""
    functions = [value for value in vars(owner).values() if isinstance(value, FunctionType)]
    return set(dir(owner)).union(*(function.__code__.co_names for function in functions))


def moved_of_psycopg() -> Iterator[str]:
    """Look at the start only: the limits of `wait` differ between versions, and are passed on."""
    found = list(signature(Connection.wait).parameters)[:3]
    if found != ["self", "gen", "interval"]:
        yield f"psycopg's Connection.wait: {found}"


def missing_of_sqlalchemy() -> Iterator[str]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        compiled = select(account.c.id).where(account.c.id == 1).compile(dialect=engine.dialect)
        bind = next(iter(compiled.binds.values()))
        for of, names in (
            (engine.dialect, "loaded_dbapi paramstyle identifier_preparer"),
            (engine.dialect.identifier_preparer, "quote format_table"),
            (connection, "invalidate"),
            (connection.connection, "dbapi_connection driver_connection"),
            (compiled, "bind_names binds positiontup"),
            (bind, "required value"),
        ):
            yield from (f"{type(of).__name__}.{name}" for name in names.split() if not hasattr(of, name))
    engine.dispose()


def test_everything_used_beyond_the_documented_api_exists() -> None:
    found = list(moved())
    assert not found, f"uvicorn {version('uvicorn')}, SQLAlchemy {version('sqlalchemy')}:\n" + "\n".join(
        found
    )
