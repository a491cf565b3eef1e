"""`eq.php` `list`: lists the account's servers, all or some (contract 6.1)."""

from collections.abc import Callable, Iterable
from functools import cache
from ipaddress import ip_address
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.eq.server_rows import ServerStatus, groups_of, server_row, status_of
from invapi_emulator.actions.parameters import Parameters, Switch, Words
from invapi_emulator.actions.server_ids import wire_id, wire_ids
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.catalogue import price_in_eur
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.virtual_machines import VirtualMachine, VmKind
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def _canonical_address(text: str) -> str:
    return str(ip_address(text))


def _names_one(words: str | None, values: Iterable[str]) -> bool:
    """Tell whether one of the words, which commas separate, is among the values. No words take all."""
    return words is None or not {word.strip() for word in words.split(",")}.isdisjoint(values)


SeveralWords = Annotated[
    Words,
    Field(
        description="one or several, separated by commas; at most 200 characters, none a control character"
    ),
]


class Wanted(Parameters):
    """The servers to list: those that agree with each filter that is sent."""

    full: Switch = False
    location: SeveralWords | None = None
    status: Annotated[ServerStatus, Field(description="rent, power_off or presale")] | None = None
    ip: (
        Annotated[
            str,
            StringConstraints(pattern=r"\A[0-9a-fA-F.:]{2,45}\z"),
            AfterValidator(_canonical_address),
            Field(description="an IPv4 or IPv6 address"),
        ]
        | None
    ) = None
    mac: (
        Annotated[
            str,
            StringConstraints(pattern=r"\A[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}\z", to_lower=True),
            Field(description="six pairs of hexadecimal digits, separated by colons"),
        ]
        | None
    ) = None
    group: SeveralWords | None = None

    @property
    def filters(self) -> bool:
        return any((self.location, self.status, self.ip, self.mac, self.group))

    def takes(self, assumed: Assumed, vm: VirtualMachine) -> bool:
        return (
            _names_one(self.location, [vm.location])
            and self.status in {None, status_of(assumed, vm)}
            and (self.ip is None or self.ip == _canonical_address(vm.ip))
            and self.mac in {None, vm.mac}
            and _names_one(self.group, groups_of(vm))
        )


class Servers(Part):
    result: Literal["OK"]
    action: Literal["list"]
    servers: list[int] = Field(description="ids of the account's VMs")


class ListedServer(Part):
    id: int
    status: ServerStatus
    hostname: str
    name: str
    type: VmKind
    IP: str
    location: str
    due_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(
        description="when its rent falls due: without an order, the next monthly anniversary of its creation"
    )
    price_EUR: float = Field(  # noqa: N815 - named on the wire
        description="a month's, 0 for a preset that the catalogue does not have"
    )


class FullServers(Part):
    """The answer with `full=1`."""

    result: Literal["OK"]
    action: Literal["list"]
    servers: list[ListedServer]


def list_servers(unit: UnitOfWork, call: Call[Wanted]) -> Body:
    wanted = call.params
    if not (wanted.full or wanted.filters):
        return _listed(wire_ids(unit))
    assumed = call.account.assumed
    found = [vm for vm in vms.all_of(unit) if wanted.takes(assumed, vm)]
    if not wanted.full:
        return _listed([wire_id(assumed, vm.id) for vm in found])
    price = _prices(call)
    return _listed(
        [
            server_row(
                call.account, vm, orders.rent_due_at(unit, vm, call.now), price(vm.preset, vm.location)
            )
            for vm in found
        ]
    )


def _listed(servers: list[Any]) -> Body:
    return {"result": "OK", "action": "list", "servers": servers}


def _prices(call: Call[Wanted]) -> Callable[[str, str], float]:
    """Return the prices of presets by name and location, each looked up once."""
    catalogue = catalogue_of(call.account)

    @cache
    def price(preset: str, location: str) -> float:
        return float(price_in_eur(catalogue, preset, location) or 0)

    return price


_SERVER: dict[str, Any] = {
    "id": 12345,
    "status": "rent",
    "hostname": "web-1",
    "name": "web-1",
    "type": "VPS",
    "IP": "192.0.2.10",
    "location": "NL",
    "due_date": "2030-01-02",
    "price_EUR": 8.0,
}

ACTION = Action(
    module="eq",
    name="list",
    label="List servers",
    clause="6.1",
    params=Wanted,
    handler=list_servers,
    examples=(
        Example(Servers, {}, _listed([12345, 12346, 12347, 12348])),
        Example(FullServers, {"full": 1, "location": "NL"}, _listed([_SERVER])),
    ),
    refusal_examples=(invalid_token(),),
)
