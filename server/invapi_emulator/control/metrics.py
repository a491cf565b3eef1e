"""`/metrics`: the server's metrics, for Prometheus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from invapi_emulator import __version__
from invapi_emulator.control.worlds import TheWorlds, Worlds
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.process.metrics import BOUNDS, Metrics, Timing
from invapi_emulator.storage import accounts, next_changes, task_lists

if TYPE_CHECKING:
    from prometheus_client.metrics_core import HistogramMetricFamily, Metric

router = APIRouter(tags=["health"])

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text format"}
}


@dataclass(frozen=True, slots=True)
class Stock:
    """Current numbers: accounts, tasks by state, and the lag of the most overdue task in seconds."""

    accounts: int
    tasks: dict[str, int]
    lag: float
    log_bytes: int


@router.get("/metrics", response_class=Response, responses=_TEXT)
async def metrics(request: Request, worlds: TheWorlds) -> Response:
    """Return metrics of calls, tasks, transactions, the worker's lag and the process."""
    # Imported on demand, so that the server starts faster.
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    stock = await worlds.database.call(lambda: _stock(worlds))
    registry = CollectorRegistry()
    registry.register(_Collected(worlds.metrics, stock))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), media_type=content_type)


def _stock(worlds: Worlds) -> Stock:
    with worlds.database.read() as tx:
        real_now = worlds.database.real_now(tx)
        changes = [clock.real_time_of(at) for clock, at in next_changes.next_changes(tx).values()]
        late = [real_now - change for change in changes if change is not None]
        lag = max([0, *late]) / SECOND
        return Stock(accounts.how_many(tx), task_lists.by_state(tx), lag, worlds.database.log_bytes)


@dataclass(frozen=True, slots=True, eq=False)
class _Collected:
    metrics: Metrics
    stock: Stock

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
            InfoMetricFamily,
        )

        yield InfoMetricFamily("invapi_emulator", "The emulator", {"version": __version__})
        calls = CounterMetricFamily(
            "invapi_emulator_calls", "Calls to the modules", labels=["module", "action", "result"]
        )
        for labels, count in self.metrics.calls.items():
            calls.add_metric(labels, count)
        yield calls
        times = HistogramMetricFamily(
            "invapi_emulator_call_seconds",
            "Time until a call was answered, including any delay by a fault",
            labels=["module", "action"],
        )
        for module_and_action, timing in self.metrics.times.items():
            _add(times, module_and_action, timing)
        yield times
        database = HistogramMetricFamily(
            "invapi_emulator_database_seconds", "Duration of transactions", labels=["kind"]
        )
        for kind, timing in self.metrics.database.items():
            _add(database, (kind,), timing)
        yield database
        yield GaugeMetricFamily(
            "invapi_emulator_database_log_bytes",
            "Size of the SQLite file's write-ahead log; 0 without one",
            self.stock.log_bytes,
        )
        yield CounterMetricFamily(
            "invapi_emulator_admin_token_refused", "Wrong admin tokens", self.metrics.admin_tokens_refused
        )
        yield _callback_tries(self.metrics.callbacks)
        held = GaugeMetricFamily("invapi_emulator_tasks", "Stored tasks", labels=["state"])
        for state, count in self.stock.tasks.items():
            held.add_metric([state], count)
        yield held
        yield GaugeMetricFamily("invapi_emulator_accounts", "Accounts", self.stock.accounts)
        yield GaugeMetricFamily(
            "invapi_emulator_worker_lag_seconds",
            "Real time by which the most overdue task is late; 0 if none is",
            self.stock.lag,
        )


def _callback_tries(counts: Mapping[str, int]) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily

    said = "Tries to send a callback of an installation"
    tries = CounterMetricFamily("invapi_emulator_callback_tries", said, labels=["outcome"])
    for outcome, count in counts.items():
        tries.add_metric([outcome], count)
    return tries


def _add(family: "HistogramMetricFamily", labels: tuple[str, ...], timing: Timing) -> None:
    bounds = [*map(str, BOUNDS), "+Inf"]
    buckets = list(zip(bounds, map(float, timing.up_to_each_bound()), strict=True))
    family.add_metric(labels, buckets=buckets, sum_value=timing.seconds)
