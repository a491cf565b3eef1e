"""Arguments of an account that cannot be sent: the error names the argument and the value."""

import math
from typing import Any

import pytest

from invapi_emulator.testing import Emulator
from tests.support.harness import Running


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"assume": "A-12=no"}, "assume: 'A-12=no': expected a mapping such as"),
        ({"assume": ["A-12"]}, "assume: ['A-12']: expected a mapping such as"),
        ({"assume": {"A-12": b"no"}}, "assume: {'A-12': b'no'}: expected a value of JSON"),
        ({"scenario": b"demo"}, "scenario: b'demo': expected a value of JSON"),
        ({"clock": {1, 2}}, "clock: {1, 2}: expected a value of JSON"),
        ({"seed": math.nan}, "seed: nan: expected a value of JSON"),
        ({"name": object}, "name: <class 'object'>: expected a value of JSON"),
    ],
)
def test_an_argument_that_cannot_be_sent_is_named(server: Running, given: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError) as refused:
        Emulator(server.url).account(**given)
    assert str(refused.value).startswith(says)
