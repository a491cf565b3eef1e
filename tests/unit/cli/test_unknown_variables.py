"""Variables of our prefix that name no setting are told of, but for those that Kubernetes and Docker set."""

import logging

import pytest

from invapi_emulator.cli.main import commands
from invapi_emulator.cli.serve import tell_of_variables
from invapi_emulator.cli.unknown_variables import unknown_variables
from invapi_emulator.ending import ended
from tests.support.harness import Emulator


@pytest.fixture(autouse=True)
def _no_other_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "ADMIN_TOKEN"):
        monkeypatch.delenv(f"INVAPI_EMULATOR_{name}", raising=False)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PROT", "PORT"), ("ADMIN_TOCKEN", "ADMIN_TOKEN"), ("WORKER", "NO_WORKER"), ("ULR", "URL"), ("scenari", "SCENARIO"),
        ("LOGLEVEL", "LOG_LEVEL"),
    ],
)  # fmt: skip
def test_a_misspelt_variable_is_told_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(f"INVAPI_EMULATOR_{name}", "1")
    (line,) = unknown_variables()
    assert line == (
        f"INVAPI_EMULATOR_{name} is ignored: no setting has this name; did you mean INVAPI_EMULATOR_{meant}?"
    )


def test_a_variable_that_is_like_no_setting_is_told_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_XYZZY", "secret")
    assert unknown_variables() == ["INVAPI_EMULATOR_XYZZY is ignored: no setting has this name"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "tcp://10.0.0.1:8650"), ("SERVICE_HOST", "10.0.0.1"), ("SERVICE_PORT", "8650"), ("SERVICE_PORT_HTTP", "8650"),
        ("PORT_8650_TCP", "tcp://10.0.0.1:8650"), ("PORT_8650_TCP_PROTO", "tcp"), ("PORT_8650_TCP_PORT", "8650"),
        ("PORT_8650_TCP_ADDR", "10.0.0.1"), ("PORT_53_UDP", "udp://10.0.0.1:53"), ("PAGE_SERVICE_HOST", "10.0.0.2"),
        ("PAGE_PORT", "tcp://10.0.0.2:80"), ("PAGE_PORT_80_TCP_ADDR", "10.0.0.2"), ("NAME", "/app/emulator"), ("ENV_PATH", "/bin"),
        ("PROT", ""), ("PORT", "8650"), ("port", "8650"), ("URL", "http://127.0.0.1:8650"), ("ADMIN_TOKEN", "t"),
    ],
)  # fmt: skip
def test_settings_and_what_a_service_sets_are_not_told_of(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"INVAPI_EMULATOR_{name}", value)
    assert unknown_variables() == []


@pytest.mark.parametrize(("name", "value"), [("PAGE_PORT", "8650"), ("NAME", "demo"), ("SERVICE", "x")])
def test_a_value_that_a_service_does_not_set_is_told_of(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"INVAPI_EMULATOR_{name}", value)
    assert len(unknown_variables()) == 1


def test_servers_log_it_and_other_commands_print_it(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    emulator: Emulator,
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_PROT", "1")
    tell_of_variables()
    (record,) = [record for record in caplog.records if "PROT" in record.getMessage()]
    assert record.levelno == logging.WARNING
    assert ended(commands, ["env", "--url", emulator.url]) == 0
    out, err = capsys.readouterr()
    assert "INVAPI_EMULATOR_PROT is ignored" not in out
    assert err == f"invapi-emulator: {record.getMessage()}\n"
