"""The floor: FastAPI reads the form and answers a constant. The cost of an emulator without state."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

ANSWER = (
    b'{"result":"OK","module":"vm","action":"get_snapshot","callback":"zwwhla4g1bua0kzgqtf6rto5h8x23jxl"}'
)

app = FastAPI()


@app.post("/vm.php")
async def answer(request: Request) -> Response:
    await request.form()
    return Response(ANSWER, media_type="application/json")
