"""Contract 4.5 and 4.15: statistics of the last hour."""

import json

import pytest

from tests.support.harness import Emulator, Json

pytestmark = pytest.mark.clause("4.5", "4.15")


def statistics(emulator: Emulator, vm: int = 12345) -> Json:
    scope: Json = json.loads(emulator.do("vm", "load_stats", vm)["scope"])
    return scope


def series(stats: Json) -> dict[str, list[float]]:
    return {
        "cpu": stats["cpu"],
        "ram": stats["ram"]["used"],
        "read": stats["disk"]["read"],
        "write": stats["disk"]["write"],
        "rx": stats["net"]["rx"],
        "tx": stats["net"]["tx"],
    }


@pytest.mark.follows("A-15")
def test_sixty_points_one_minute_apart_end_at_the_present(emulator: Emulator) -> None:
    emulator.advance(7200)
    stats = statistics(emulator)
    assert set(stats) == {"from", "step", "cpu", "ram", "disk", "net"}
    assert (stats["from"], stats["step"]) == ("2030-01-01T01:01:00Z", 60)
    assert all(len(points) == 60 for points in series(stats).values())
    assert stats["ram"]["total"] == 4096


@pytest.mark.follows("A-15")
def test_a_running_vm_shows_load_within_its_bounds(emulator: Emulator) -> None:
    stats = statistics(emulator)
    assert all(min(points) > 0 for points in series(stats).values())
    assert max(stats["cpu"]) <= 100
    assert max(stats["ram"]["used"]) <= 4096


@pytest.mark.follows("A-15")
def test_a_vm_that_is_off_shows_zeros(emulator: Emulator) -> None:
    assert not any(any(points) for points in series(statistics(emulator, 12346)).values())


@pytest.mark.follows("A-15")
def test_the_statistics_show_the_power_history(emulator: Emulator) -> None:
    emulator.advance(1800)
    emulator.do("eq", "off")
    emulator.advance(1800)
    points = statistics(emulator)["cpu"]
    assert min(points[:28]) > 0
    assert points[-28:] == [0] * 28
    emulator.do("eq", "on")
    emulator.advance(600)
    points = statistics(emulator)["cpu"]
    assert min(points[-9:]) > 0
    assert 0 in points


@pytest.mark.follows("A-15")
def test_old_power_changes_are_dropped_without_a_trace(emulator: Emulator) -> None:
    for _ in range(3):
        emulator.do("eq", "off")
        emulator.advance(7200)
        assert statistics(emulator)["cpu"] == [0] * 60
        emulator.do("eq", "on")
        emulator.advance(7200)
        assert min(statistics(emulator)["cpu"]) > 0


@pytest.mark.parametrize(("action", "vm"), [("create_snapshot", 12348), ("remove_snapshot", 12346)])
@pytest.mark.follows("A-15")
def test_work_on_snapshots_is_a_peak_of_disk_use(emulator: Emulator, action: str, vm: int) -> None:
    quiet = max(series(statistics(emulator, vm))["read"])
    emulator.do("vm", action, vm, name="new" if action == "create_snapshot" else "monday")
    emulator.advance(300)
    stats = series(statistics(emulator, vm))
    assert quiet == 0
    assert max(stats["read"]) > 10_000_000
    assert max(stats["write"]) > 10_000_000
    assert stats["cpu"] == [0] * 60


@pytest.mark.follows("A-15")
def test_a_minute_always_has_the_same_values(emulator: Emulator) -> None:
    emulator.advance(4000)
    first = statistics(emulator)["cpu"]
    emulator.advance(600)
    later = statistics(emulator)["cpu"]
    assert later[:49] == first[10:59]
