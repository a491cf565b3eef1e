"""For suites of unittest: a new account for each test.

class TestBackups(InvapiTestCase):
    invapi_wanted = {"scenario": "one-vm"}

    def test_a_backup_ends(self):
        key = self.invapi.call("vm", "create_snapshot", id=12345, name="nightly")["callback"]
        self.invapi.advance(90)
        self.assertEqual(self.invapi.check(key)["result"], "OK")
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ClassVar
from unittest import TestCase, TestResult

from invapi_emulator.clock import real_time
from invapi_emulator.testing.account import Account
from invapi_emulator.testing.emulator import Emulator
from invapi_emulator.testing.made import MADE
from invapi_emulator.testing.story import story

_now = real_time()


__unittest = True
"""unittest leaves the frames of such modules out of its tracebacks."""


class InvapiMixin:
    """A mixin for TestCase or IsolatedAsyncioTestCase, to be named before them.

    `invapi` is the account of the test, with the arguments `invapi_wanted` of `Emulator.account`. `invapi_server` is the
    emulator of the class: the one at INVAPI_EMULATOR_URL, or a new one. A test that fails has the account's calls and
    tasks as a note of its exception. A test whose fault rules did not fire fails.
    """

    invapi_wanted: ClassVar[dict[str, Any]] = {}
    invapi_server: ClassVar[Emulator]
    invapi: Account

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()  # type: ignore[misc] # TestCase comes after the mixin
        url = os.environ.get("INVAPI_EMULATOR_URL") or None
        admin_token = os.environ.get("INVAPI_EMULATOR_ADMIN_TOKEN", "") if url else ""
        cls.invapi_server = Emulator(url, admin_token=admin_token)
        cls.addClassCleanup(cls.invapi_server.close)  # type: ignore[attr-defined] # of TestCase

    def setUp(self) -> None:
        super().setUp()  # type: ignore[misc] # TestCase comes after the mixin
        self._invapi_began = _now()
        self.invapi = self.invapi_server.account(**self.invapi_wanted)
        self.addCleanup(self.invapi.close)  # type: ignore[attr-defined] # of TestCase

    def run(self, result: TestResult | None = None) -> TestResult | None:
        """Run the test, within a block that tells the story of its account."""
        name: str = self._testMethodName  # type: ignore[attr-defined] # of TestCase
        by_pytest = type(result).__module__.startswith("_pytest.")
        tells = self._invapi_kept_for_pytest if by_pytest else self._invapi_told
        setattr(self, name, _wrapped(getattr(self, name), tells))
        ran: TestResult | None = super().run(result)  # type: ignore[misc] # TestCase comes after the mixin
        return ran

    def _invapi_check_faults(self) -> None:
        unused = self.invapi.unused_faults()
        if unused:
            raise AssertionError("\n".join(unused))

    @contextmanager
    def _invapi_told(self) -> Iterator[None]:
        try:
            yield
            self._invapi_check_faults()
        except Exception as problem:
            self.invapi.allow_unused_faults()
            problem.add_note("\n".join(story(self.invapi, self.invapi.began, self._invapi_began)))
            raise

    @contextmanager
    def _invapi_kept_for_pytest(self) -> Iterator[None]:
        """Keep the story for the report. The account is closed before it, and the plugin checks the fault rules."""
        try:
            yield
        except Exception:
            MADE.left_in_failure(self.invapi)
            raise


def _wrapped(method: Any, told: Callable[[], AbstractContextManager[None]]) -> Any:
    @wraps(method)
    def run_it() -> Any:
        with told():
            return method()

    @wraps(method)
    async def run_it_async() -> Any:
        with told():
            return await method()

    return run_it_async if iscoroutinefunction(method) else run_it


class InvapiTestCase(InvapiMixin, TestCase):
    """A TestCase with the account `invapi`."""
