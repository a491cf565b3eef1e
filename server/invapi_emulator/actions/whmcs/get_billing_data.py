"""`whmcs.php` `get_billing_data`: what a server costs, and when it is due (contract 11.6)."""

from typing import Literal

from pydantic import Field

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.actions.whmcs.parts import Date, Money
from invapi_emulator.domain.catalogue import preset_named, price_at
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.instants import wire_day
from invapi_emulator.domain.money import Currency, cents, money
from invapi_emulator.domain.orders import Period
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import billing, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_CYCLES: dict[Period, str] = {
    "hourly": "Hourly",
    "monthly": "Monthly",
    "quarterly": "Quarterly",
    "semi-annually": "Semi-Annually",
    "annually": "Annually",
}
_REFUSAL = "failed to request get_billing_data for"


class BillingData(Part):
    IP: str
    client_id: int
    order_id: int = Field(description="the service in billing, `account_id` of eq/show")
    billing_status: Literal["Active", "Suspended"]
    billing_cycle: Literal["Hourly", "Monthly", "Quarterly", "Semi-Annually", "Annually"]
    reg_date: Date
    next_due_date: Date
    billing_reccuring: Money = Field(
        description="a period's; without an order the month's, 0.00 for a preset that the catalogue does not have"
    )
    billing_setupfee: Money
    billing_name: str
    currencysuffix: Currency


def get_billing_data(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    require_whole_account(unit)
    vm, currency = vms.load(unit, call.params.id), billing.of_account(unit).currency
    order = orders.of_server(unit, vm.id)
    return {
        "IP": vm.ip,
        "client_id": call.account.customer_id,
        "order_id": billing.service_of(unit, vm.id),
        "billing_status": "Suspended" if vm.phase == "suspended" else "Active",
        "billing_cycle": _CYCLES["monthly" if order is None else order.period],
        "reg_date": wire_day(vm.created_at),
        "next_due_date": wire_day(orders.rent_due_at(unit, vm, call.now)),
        "billing_reccuring": _monthly(call, vm, currency) if order is None else money(order.price),
        "billing_setupfee": money(0),
        "billing_name": vm.preset,
        "currencysuffix": currency,
    }


def _monthly(call: Call[OfVm], vm: VirtualMachine, currency: Currency) -> str:
    preset = preset_named(catalogue_of(call.account), vm.preset)
    price = None if preset is None else price_at(preset, vm.location, currency)
    return money(0 if price is None else cents(price))


ACTION = Action(
    module="whmcs",
    name="get_billing_data",
    label="Show rent of server",
    clause="11.6",
    params=OfVm,
    handler=get_billing_data,
    has_envelope=False,
    refusal=_REFUSAL,
    ignored={"location": "the account has one billing location"},
    examples=(
        Example(
            BillingData,
            {"id": 12345},
            {
                "IP": "192.0.2.10",
                "client_id": 10007,
                "order_id": 12345,
                "billing_status": "Active",
                "billing_cycle": "Monthly",
                "reg_date": "2029-11-02",
                "next_due_date": "2030-01-02",
                "billing_reccuring": "8.00",
                "billing_setupfee": "0.00",
                "billing_name": "vm.small",
                "currencysuffix": "EUR",
            },
        ),
    ),
    refusal_examples=(
        RefusalExample({"id": 99999}, "vm_not_found", f"{_REFUSAL} 99999 - no such VM in this account"),
    ),
)
