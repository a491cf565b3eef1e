"""Load worlds and VMs into an account."""

from collections.abc import Sequence
from dataclasses import dataclass

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.engine.renting.deploy import BEFORE_FIRST_ORDER
from invapi_emulator.engine.renting.invoices import BEFORE_FIRST_INVOICE
from invapi_emulator.storage import accounts
from invapi_emulator.storage.faults import Rule
from invapi_emulator.storage.snapshots import ROTATION, SNAPSHOT
from invapi_emulator.storage.stale_lists import UNLISTED
from invapi_emulator.storage.tasks import TASK
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.vm_record import VM
from invapi_emulator.storage.world_rows import WorldRows
from invapi_emulator.whole_numbers import MOST_COUNTED
from invapi_emulator.worlds.account_keys import build_keys
from invapi_emulator.worlds.billing import build_billing
from invapi_emulator.worlds.build import BuiltVm, building_vm, built_server
from invapi_emulator.worlds.build_context import BuildContext, new_context, present_context
from invapi_emulator.worlds.consistency import checking_vm
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.load_faults import building_rules, load_faults
from invapi_emulator.worlds.orders import build_orders
from invapi_emulator.worlds.others import Others, Source
from invapi_emulator.worlds.reading import check_parts
from invapi_emulator.worlds.schema import CountersSpec, VmSpec, World
from invapi_emulator.worlds.steps import Steps, at_once, each

_STEP = 100
"""Number of VMs, snapshots and tasks that are built in a step."""

OF_VMS = (VM, SNAPSHOT, ROTATION, TASK, UNLISTED)
"""The records of a VM and of what belongs to it."""

KeysIssuedAnew = dict[str, str]
"""New keys of tasks by the given key that could not be kept, and the secrets of API keys by `api_keys.<id>`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A world that was built for an account, ready to be stored."""

    world: World
    building: BuildContext
    rows: WorldRows
    rules: Sequence[Rule]


def load_vm(tx: Transaction, account: Account, spec: VmSpec, now: Instant) -> None:
    """Load a VM into an account that has none with this id; raise Unprocessable for a contradiction."""
    if spec.phase != "rented":
        raise error_at(
            "phase", spec.phase, "expected rented: it is an order that makes a server have another"
        )
    building = present_context(Others(Source(tx), account), now)
    store_vm(tx, building, at_once(preparing_vm(spec, building)))


def preparing_vm(spec: VmSpec, building: BuildContext) -> Steps[WorldRows]:
    """Build a VM in steps; raise Unprocessable for a contradiction. Each step asks `building.source.tx`.

    What its orders ask of it stays as it is.
    """
    building.reserve([spec])
    rows = yield from _built([spec], building, [""])
    return rows


def store_vm(tx: Transaction, building: BuildContext, rows: WorldRows) -> None:
    """Store a VM in its account, which has none with this id."""
    last = {"sequence": building.numbers.last, "objects_made": building.objects.last}
    accounts.set_counters(tx, building.account.id, **last)
    rows.insert(tx, building.account.id)


def new_context_of(tx: Transaction, account: Account, world: World, now: Instant) -> BuildContext:
    """Return the context for building a world for an account.

    Tasks keep their keys, unless the world names another account or another account has the key.
    """
    return new_context(tx, account, now, keep_keys=is_own(account, world))


def is_own(account: Account, world: World) -> bool:
    """Tell whether a world may be the account's own: whether it does not name another one."""
    return world.account in {None, account.name}


def preparing(building: BuildContext, world: World) -> Steps[Prepared]:
    """Build a world in steps; raise Unprocessable for a contradiction. Each step asks `building.source.tx`."""
    check_parts(sum(map(_size, world.vms)))
    building.reserve(world.vms)
    building.objects.reserve(key.id for key in world.ssh_keys)
    building.objects.reserve(key.id for key in world.api_keys)
    counted = building.numbers.last if world.counters is None else world.counters.sequence
    if counted < building.numbers.last:
        used = f"must be at least {building.numbers.last}, the largest number of a snapshot or task"

        raise error_at("counters.sequence", counted, used)
    rows = yield from _built(world.vms, building, [f"vms.{number}." for number in range(len(world.vms))])
    yield from build_keys(world, building, rows)
    yield from build_billing(world, building, rows)
    yield from build_orders(world, building, rows)
    _count_made(world, building)
    building.numbers.last = max(building.numbers.last, counted)
    building.objects.reserve([None if world.counters is None else world.counters.objects])
    rules = yield from building_rules(world)
    return Prepared(world, building, rows, rules)


def _count_made(world: World, building: BuildContext) -> None:
    """Let new orders and invoices get larger numbers than those described, which the emulator may have made."""
    told = CountersSpec(sequence=0) if world.counters is None else world.counters
    for numbers, counted, before_first, described in (
        (building.orders, told.orders, BEFORE_FIRST_ORDER, world.orders),
        (building.invoices, told.invoices, BEFORE_FIRST_INVOICE, world.invoices),
    ):
        made = (each.id - before_first for each in described)
        numbers.reserve([counted, *(number for number in made if 0 < number <= MOST_COUNTED)])


def _size(spec: VmSpec) -> int:
    return 1 + sum(map(len, (spec.snapshots, spec.settings, spec.tasks, spec.unlisted)))


def store(tx: Transaction, account: Account, prepared: Prepared) -> KeysIssuedAnew:
    """Store a world in the account that it was built for, which has no VMs."""
    world, building = prepared.world, prepared.building
    answered = 0 if world.counters is None else world.counters.answers
    last = {"sequence": building.numbers.last, "objects_made": building.objects.last}
    made = {"orders_made": building.orders.last, "invoices_made": building.invoices.last}
    accounts.set_counters(tx, account.id, answered=answered, **last, **made)
    load_faults(tx, account, world, prepared.rules)
    prepared.rows.insert(tx, account.id)
    return building.keys.issued_anew


def _built(specs: Sequence[VmSpec], building: BuildContext, places: Sequence[str]) -> Steps[WorldRows]:
    """Build and check VMs, and return their rows."""
    rows, ids, size = WorldRows(building.account), set[int](), 0
    for spec, place in zip(specs, places, strict=True):
        if spec.id in ids:
            raise error_at(f"{place}id", spec.id, "another VM of this world has this id")
        ids.add(spec.id)
        built = yield from building_vm(spec, building, place)
        yield from checking_vm(spec, built, building.now, place)
        building.servers[spec.id] = built_server(built, place)
        yield from _adding(rows, built)
        size += _size(spec)
        if size >= _STEP:
            size = 0
            yield
    return rows


def _adding(rows: WorldRows, built: BuiltVm) -> Steps[None]:
    vm_id = built.vm.id
    rows.add(VM, (vm_id,), built.vm)
    for type_, settings in built.settings.items():
        rows.add(ROTATION, (vm_id, type_), settings)
    yield from each(built.snapshots, lambda made: rows.add(SNAPSHOT, (vm_id, made.type, made.name), made))
    yield from each(built.tasks, lambda task: rows.add(TASK, (task.key,), task))
    for change in built.unlisted:
        rows.add(UNLISTED, (vm_id, change.sequence), change)
