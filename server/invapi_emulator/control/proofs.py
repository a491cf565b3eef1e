"""Proofs that the database can be written to, for the health check."""

import asyncio
from collections.abc import Callable

from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import DATABASE_LOST, is_unwritable, why_lost

PATIENCE_SECONDS = 1.0
"""Maximum time that health waits for the database. Health itself answers within two seconds."""


class Proofs:
    """Proofs that the database can be written to. One is made at a time, and all who ask meanwhile wait for it."""

    def __init__(self, database: Database, worker_problem: Callable[[], str | None]) -> None:
        self._database = database
        self._worker_problem = worker_problem
        self._running: asyncio.Task[None] | None = None

    async def problem(self) -> tuple[str, str] | None:
        """Return the status and the reason if the database cannot be written to or does not answer, or the worker fails."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._database.prove(), name="proof")
            self._running.add_done_callback(_heard)
        proof = self._running  # the next who asks may begin another before this one goes on
        # SQLite works on the loop's own thread: what takes long there is the loop's other work
        await asyncio.wait([proof], timeout=PATIENCE_SECONDS if self._database.shared else None)
        if not proof.done():
            return "no database", f"the database has not answered for {PATIENCE_SECONDS:g} s"
        try:
            proof.result()
        except DATABASE_LOST as problem:
            status = "cannot write" if is_unwritable(problem) else "no database"
            return status, f"the emulator {why_lost(problem)}"
        why = self._worker_problem()
        return ("no heartbeat", why) if why else None


def _heard(proof: "asyncio.Task[None]") -> None:
    """Take the outcome of a proof that nobody waited for until its end: asyncio would log it."""
    if not proof.cancelled():
        proof.exception()
