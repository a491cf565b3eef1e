"""4.1, 4.3: the snapshot that the kit makes and removes."""

from invapi_conformance.answers import Row, rows_in
from invapi_conformance.checks.snapshots import ROW
from invapi_conformance.checks.tasks import ended_well
from invapi_conformance.patterns import COUNT, ISO, KEY, STRING, UUID, WIRE_DATE, numeric, says
from invapi_conformance.probe import Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared, first_difference, refused


def listed(probe: Probe, step: str) -> list[Row]:
    rows = rows_in(probe.step(step))
    if rows is None:
        raise CannotTell("the next list could not be read")
    return rows


def own_row(probe: Probe) -> Row:
    return next((row for row in listed(probe, "create.list") if row.get("name") == probe.own), {})


@check(
    "4.1", "documented", "create_snapshot answers a key, and then the snapshot is listed", needs=("changes",)
)
def a_created_snapshot_is_listed(probe: Probe) -> Finding:
    asked = answered(probe.step("create.asked"), {"result": "OK", "callback": KEY}, "no key")
    names = [row.get("name") for row in listed(probe, "create.list")]
    seen = {"its own snapshot": "listed" if probe.own in names else "not listed"}
    return first_difference(
        asked, compared(seen, {"its own snapshot": "listed"}, "unexpected list after its task ended OK")
    )


@check("4.1", "documented", "num_rotation is ignored", needs=("changes",))
def num_rotation_is_ignored(probe: Probe) -> Finding:
    before, after = probe.step("before").field("snapshots"), listed(probe, "create.list")
    gone = len({row.get("name") for row in before or ()} - {row.get("name") for row in after})
    return compared({"others gone": gone}, {"others gone": 0}, "num_rotation=1 cost a snapshot")


@check("4.8", "assumed", "the row of a new snapshot has all fields, in their forms", needs=("changes",))
def a_new_row_has_its_fields(probe: Probe) -> Finding:
    row = own_row(probe)
    if not row:
        raise CannotTell("its own snapshot is not listed")
    wanted = ROW | {
        "snapshot_id": STRING, "date": WIRE_DATE, "created_at": ISO, "type": "snapshot", "status": "available",
        "size": COUNT, "openstack_image_id": UUID,
    }  # fmt: skip
    return compared(row, wanted, "something else")


@check("3.4", "seen", "context of a new snapshot repeats its name and type", needs=("changes",))
def context_repeats_the_fields(probe: Probe) -> Finding:
    end = ended_well(probe.step("create.end"))
    wanted = {
        "action": "create_snapshot", "id": numeric(probe.access.vm), "name": probe.own, "type": "snapshot",
        "num_rotation": "1",
    }  # fmt: skip
    return answered(end, {"context": wanted}, "name or type is missing or different")


@check(
    "4.3", "documented", "remove_snapshot answers a key, and then the snapshot is gone", needs=("changes",)
)
def a_removed_snapshot_is_gone(probe: Probe) -> Finding:
    asked = answered(probe.step("remove.asked"), {"result": "OK", "callback": KEY}, "no key")
    names = [row.get("name") for row in listed(probe, "remove.list")]
    seen = {"its own snapshot": "listed" if probe.own in names else "gone"}
    return first_difference(
        asked, compared(seen, {"its own snapshot": "gone"}, "unexpected list after its task ended OK")
    )


@check("2.8", "assumed", "an image id that is not the snapshot's is refused", needs=("changes",))
def another_image_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("mismatch"), "the snapshot was removed despite the wrong openstack_id")


@check("4.3", "documented", "to remove what is not there is refused", needs=("changes",))
def to_remove_nothing_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("remove-again"), "it was accepted", message=says(""))
