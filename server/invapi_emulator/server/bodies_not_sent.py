"""Clients that ask before they send a body, with `Expect: 100-continue`."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


def close_if_not_asked_for(cycle: RequestResponseCycle) -> None:
    """Make a cycle that has not begun close the connection behind an answer that comes before the body was asked for.

    The client may then send no body, and what it sent next would be read as one.
    """
    send = cycle.send

    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start" and cycle.waiting_for_100_continue and cycle.more_body:
            cycle.keep_alive = False
        await send(message)

    cycle.send = sent  # type: ignore[method-assign]
