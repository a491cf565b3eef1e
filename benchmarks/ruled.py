"""The same call of an account with the maximum number of fault rules, none about it, and of one without."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from benchmarks.loads import Load
from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.stand import Stand

RULES = 1_000


def with_rules(stand: Stand, _plan: Plan) -> Load:
    return Load("with_rules", stand.lonely, partial(_account_with, stand.lonely, RULES))


def without_rules(stand: Stand, _plan: Plan) -> Load:
    return Load("without_rules", stand.lonely, partial(_account_with, stand.lonely, 0))


def _account_with(server: Server, rules: int) -> Sequence[str]:
    with server.client() as client:
        account = client.control("POST", "/accounts")
        for number in range(rules):
            match = {"id": 12345, "action": "create_snapshot", "fields": {"name": f"never-{number}"}}
            rule = {"kind": "reject", "match": match, "times": None}
            client.control("POST", f"/accounts/{account['name']}/faults", rule)
    return [urlencode({"action": "get_snapshot", "token": account["token"], "id": 12345})]
