"""`eq.php` `order_instance`: orders a server, or reinstalls one that the account has (contract 11.1, 11.2, 11.4)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import KEY, Part, TaskKey
from invapi_emulator.actions.eq.reinstall import reinstall_server
from invapi_emulator.actions.most import require_room_for_invoice
from invapi_emulator.actions.order_choice import configuration_of, require_key
from invapi_emulator.actions.order_parameters import OrderParameters
from invapi_emulator.contract.assumptions.orders import ANSWER_OF_AN_ORDER
from invapi_emulator.domain.billing import HOSTING, Invoice, InvoiceItem
from invapi_emulator.domain.order_rules import Configuration
from invapi_emulator.domain.orders import Order
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample, Sent
from invapi_emulator.engine.renting import deploy
from invapi_emulator.engine.renting.invoices import new_invoice, pay_if_credit_suffices
from invapi_emulator.errors import InvalidParameter
from invapi_emulator.storage import billing, events, numbers, orders
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Ordered(Part):
    """The order is paid, and its deploy has begun."""

    result: Literal["OK"]
    action: Literal["order_instance"]
    invoice: int
    status: Literal["Paid"]
    callback: TaskKey | None = Field(default=None, description="the deploy's key (assumption A-41)")
    id: int | None = Field(default=None, description="the server's id, under option `id-at-once` of A-41")
    os_name: str
    soft_name: str


class AwaitingPayment(Part):
    """The credit is too small. The deploy begins when the invoice is paid."""

    result: Literal["OK"]
    action: Literal["order_instance"]
    invoice: int
    status: Literal["Unpaid"]
    deploy_status: Literal["awaiting_payment"]
    os_name: str
    soft_name: str


class ReinstallOrdered(Part):
    """The answer with `id`: the server is being reinstalled."""

    result: Literal["OK"]
    action: Literal["order_instance"]
    id: int
    callback: TaskKey
    os_name: str
    soft_name: str


def order_instance(unit: UnitOfWork, call: Call[OrderParameters]) -> Body:
    wanted = call.params
    if wanted.id is not None:
        installed = reinstall_server(unit, call, wanted.id)
        return _answer(call, installed.os, installed.software) | {
            "id": installed.wire_id,
            "callback": installed.key,
        }
    require_whole_account(unit)
    require_room_for_invoice(unit)
    _require_period(unit, wanted)
    configuration = configuration_of(unit, wanted)
    invoice, order = _ordered(unit, call, configuration)
    invoice = pay_if_credit_suffices(unit, invoice, call.now, call)
    return _answer(call, order.os, order.software) | _told(unit, call, invoice, order.id)


def _require_period(unit: UnitOfWork, wanted: OrderParameters) -> None:
    """Refuse an hourly period for accounts that do not prepay, and a currency that the account does not pay in."""
    owned = billing.of_account(unit)
    if wanted.deploy_period == "hourly" and not owned.prepaid:
        raise InvalidParameter("deploy_period", "Invalid deploy_period")
    if wanted.currency_code not in {None, owned.currency}:
        raise InvalidParameter(
            "currency_code",
            f"invalid parameter currency_code: {wanted.currency_code!r}; the account pays in {owned.currency}",
        )


def _ordered(
    unit: UnitOfWork, call: Call[OrderParameters], configuration: Configuration
) -> tuple[Invoice, Order]:
    """Make the order and its unpaid invoice."""
    wanted, owned = call.params, billing.of_account(unit)
    require_key(unit, wanted.ssh_key)
    price = configuration.price(owned.currency, wanted.deploy_period)
    number = _free_number(unit)
    line = InvoiceItem(HOSTING, number, f"{configuration.preset.name} - {wanted.hostname or 'server'}", price)
    invoice = new_invoice(unit, call.now, [line])
    order = Order(
        id=number,
        invoice=invoice.id,
        server=None,
        status="awaiting_payment",
        preset=configuration.preset.name,
        location=configuration.location,
        os=configuration.os.name if configuration.os else "",
        software=configuration.software.name if configuration.software else "",
        traffic_plan=configuration.plan.name if configuration.plan else "",
        hostname=wanted.hostname,
        period=wanted.deploy_period,
        price=price,
        made_at=call.now,
        callback_url=wanted.post_install_callback,
    )
    orders.add(unit, order)
    events.record(unit, call.now, "ordered", order=number, invoice=invoice.id, preset=order.preset)
    return invoice, order


def _free_number(unit: UnitOfWork) -> int:
    """Return the number of a new order: that of no other, and of no service that the world's invoices have."""
    number = deploy.BEFORE_FIRST_ORDER + numbers.next_order(unit)
    while orders.find(unit, number) is not None or billing.is_a_service(unit, number):
        number = deploy.BEFORE_FIRST_ORDER + numbers.next_order(unit)
    return number


