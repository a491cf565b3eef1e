"""The floor as a bare ASGI application: the cost of uvicorn alone."""

from starlette.types import Receive, Scope, Send

ANSWER = (
    b'{"result":"OK","module":"vm","action":"get_snapshot","callback":"zwwhla4g1bua0kzgqtf6rto5h8x23jxl"}'
)
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]


async def app(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})
