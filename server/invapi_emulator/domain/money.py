"""Amounts of money: exact, in whole hundredths of a currency."""

from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeAlias

Cents: TypeAlias = int
"""Hundredths. They are never divided, so nothing is rounded."""

Currency: TypeAlias = Literal["EUR", "USD", "RUB"]

MOST = 10**15
"""The largest amount. Every JSON reader keeps ten times as much exact."""


def parse_money(given: Any) -> Cents:
    """Read an amount, written as a number or a text with at most two decimal places. Raise ValueError for another."""
    accepted = isinstance(given, int | float | str) and not isinstance(given, bool)
    try:
        hundredths = Decimal(str(given)) * 100 if accepted else Decimal("NaN")
    except InvalidOperation:
        hundredths = Decimal("NaN")
    if not hundredths.is_finite() or abs(hundredths) > MOST or hundredths != int(hundredths):
        raise ValueError("expected an amount with at most two decimal places, such as 150.50")
    return int(hundredths)


def money(amount: Cents) -> str:
    """Return an amount as text with two decimal places: `150.50`."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02}"