def _answer(call: Call[OrderParameters], os: str, software: str) -> dict[str, Any]:
    return {"result": "OK", "action": call.action, "os_name": os, "soft_name": software}


def _told(unit: UnitOfWork, call: Call[OrderParameters], invoice: Invoice, number: int) -> dict[str, Any]:
    """Return what the answer has about the invoice, and about the deploy if that has begun."""
    told: dict[str, Any] = {"invoice": invoice.id, "status": invoice.status}
    if invoice.status == "Unpaid":
        return told | {"deploy_status": "awaiting_payment"}
    order, option = orders.load(unit, number), call.account.assumed[ANSWER_OF_AN_ORDER]
    if option != "invoice-only":
        told["callback"] = order.key
    if option == "id-at-once":
        told["id"] = order.server
    return told


_SENT: Sent = {
    "preset": "vm.pico",
    "location_name": "NL",
    "os_id": 187,
    "root_pass": "Secret-word1",
    "hostname": "web-9.example.com",
    "traffic_plan": "25",
}

ACTION = Action(
    module="eq",
    name="order_instance",
    label="Order server",
    clause="11.1",
    params=OrderParameters,
    handler=order_instance,
    task=deploy.KIND,
    ignored={
        "root_pass": "it is checked; no login is emulated",
        "pin": "accepted and ignored, whatever it is (6.3)",
    },
    examples=(
        Example(
            Ordered,
            _SENT,
            {
                "result": "OK",
                "action": "order_instance",
                "os_name": "Ubuntu 22.04",
                "soft_name": "",
                "invoice": 100001,
                "status": "Paid",
                "callback": KEY,
            },
        ),
        Example(
            AwaitingPayment,
            {**_SENT, "deploy_period": "annually", "preset": "vm.v2-medium", "location_name": "DE"},
            {
                "result": "OK",
                "action": "order_instance",
                "os_name": "Ubuntu 22.04",
                "soft_name": "",
                "invoice": 100001,
                "status": "Unpaid",
                "deploy_status": "awaiting_payment",
            },
        ),
        Example(
            ReinstallOrdered,
            {"id": 12348, "os_id": 237, "preset": "vm.v2-small"},
            {
                "result": "OK",
                "action": "order_instance",
                "os_name": "Ubuntu 24.04",
                "soft_name": "",
                "id": 12348,
                "callback": KEY,
            },
        ),
    ),
    refusal_examples=(
        RefusalExample({**_SENT, "preset": "279"}, "not_in_catalogue", "Invalid preset 279"),
        RefusalExample({**_SENT, "location_name": "DE"}, "not_compatible",
            "preset vm.pico is not compatible with location DE"),
        RefusalExample({**_SENT, "traffic_plan": "40"}, "not_compatible", "traffic plan is not compatible"),
        RefusalExample({**_SENT, "deploy_period": "weekly"}, "invalid_parameter", "Invalid deploy_period"),
    ),
)  # fmt: skip
