"""The plugin in suites that replace time, files, sockets and functions, and that look at logs and variables."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from invapi_emulator.settings import Settings
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

PYFAKEFS = ["pyfakefs.pytest_plugin"]

WORKS = """
    import asyncio, logging, os, socket, threading, time, unittest, urllib.request
    from unittest.mock import AsyncMock, Mock
    from invapi_emulator.testing import Emulator

    def works(account):
        account.set_clock(mode="real", rate=1)
        year = account.clock["now"][:2]
        assert call(account, "load_stats")["result"] == "OK"
        assert account.clock["now"][:2] == year == "20"
        account.reset(scenario="mixed-kinds")
        account.import_(account.export())
        assert account.verify(action="load_stats", count=1) == 1
"""

REPLACED = (
    WORKS
    + """
    import time_machine
    from freezegun import freeze_time

    @pytest.mark.invapi(clock="real")
    @freeze_time("2526-01-01")
    def test_freezegun(invapi):
        works(invapi)

    def test_time_machine(invapi):
        with time_machine.travel("2126-01-01"):
            works(invapi)

    @pytest.mark.parametrize("freeze", [freeze_time, time_machine.travel])
    def test_an_emulator_that_starts_in_another_time(freeze):
        with freeze("2526-01-01"), Emulator() as emulator, emulator.account(clock="real") as account:
            works(account)

    def test_functions_of_time(invapi, monkeypatch):
        names = [name for name in dir(time) if isinstance(getattr(time, name), type(time.time))]
        assert {"time", "time_ns", "monotonic", "sleep", "strftime", "gmtime", "localtime"} <= set(names)
        replaced = [Mock(side_effect=ZeroDivisionError) for _ in names]
        for name, other in zip(names, replaced):
            monkeypatch.setattr(time, name, other)
        works(invapi)
        assert invapi.call("vm", "get_snapshot", id=12345)["result"] == "OK"
        for path in ("/", "/_emulator/ui/accounts/" + invapi.name, "/_emulator/accounts/" + invapi.name + "/vms/12345"):
            page = urllib.request.Request(invapi.url + path, headers={"Accept": "text/html"})
            with urllib.request.urlopen(page) as answer:
                assert answer.status == 200
        threading.Event().wait(1.2)  # the server sets the header Date anew
        assert not any(other.called for other in replaced)

    @pytest.mark.parametrize(
        ("owner", "name"), [(logging, "getLogger"), (logging.Manager, "getLogger"), (logging, "Logger")]
    )
    def test_loggers(invapi, monkeypatch, owner, name):
        with monkeypatch.context() as replaced:
            logger = Mock(side_effect=ZeroDivisionError)
            replaced.setattr(owner, name, logger)
            works(invapi)
            with socket.create_connection(("127.0.0.1", int(invapi.url.rpartition(":")[2]))) as new:
                new.sendall(b"GET /_emulator/live HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
                assert new.recv(15) == b"HTTP/1.1 200 OK"
            assert not logger.called

    def test_asyncio_sleep(invapi, monkeypatch):
        slept = AsyncMock()
        monkeypatch.setattr("asyncio.sleep", slept)
        works(invapi)
        with Emulator() as emulator, emulator.account() as account:
            works(account)
        threading.Event().wait(0.5)
        assert not slept.called

    def test_files(invapi_server, fs):
        with invapi_server.account(scenario="at-the-limit") as account:
            works(account)

    def test_variables(invapi, monkeypatch):
        for name in list(os.environ):
            monkeypatch.delenv(name)
        works(invapi)

    def test_a_folder_that_is_gone(invapi, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        tmp_path.rmdir()
        works(invapi)

    @pytest.mark.skipif("not config.getoption('invapi_server') == 'process'")
    def test_functions_of_json(invapi, monkeypatch):
        for name in ("dumps", "loads"):
            monkeypatch.setattr("json." + name, Mock(side_effect=ZeroDivisionError))
        invapi.import_(invapi.export())
        assert invapi.call("vm", "load_stats", id=12345)["result"] == "OK"

    def test_a_default_timeout(invapi):
        socket.setdefaulttimeout(0.000001)
        try:
            assert invapi.clock["mode"] == "frozen"
        finally:
            socket.setdefaulttimeout(None)
"""
)


@pytest.mark.parametrize("where", ["thread", "process"])
def test_what_tests_replace_does_not_reach_the_server(pytester: pytest.Pytester, where: str) -> None:
    result = run(pytester, REPLACED, f"--invapi-server={where}", "-W", "error", plugins=PYFAKEFS)
    in_process = where == "process"
    result.assert_outcomes(passed=13 + in_process, skipped=1 - in_process)


@pytest.mark.parametrize("where", ["thread", "process"])
def test_a_replaced_class_of_sockets_does_not_reach_the_server(pytester: pytest.Pytester, where: str) -> None:
    result = run(pytester, WORKS + """
    import socket

    class Guard(socket.socket):
        def __init__(self, *words, **named):
            raise RuntimeError("no network in tests")

    @pytest.mark.parametrize("replacement", [None, Guard])
    def test_of_a_fixture(invapi, monkeypatch, replacement):
        monkeypatch.setattr(socket, "socket", replacement)
        invapi.advance(5)
        with Emulator() as emulator, emulator.account() as other:
            assert other.clock["mode"] == "frozen"
    """, f"--invapi-server={where}")  # fmt: skip
    result.assert_outcomes(passed=2)


def test_pytest_socket_does_not_come_between_a_test_and_its_emulator(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    from invapi_emulator.testing import Emulator

    def test_of_a_fixture(invapi):
        assert invapi.call("vm", "load_stats", id=12345)["result"] == "OK"

    def test_by_hand():
        with Emulator() as emulator, emulator.account() as account:
            assert account.clock["mode"] == "frozen"

    @pytest.mark.allow_hosts(["10.0.0.1"])
    def test_other_hosts_are_allowed(invapi):
        assert invapi.clock["mode"] == "frozen"
    """, "--disable-socket", plugins=["pytest_socket"])  # fmt: skip
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("flags", [[], ["-p", "no:logging"]])
def test_nothing_of_ours_is_logged_or_printed(pytester: pytest.Pytester, flags: list[str]) -> None:
    looks = (
        ""
        if flags
        else "def test_log(invapi, caplog):\n        caplog.set_level(0)\n        works(invapi)\n        assert not caplog.records"
    )
    result = run(pytester, WORKS + f"""
    {looks}

    def test_handlers_of_the_root(invapi):
        lines = []
        class Lines(logging.Handler):
            def emit(self, record):
                lines.append(record)
        logging.basicConfig(level=1, handlers=[Lines()], force=True)
        logging.getLogger("uvicorn.access").addHandler(Lines())
        works(invapi)
        with Emulator(profile="hostile") as emulator, emulator.account() as account:
            account.reset()
        assert not lines

    def test_output(invapi, capfd):
        works(invapi)
        with Emulator(profile="hostile") as emulator, emulator.account() as account:
            account.reset()
        assert capfd.readouterr() == ("", "")

    def test_a_log_is_there_for_who_asks(invapi):
        lines = []
        class Lines(logging.Handler):
            def emit(self, record):
                lines.append(record.getMessage())
        logging.basicConfig(handlers=[Lines()], force=True)
        ours = logging.getLogger("invapi_emulator")
        before = ours.level
        ours.setLevel("INFO")
        call(invapi, "load_stats")
        ours.setLevel(before)
        assert lines == ["POST vm/load_stats: ok"]
    """, *flags)  # fmt: skip
    result.assert_outcomes(passed=3 if flags else 4)


def test_the_variables_of_serve_do_not_count(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even their values are looked at."""
    for name in Settings.model_fields:
        monkeypatch.setenv(f"INVAPI_EMULATOR_{name.upper()}", "tcp://10.0.0.1:8650")
    monkeypatch.setenv("WEB_CONCURRENCY", "many")
    result = run(pytester, """
    from invapi_emulator.testing import Emulator

    def test_of_a_fixture(invapi):
        assert invapi.url.startswith("http://127.0.0.1:")

    @pytest.mark.parametrize("process", [False, True])
    def test_by_hand(process):
        with Emulator(process=process) as emulator, emulator.account(scenario="one-vm", clock=None) as account:
            assert account.clock["mode"] == "real"
            assert call(account, "load_stats")["result"] == "OK"
    """)  # fmt: skip
    result.assert_outcomes(passed=3)
    assert not [file for file in pytester.path.iterdir() if file.suffix not in {"", ".py"}]


@pytest.mark.parametrize("where", ["thread", "process"])
def test_the_first_use_may_be_within_pyfakefs(pytester: pytest.Pytester, where: str) -> None:
    tests = (
        WORKS
        + """
    @pytest.mark.parametrize("path", ["/", "/_emulator/ui/static/page.css", "/docs", "/docs/swagger-ui.css", "/openapi.json"])
    def test_of_the_page(fs, request, path):
        url = request.getfixturevalue("invapi").url + path
        asked = urllib.request.Request(url, headers={"Accept": "text/html"})
        assert urllib.request.urlopen(asked).status == 200

    @pytest.mark.parametrize("time", [1, 2])
    def test_of_a_fixture(fs, request, time):
        works(request.getfixturevalue("invapi"))
        assert not os.path.exists(os.__file__)

    def test_by_hand(fs, request):
        process = request.config.getoption("invapi_server") == "process"
        with Emulator(process=process) as emulator, emulator.account() as account:
            works(account)

    def test_while_it_is_paused(fs):
        fs.pause()
        with Emulator(process=True) as emulator, emulator.account() as account:
            works(account)
            assert os.path.exists(os.__file__)
    """
    )
    run(pytester, tests, f"--invapi-server={where}", plugins=PYFAKEFS).assert_outcomes(passed=9)
