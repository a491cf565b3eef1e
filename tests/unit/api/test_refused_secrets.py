"""A refusal says what is wrong with a secret, and does not repeat it: in answers, in the journal, and on the command line."""

from collections.abc import Iterator
from typing import Any

import click
import pytest

from invapi_emulator.actions.parameters import named_in
from invapi_emulator.api.masking import is_hidden
from invapi_emulator.cli.named_values import once
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.process.secret_words import names_a_secret
from tests.support.harness import Emulator
from tests.support.offenders import assert_none

SECRET = "Zq7Never\x01" * 40


def secret_fields() -> Iterator[tuple[str, str, str]]:
    """Yield each field of an action that holds a secret."""
    for (module, action), found in ACTIONS.items():
        for name, field in found.params.model_fields.items():
            if is_hidden(name, module):
                yield module, action, name
            inner = named_in(field)
            for within in {} if inner is None else inner.model_fields:
                if names_a_secret(within):
                    yield module, action, f"{name}[{within}]"


def test_no_refusal_of_a_call_repeats_a_secret(emulator: Emulator) -> None:
    fields = list(secret_fields())
    assert ("eq", "reinstall", "root_pass") in fields
    assert ("auth", "whmcslogin", "password") in fields

    def repeats(module: str, action: str, name: str) -> bool:
        sent: dict[str, Any] = {
            "user": "u",
            "id": 12345,
            "os_id": 187,
            "location_name": "NL",
            "preset": "vm.pico",
        }
        texts = [
            emulator.http.post(f"/{module}.php", data=form).text
            for value in ({name: SECRET}, {f"{name}[]": SECRET}, {f"{name}[{SECRET}]": SECRET})
            for form in [{"action": action, "token": "HOSTKEY_TOKEN"} | sent | value]
        ]
        return any("Zq7Never" in text for text in texts)

    assert_none(" ".join(field) for field in fields if repeats(*field))
    for path in ("/_emulator/accounts/demo/requests", "/_emulator/requests"):
        answers = [call["answer"] for call in emulator.http.get(path).json()["requests"]]
        assert "Zq7Never" not in str(answers)


@pytest.mark.parametrize(
    ("module", "action", "fields", "said"),
    [
        ("eq", "order_instance", {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secretword1"},
         "invalid parameter root_pass: *** (11 characters); it takes 8 to 30 "),
        ("eq", "reinstall", {"id": 12345, "os_id": 187, "root_pass": "Secretword1"},
         "invalid parameter root_pass: *** (11 characters); it takes 8 to 30 "),
        ("auth", "whmcslogin", {"user": "demo@example.com", "password": "P" * 300},
         "invalid parameter password: *** (300 characters); it takes 1 to 200 "),
        ("auth", "whmcslogin", {"user": "demo@example.com", "password[]": "P"},
         "invalid parameter password: *** (an array); it takes 1 to 200 "),
        ("auth", "whmcslogin", {"user": "demo@example.com"}, "invalid parameter password: it is missing; it takes 1 to 200 "),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_with_a_secret(
    emulator: Emulator, module: str, action: str, fields: dict[str, Any], said: str
) -> None:
    answer = emulator.call(module, action, **fields)
    assert said in str(answer)
    assert "Secretword1" not in str(answer)


@pytest.mark.parametrize(
    "world",
    [
        {"vms": [{"id": 1, "root_pass": "Zq7Never"}]},
        {"vms": [{"id": 1, "hostname": {"root_pass": "Zq7Never"}}]},
        {"vms": [{"id": 1, "hostname": [{"params": {"apikey": "Zq7Never"}}]}]},
        {"faults": [{"kind": "reject", "match": {"passwd": "Zq7Never"}}]},
        {"password": ["Zq7Never"]},
        {"pasword": "Zq7Never"},
        {"vms": [{"id": 1, "hostname": ['{"root_pass":"Zq7Never"}']}]},
        {"ssh_keys": [{"name": "a", "key": "-----BEGIN OPENSSH PRIVATE KEY-----\nZq7Never"}]},
        {"vms": {"key": ["-----BEGIN PRIVATE KEY-----\nZq7Never"]}},
    ],
)
def test_no_refusal_of_the_control_api_repeats_a_secret(emulator: Emulator, world: dict[str, Any]) -> None:
    refused = emulator.control("PUT", "/state", world, status=422)
    assert refused["error"]["message"].endswith(": unknown field") or "***" in refused["error"]["message"]
    assert "Zq7Never" not in str(refused)


def test_a_secret_that_is_given_twice_on_the_command_line_is_not_repeated() -> None:
    with pytest.raises(click.BadParameter, match=r"password: given twice$"):
        once(["password=Zq7Never", "password=other"])
    with pytest.raises(click.BadParameter, match=r"status: given twice, '503' and '502'$"):
        once(["status=503", "status=502"])
