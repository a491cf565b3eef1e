"""A list of calls that may lack older ones says so."""

import pytest

from invapi_emulator.cli.main import main
from invapi_emulator.storage import requests
from tests.support.harness import Emulator


def test_requests_says_how_many_older_calls_may_match(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_URL", emulator.url)
    monkeypatch.setattr(requests, "KEPT", 3)
    monkeypatch.setattr(requests, "_CLEANED_EVERY", 1)
    emulator.call_vm("get_snapshot")
    for _ in range(5):
        emulator.eq("list")

    def told(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["invapi-emulator", "requests", *words])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().err

    assert told() == "number of older calls that may match and are no longer kept: 3\n"
    assert (
        told("--action", "get_snapshot") == "number of older calls that may match and are no longer kept: 1\n"
    )
    assert told("--last", "3") == told("--action", "on") == ""
