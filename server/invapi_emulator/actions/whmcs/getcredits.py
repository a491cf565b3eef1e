"""`whmcs.php` `getcredits`: the credit as WHMCS lists it (contract 11.6)."""

from typing import Literal

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.actions.whmcs.parts import Money
from invapi_emulator.domain.money import money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import billing
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Credit(Part):
    id: int
    amount: Money


class CreditList(Part):
    credit: list[Credit]


class Credits(Part):
    result: Literal["success"]
    totalresults: int
    clientid: int
    credits: CreditList


class CreditsAnswer(Part):
    message: Credits


def getcredits(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    require_whole_account(unit)
    credit = billing.of_account(unit).credit
    listed = [{"id": 1, "amount": money(credit)}] if credit else []
    return {
        "message": {
            "result": "success",
            "totalresults": len(listed),
            "clientid": call.account.customer_id,
            "credits": {"credit": listed},
        }
    }


ACTION = Action(
    module="whmcs",
    name="getcredits",
    label="List credit",
    clause="11.6",
    params=NoParameters,
    handler=getcredits,
    ignored={"id": "the credit is the account's, whichever server is named"},
    examples=(
        Example(
            CreditsAnswer,
            {},
            {
                "message": {
                    "result": "success",
                    "totalresults": 1,
                    "clientid": 10007,
                    "credits": {"credit": [{"id": 1, "amount": "150.50"}]},
                }
            },
        ),
    ),
    refusal_examples=(invalid_token(),),
)
