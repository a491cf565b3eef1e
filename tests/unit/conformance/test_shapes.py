"""Shapes: the expected and the seen one, side by side, without the values."""

from typing import Any

import pytest

from invapi_conformance.masking import Masking
from invapi_conformance.patterns import (
    COUNT,
    KEY,
    TEXT,
    TOKEN,
    Exactly,
    JsonText,
    expected,
    fits,
    numeric,
    one_of,
    says,
    seen,
)
from invapi_conformance.shapes import shape_of

AKEY = "zwwhla4g1bua0kzgqtf6rto5h8x23jxl"
HEX = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (AKEY, "string of 32 lowercase letters and digits"),
        (AKEY[:31], "string of 31 lowercase letters and digits"),
        (HEX, "string of 32 hex digits"),
        ("2026-03-01 12:00:00", "YYYY-MM-DD HH:MM:SS"),
        ("2026-03-01T12:00:00.5Z", "ISO 8601 time"),
        ("9eea759b-d04c-4e02-98a9-0f7794f45a85", "UUID"),
        ("42", "string of digits"),
        ("", "empty string"),
        ([1, 2.5, 3], ["number"]),
        ([{"a": None}, {"a": True}], [{"a": "null"}, {"a": "boolean"}]),
        (["", "a", "1", AKEY], ["empty string", "string", "string of digits", "and 1 more"]),
    ],
)
def test_a_shape_shows_the_form_and_not_the_value(value: Any, shape: Any) -> None:
    assert shape_of(value) == shape


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (KEY, AKEY, AKEY.upper()),
        (KEY, HEX, HEX + "0"),
        (TOKEN, HEX, AKEY),
        (COUNT, "4", "4 GiB"),
        (one_of(0, 1), 0, False),
        (numeric(12345), "12345", 12346),
        (says("Invalid Token"), "invalid token!", "no"),
        ({"a": TEXT}, {"a": "x", "b": 1}, {"b": 1}),
        (Exactly({"a": TEXT}), {"a": "x"}, {"a": "x", "b": 1}),
        (JsonText({"a": [TEXT]}), '{"a": ["x"]}', {"a": ["x"]}),
        ([TEXT], [], [1]),
        (-1, -1, True),
    ],
)
def test_a_pattern_fits_only_what_it_describes(pattern: Any, good: Any, bad: Any) -> None:
    assert fits(pattern, good)
    assert not fits(pattern, bad)


def test_only_expected_parts_are_shown_of_the_seen_value() -> None:
    pattern = {"result": "OK", "callback": KEY, "settings": {"num_max": COUNT}}
    value = {"result": "Fine", "callback": AKEY[:31], "settings": [], "email": "somebody@example.com"}
    assert expected(pattern) == {
        "result": "OK", "callback": "string of 32 lowercase letters and digits", "settings": {"num_max": "number, or string of digits"},
    }  # fmt: skip
    assert seen(pattern, value) == {
        "result": "Fine",
        "callback": "string of 31 lowercase letters and digits",
        "settings": [],
    }
    assert seen({"a": TEXT}, {}) == {"a": "(missing)"}


def test_an_exact_pattern_shows_additional_parts() -> None:
    assert seen(Exactly({"a": TEXT}), {"a": "x", "b": 1}) == {"a": "string", "b": "number"}


def test_secrets_are_masked_in_every_string_and_keys_shortened() -> None:
    masking = Masking(("my-token", "api", ""))
    assert masking.value({"my-token": ["the my-token", {"a": HEX}], "k": AKEY, "n": 4, "api": "api"}) == {
        "***": ["the ***", {"a": "***"}], "k": "zwwh…", "n": 4, "api": "api",
    }  # fmt: skip
