"""A body in very small chunks is read in turns with other connections."""

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from invapi_emulator.server.http_protocol import MOST_PIECES
from tests.support.harness import Emulator
from tests.support.raw_connection import said

FORM = b"action=list&token=HOSTKEY_TOKEN&more="
HEAD = b"POST /eq.php HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


def in_chunks(more: int) -> bytes:
    chunks = b"%x\r\n%b\r\n" % (len(FORM), FORM)
    return HEAD + chunks + b"1\r\nx\r\n" * more + b"0\r\n\r\n"


@pytest.mark.parametrize(("chunks", "pauses"), [(10, False), (20 * MOST_PIECES, True)])
def test_reading_pauses_behind_many_chunks_and_goes_on(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, *, chunks: int, pauses: bool
) -> None:
    paused = []
    pause = FlowControl.pause_reading

    def noted(flow: FlowControl) -> None:
        paused.append(flow)
        pause(flow)

    monkeypatch.setattr(FlowControl, "pause_reading", noted)
    assert '"result":"OK"' in said(emulator.url, in_chunks(chunks))
    assert bool(paused) == pauses
