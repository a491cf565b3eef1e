"""The numbers that an account gives out, each once. Each has a maximum, which a world may state as the last one given out."""

from invapi_emulator.errors import NumbersUsedUp
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.whole_numbers import MAX_NUMBER, MOST_COUNTED, MOST_RULES_MADE, counted_on


def next_sequence(unit: UnitOfWork) -> int:
    """Return the number of the next snapshot, task or token."""
    unit.counters.sequence = number = _following(unit.counters.sequence)
    return number


def next_fault(unit: UnitOfWork) -> int:
    """Return the number of the next fault rule."""
    unit.counters.faults_made = number = _following(unit.counters.faults_made, MOST_RULES_MADE)
    return number


def next_object(unit: UnitOfWork) -> int:
    """Return the number of the next tag, SSH key or API key."""
    unit.counters.objects_made = number = _following(unit.counters.objects_made)
    return number


def next_order(unit: UnitOfWork) -> int:
    """Count an order. Its service and its server are numbered after it."""
    unit.counters.orders_made = number = _following(unit.counters.orders_made, MOST_COUNTED)
    return number


def next_invoice(unit: UnitOfWork) -> int:
    """Count an invoice."""
    unit.counters.invoices_made = number = _following(unit.counters.invoices_made, MOST_COUNTED)
    return number


def next_answer(unit: UnitOfWork) -> int:
    """Count a scrambled answer. The number determines how it is scrambled."""
    unit.counters.answered = number = counted_on(unit.counters.answered)
    return number


def may_get_invoice(unit: UnitOfWork) -> bool:
    """Return whether a number is left for another invoice."""
    return unit.counters.invoices_made < MOST_COUNTED


def _following(last: int, most: int = MAX_NUMBER) -> int:
    """Return the number after the last one; raise NumbersUsedUp at the maximum."""
    if last >= most:
        raise NumbersUsedUp(most)
    return last + 1
