"""Answers to clients before HTTP/1.1: they know no chunks and no interim answer, and a body may end with the connection."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


def answer_without_chunks(cycle: RequestResponseCycle) -> None:
    """Make a cycle that has not begun send a body of unknown length as it is, and close behind it."""
    send, has_length = cycle.send, True

    async def sent(message: Any) -> None:
        nonlocal has_length
        if message["type"] == "http.response.start":
            has_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
            if not has_length:
                cycle.chunked_encoding = False
        elif not has_length:
            cycle.expected_content_length = len(message.get("body", b""))
        await send(message)

    cycle.keep_alive = cycle.waiting_for_100_continue = False
    cycle.send = sent  # type: ignore[method-assign]
