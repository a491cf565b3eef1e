"""A Service named invapi-emulator makes Kubernetes set variables of our prefix in every pod. They are no settings."""

import logging

import pytest

from invapi_emulator.cli.main import main
from invapi_emulator.cli.serve import tell_of_variables
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings
from tests.support.harness import Emulator

INJECTED = {
    "SERVICE_HOST": "10.0.0.1", "SERVICE_PORT": "8650", "SERVICE_PORT_HTTP": "8650", "PORT": "tcp://10.0.0.1:8650",
    "PORT_8650_TCP": "tcp://10.0.0.1:8650", "PORT_8650_TCP_PROTO": "tcp", "PORT_8650_TCP_PORT": "8650",
    "PORT_8650_TCP_ADDR": "10.0.0.1", "TLS_SERVICE_HOST": "10.0.0.2", "TLS_PORT": "udp://[fd00::2]:443", "NAME": "/app/emulator",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_a_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in INJECTED.items():
        monkeypatch.setenv(f"INVAPI_EMULATOR_{name}", value)


def test_they_are_taken_as_not_set_with_a_line_each_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    settings = read_settings({})
    assert (settings.port, settings.tls_port) == (8650, None)
    with caplog.at_level(logging.INFO):
        tell_of_variables()
    assert [line.partition(" is ignored: ")[0] for line in caplog.messages] == [
        "INVAPI_EMULATOR_PORT='tcp://10.0.0.1:8650'",
        "INVAPI_EMULATOR_TLS_PORT='udp://[fd00::2]:443'",
    ]


@pytest.mark.parametrize(
    "words", [("healthcheck",), ("env",), ("reset",), ("advance", "1"), ("report",), ("export",)]
)
def test_commands_go_where_they_go_without_them(
    monkeypatch: pytest.MonkeyPatch,
    emulator: Emulator,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("INVAPI_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("INVAPI_EMULATOR_URL", emulator.url)
    monkeypatch.setattr("sys.argv", ["invapi-emulator", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("value", ["http://10.0.0.1:8650", "10.0.0.1:8650", "tcp"])
def test_another_wrong_port_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_PORT", value)
    with pytest.raises(CannotStart, match=f"INVAPI_EMULATOR_PORT: '{value}': "):
        read_settings({})
