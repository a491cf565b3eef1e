"""Accounts in tests with asyncio, with unittest, and without pytest."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.async_account import AsyncAccount
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]

WITHOUT_PYTEST = "import sys; sys.modules['pytest'] = sys.modules['_pytest'] = None\n"


def run_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    script = folder / "suite.py"
    script.write_text(WITHOUT_PYTEST + code, encoding="utf-8")
    return subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, cwd=folder)


def test_an_account_is_awaited() -> None:
    async def scenario(account: AsyncAccount) -> None:
        keys = await asyncio.gather(*(account.call("eq", "off", id=vm) for vm in account.vms[:2]))
        assert (await account.check(keys[0]["callback"]))["result"] == "Not ready"
        await account.advance(90)
        assert (await account.check(keys[0]["callback"]))["result"] == "OK"
        assert (await account.check(keys[0]["callback"]))["reason"] == "key_spent"
        assert (await account.vm(account.vms[1]))["power"] == "off"
        assert [task["state"] for task in await account.tasks()] == ["done", "done"]
        assert await account.verify(action="off", count=2) == 2
        assert len(await account.requests(action="check")) == 3
        async with account.client() as client:
            answer = await client.post("/eq.php", data={"action": "list", "token": account.token})
            assert answer.json()["servers"] == account.vms
        await account.fault("reject", allow_unused=True)
        with pytest.raises(ControlFailure, match="did you mean 'reject'"):
            await account.fault("rejec")
        exported = await account.control(account.account.export)
        assert exported["vms"]

    with Emulator() as emulator, emulator.account(name="mine", seed=1) as account:
        asyncio.run(scenario(AsyncAccount(account)))
        assert repr(AsyncAccount(account)).startswith(
            "<AsyncAccount mine: scenario demo, seed 1, clock frozen"
        )


@pytest.mark.acceptance
def test_the_fixture_for_asyncio_says_what_it_needs(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    import asyncio, sys

    def test_awaited(invapi_async):
        assert asyncio.run(invapi_async.call("eq", "list"))["servers"] == invapi_async.vms

    def test_both_are_one(invapi_async, invapi):
        assert invapi_async.account is invapi

    @pytest.fixture
    def no_httpx(monkeypatch):
        monkeypatch.delitem(sys.modules, "invapi_emulator.testing.async_account", raising=False)
        monkeypatch.setitem(sys.modules, "httpx", None)

    def test_without(no_httpx, invapi_async):
        pass
    """)  # fmt: skip
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["invapi_async needs httpx: pip install 'invapi-emulator[[]async]'"])


def test_it_works_where_pytest_is_not_installed(tmp_path: Path) -> None:
    ran = run_python(
        """
from invapi_emulator.testing import Emulator
import invapi_emulator.testing.unittest
with Emulator() as emulator, emulator.account(scenario="one-vm", seed=1) as account:
    account.call("vm", "create_snapshot", id=12345, name="a")
    account.advance_until_idle()
    print(account.verify(action="create_snapshot", count=1))
""",
        tmp_path,
    )
    assert (ran.stdout, ran.returncode) == ("1\n", 0), ran.stderr


def test_a_test_case_has_an_account_and_tells_its_story(tmp_path: Path) -> None:
    ran = run_python(
        """
from unittest import IsolatedAsyncioTestCase, main
from invapi_emulator.testing.unittest import InvapiMixin, InvapiTestCase

class TestPlain(InvapiTestCase):
    invapi_wanted = {"scenario": "one-vm", "seed": 3}

    def test_passes(self):
        self.assertEqual((self.invapi.vms, self.invapi.seed), ([12345], 3))
        self.invapi.fault("reject")
        self.invapi.call("eq", "show", id=12345)

    def test_fails(self):
        self.invapi.fault("reject", match={"action": "off"})
        self.invapi.call("vm", "create_snapshot", id=12345, name="nightly")
        self.fail("my words")

    def test_unused(self):
        self.invapi.fault("lost_reply")

class TestAwaited(InvapiMixin, IsolatedAsyncioTestCase):
    async def test_awaited(self):
        self.invapi.call("vm", "create_snapshot", id=12345, name="awaited")
        self.fail("my words")

    async def test_passes(self):
        self.assertEqual(len(self.invapi.vms), 4)

main()
""",
        tmp_path,
    )
    assert "Ran 5 tests" in ran.stderr
    assert "FAILED (failures=3)" in ran.stderr
    assert "vm/create_snapshot id=12345 name=nightly -> OK, key " in ran.stderr
    assert "vm/create_snapshot id=12345 name=awaited -> OK, key " in ran.stderr
    assert ran.stderr.count("should fire 1 time, but fired 0 times") == 1
    assert "fault 1 (lost_reply" in ran.stderr
    assert "in run_it" not in ran.stderr
