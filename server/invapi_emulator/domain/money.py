"""Amounts of money: exact, in whole hundredths of a currency."""

import re
from decimal import Decimal
from typing import Any, Literal, TypeAlias

Cents: TypeAlias = int
"""Hundredths. They are never divided, so nothing is rounded."""

Currency: TypeAlias = Literal["EUR", "USD", "RUB"]

MOST = 10**15
"""The largest amount. Every JSON reader keeps ten times as much exact."""


_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,13})(?:\.([0-9]{1,2}))?")


def parse_money(given: Any) -> Cents:
    """Read an amount, written as a number or a text with at most two decimal places. Raise ValueError for another."""
    text = _text_of(given)
    written = _AMOUNT.fullmatch(text)
    # Whole numbers only: in the process of a test suite, a Decimal may be set to any precision.
    hundredths = MOST + 1 if written is None else int(written[1] + (written[2] or "").ljust(2, "0"))
    if hundredths > MOST:
        raise ValueError(
            f"expected an amount with at most two decimal places, such as 150.50, up to {MOST // 100}"
        )
    return -hundredths if text.startswith("-") else hundredths


def _text_of(given: Any) -> str:
    """Return a number as text; nothing for one of any size that is no amount, as writing it may take long."""
    if isinstance(given, str):
        return given
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return str(given) if is_number and abs(given) <= MOST else ""


def money(amount: Cents) -> str:
    """Return an amount as text with two decimal places: `150.50`."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02}"


def cents(price: Decimal) -> Cents:
    """Return a price of a catalogue, which is exact to the cent."""
    return parse_money(str(price))
