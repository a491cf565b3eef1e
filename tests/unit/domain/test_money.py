"""Amounts are exact, whatever the process does with `decimal`."""

from decimal import localcontext

import pytest

from invapi_emulator.domain.catalogue_mistakes import first_mistake
from invapi_emulator.domain.default_catalogue import default_catalogue
from invapi_emulator.domain.money import MOST, money, parse_money


def test_a_low_precision_changes_no_amount() -> None:
    with localcontext() as context:
        context.prec = 3
        assert parse_money("123456.78") == 12_345_678
        assert parse_money(-0.5) == -50
        assert first_mistake(default_catalogue()) is None


@pytest.mark.parametrize("cents", [0, 1, -1, 99, 100, -12_345, MOST, -MOST])
def test_an_amount_is_read_as_it_is_written(cents: int) -> None:
    assert parse_money(money(cents)) == cents


@pytest.mark.parametrize(
    "given", [MOST, f"{MOST // 100}.01", "1e5", "1_0", "01", "", True, None, [], 1e300, 0.001]
)
def test_another_value_is_no_amount(given: object) -> None:
    with pytest.raises(ValueError, match="at most two decimal places"):
        parse_money(given)
