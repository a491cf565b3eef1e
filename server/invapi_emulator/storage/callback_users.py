"""The user and password of callbacks that are still to come. No export has them, so whatever replaces a world gives them back."""

from typing import Any, NamedTuple

from sqlalchemy import Select, Update, bindparam, select, update

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.callback_urls import without_user
from invapi_emulator.storage.billing_tables import server_order
from invapi_emulator.storage.tables import task
from invapi_emulator.storage.transaction import Transaction

_OF_ORDERS = select(server_order.c.id, server_order.c.callback_url).where(
    server_order.c.account_id == bindparam("of_account"), server_order.c.callback_url.contains("@")
)
_OF_TASKS = select(task.c.key, task.c.callback_url).where(
    task.c.account_id == bindparam("of_account"),
    task.c.generation == bindparam("of_generation"),
    task.c.callback_url.contains("@"),
)
_TO_ORDER = (
    update(server_order)
    .where(
        server_order.c.account_id == bindparam("of_account"),
        server_order.c.id == bindparam("of"),
        server_order.c.callback_url == bindparam("without"),
    )
    .values(callback_url=bindparam("whole"))
)
_TO_TASK = (
    update(task)
    .where(
        task.c.account_id == bindparam("of_account"),
        task.c.generation == bindparam("of_generation"),
        task.c.key == bindparam("of"),
        task.c.callback_url == bindparam("without"),
    )
    .values(callback_url=bindparam("whole"))
)

_Urls = list[dict[str, Any]]


class CallbackUsers(NamedTuple):
    """The whole URLs of orders by id, and of tasks by key, each with the form that an export has."""

    orders: _Urls
    tasks: _Urls


def of_account(tx: Transaction, of: Account) -> CallbackUsers:
    return CallbackUsers(
        _urls(tx, _OF_ORDERS, of_account=of.id),
        _urls(tx, _OF_TASKS, of_account=of.id, of_generation=of.generation),
    )


def of_vm(tx: Transaction, of: Account, vm_id: int) -> CallbackUsers:
    """Return those of a VM's tasks."""
    of_tasks = _OF_TASKS.where(task.c.vm_id == vm_id)
    return CallbackUsers([], _urls(tx, of_tasks, of_account=of.id, of_generation=of.generation))


def give_back(tx: Transaction, to: Account, users: CallbackUsers) -> None:
    """Give them to the orders and tasks of the account's present world that have the same URL without them."""
    _write(tx, _TO_ORDER, users.orders, of_account=to.id)
    _write(tx, _TO_TASK, users.tasks, of_account=to.id, of_generation=to.generation)


def _urls(tx: Transaction, query: Select[Any], **values: int) -> _Urls:
    found = ((of, url, without_user(url)) for of, url in tx.execute(query, values))
    return [
        {"of": of, "whole": whole, "without": without} for of, whole, without in found if whole != without
    ]


def _write(tx: Transaction, statement: Update, urls: _Urls, **values: int) -> None:
    if urls:
        tx.execute(statement, [url | values for url in urls])
