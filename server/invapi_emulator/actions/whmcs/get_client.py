"""`whmcs.php` `get_client`: the customer, on which a panel's connection test relies (contract 11.6)."""

from typing import Literal

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.actions.whmcs.parts import BILLING_LOCATION, Money
from invapi_emulator.domain.money import Currency, money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import billing
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Client(Part):
    id: int
    credit: Money
    currency_code: Currency
    companyname: str
    email: str


class ClientAnswer(Part):
    result: Literal["success"]
    client: Client
    billing_location: str


def get_client(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    require_whole_account(unit)
    account, owned = call.account, billing.of_account(unit)
    return {
        "result": "success",
        "client": {
            "id": account.customer_id,
            "credit": money(owned.credit),
            "currency_code": owned.currency,
            "companyname": account.name,
            "email": account.credentials.user,
        },
        "billing_location": BILLING_LOCATION,
    }


ACTION = Action(
    module="whmcs",
    name="get_client",
    label="Show customer",
    clause="11.6",
    params=NoParameters,
    handler=get_client,
    examples=(
        Example(
            ClientAnswer,
            {},
            {
                "result": "success",
                "client": {
                    "id": 10007,
                    "credit": "150.50",
                    "currency_code": "EUR",
                    "companyname": "demo",
                    "email": "demo@example.com",
                },
                "billing_location": BILLING_LOCATION,
            },
        ),
    ),
    refusal_examples=(invalid_token(),),
)
