"""Contract 2.7, 2.8, 10: each field of each action about account objects, sent wrongly, changes nothing."""

import pytest

from tests.support.account_objects import SSH, add_api_key, add_ssh_key
from tests.support.harness import Emulator, Json

MISSING = object()
INVALID = "invalid_parameter"
BAD_IDS: list[object] = ["", "0", "-1", "x", "1.5", "9" * 30, "١", ["1"], {"a": "1"}]
"""Values that no id may have."""

BAD_TEXTS: list[object] = ["", "a\nb", "a\0b", "x" * 201, ["a"], {"a": "b"}]
BAD_SWITCHES: list[object] = ["", "2", "yes", ["1"], {"a": "1"}]
GOOD: dict[tuple[str, str], Json] = {
    ("ssh_keys", "add"): {"params[name]": "a", "params[key]": SSH, "params[default]": "1"},
    ("ssh_keys", "delete"): {"id": "SSH"},
    ("tags", "add"): {
        "id": "12345", "tag": "a", "value": "b", "extra": "c", "component": "eq", "internal": "0",
    },
    ("tags", "list"): {"id": "12345", "component": "eq", "internal": "0"},
    ("tags", "remove"): {"id": "12345", "tag": "role", "component": "eq"},
    ("eq", "rename_server"): {"id": "12345", "hostname": "web-9"},
    ("api_keys", "add"): {
        "params[name]": "a", "params[server_id]": "12345", "params[ip]": "10.0.0.1", "params[active]": "1",
        "params[login_notify_method]": "email", "params[login_notify_address]": "a@b",
    },
    ("api_keys", "list_for_server"): {"params[server_id]": "12345"},
    ("api_keys", "view"): {"params[id]": "API"},
    ("api_keys", "edit"): {
        "params[id]": "API", "params[name]": "b", "params[ip]": "", "params[active]": "0",
        "params[login_notify_method]": "none", "params[login_notify_address]": "",
    },
    ("api_keys", "delete"): {"params[id]": "API"},
}  # fmt: skip
BAD: dict[str, list[object]] = {
    "id": [MISSING, *BAD_IDS],
    "tag": [MISSING, *BAD_TEXTS],
    "value": [MISSING, "a\nb", "a\0b", "x" * 257, ["a"], {"a": "b"}],
    "extra": ["a\0b", "x" * 16_385, ["a"], {"a": "b"}],
    "component": ["", "vars", "EQ", ["eq"], {"a": "eq"}],
    "internal": BAD_SWITCHES,
    "hostname": [MISSING, "", "a b", "-a", "a-", ".", "a/b", "x" * 254, "ü", ["a"], {"a": "b"}],
    "params[id]": [MISSING, *BAD_IDS],
    "params[server_id]": BAD_IDS,
    "params[name]": [MISSING, *BAD_TEXTS],
    "params[key]": [
        MISSING,
        "",
        "ssh-rsa",
        f"{SSH}\n",
        "ssh-rsa " + "A" * 17_000,
        "ssh-rsa A*",
        f"{SSH} " + "c" * 1_001,
        ["a"],
    ],
    "params[default]": BAD_SWITCHES,
    "params[ip]": ["here", "10.0.0.0/99", "10.0.0.1;", ",", "1" * 1_001, ["10.0.0.1"]],
    "params[active]": BAD_SWITCHES,
    "params[login_notify_method]": ["", "pigeon", "EMAIL", ["none"], {"a": "none"}],
    "params[login_notify_address]": ["a\nb", "x" * 201, ["a"]],
}
OPTIONAL = {("api_keys", "edit"): {"params[name]"}, ("tags", "remove"): set[str]()}
"""Fields that these actions need not get, though others must."""

REFUSED = [
    (*at, field, value)
    for at, form in GOOD.items()
    for field in form
    for value in BAD[field]
    if not (value is MISSING and field in OPTIONAL.get(at, ()))
]


def form_with(form: Json, field: str, value: object) -> Json:
    """Return the form with another value of a field: a list or a map in the brackets of a form."""
    changed = {name: sent for name, sent in form.items() if name != field}
    if isinstance(value, list):
        return changed | {f"{field}[]": value}
    if isinstance(value, dict):
        return changed | {f"{field}[{name}]": item for name, item in value.items()}
    return changed if value is MISSING else changed | {field: value}


def with_ids(emulator: Emulator, form: Json) -> Json:
    """Return the form with the ids of an SSH key and an API key that are there."""
    made = {"SSH": add_ssh_key(emulator)["id"], "API": add_api_key(emulator, server_id=12345)["id"]}
    return {name: made.get(value, value) for name, value in form.items()}


def world(emulator: Emulator) -> Json:
    return emulator.control("GET", "/state")


@pytest.mark.clause("2.7", "10.1", "10.2", "10.3", "10.4")
@pytest.mark.parametrize(("module", "action"), GOOD)
def test_each_field_sent_wrongly_is_refused_and_changes_nothing(
    emulator: Emulator, module: str, action: str
) -> None:
    form = with_ids(emulator, GOOD[module, action])
    before = world(emulator)
    accepted = []
    for of, name, field, value in REFUSED:
        if (of, name) == (module, action):
            answer = emulator.call(module, action, **form_with(form, field, value))
            if answer.get("reason") != INVALID:
                accepted.append((field, value, answer))
    assert accepted == []
    assert world(emulator) == before
    assert emulator.call(module, action, **form)["result"] == "OK"


@pytest.mark.clause("1.3", "10.1", "10.4")
@pytest.mark.parametrize(
    "params",
    [
        {}, {"params": "a"}, {"params[]": "a"}, {"params[0]": "a"}, {"params[name][a]": "b"}, {"params[name]": "a", "params[0]": "b"},
        {"name": "a", "key": SSH, "id": "1", "server_id": "12345"},
    ],
)  # fmt: skip
@pytest.mark.parametrize(("module", "action"), [at for at, form in GOOD.items() if "params" in str(form)])
def test_wrong_brackets_are_refused(emulator: Emulator, module: str, action: str, params: Json) -> None:
    before = world(emulator)
    assert emulator.call(module, action, **params)["reason"] == INVALID
    assert world(emulator) == before


@pytest.mark.clause("10.1", "10.2", "10.3", "10.4")
def test_what_another_account_has_is_not_there(emulator: Emulator) -> None:
    with emulator.emulator.account(name="neighbour", scenario="empty") as neighbour:
        url = f"/_emulator/accounts/{neighbour.name}"
        assert emulator.http.post(f"{url}/vms", json={"id": 777}).status_code == 201
        for _ in range(9):
            neighbour.call("ssh_keys", "add", **{"params[name]": "a", "params[key]": SSH})
        theirs = neighbour.call("api_keys", "add", **{"params[name]": "a", "params[server_id]": 777})["data"]
        before = emulator.http.get(f"{url}/state").json()
        last = theirs["id"]
        refused = {
            ("ssh_keys", "delete"): ({"id": last - 1}, "ssh_key_not_found"),
            ("tags", "add"): ({"id": 777, "tag": "a", "value": "b"}, "vm_not_found"),
            ("tags", "list"): ({"id": 777}, "vm_not_found"),
            ("tags", "remove"): ({"id": 777, "tag": "a"}, "vm_not_found"),
            ("eq", "rename_server"): ({"id": 777, "hostname": "mine"}, "vm_not_found"),
            ("api_keys", "add"): ({"params[name]": "a", "params[server_id]": 777}, "vm_not_found"),
            ("api_keys", "list_for_server"): ({"params[server_id]": 777}, "vm_not_found"),
            ("api_keys", "view"): ({"params[id]": last}, "api_key_not_found"),
            ("api_keys", "edit"): ({"params[id]": last, "params[name]": "b"}, "api_key_not_found"),
            ("api_keys", "delete"): ({"params[id]": last}, "api_key_not_found"),
        }
        for (module, action), (form, reason) in refused.items():
            assert emulator.call(module, action, **form)["reason"] == reason, (module, action)
        assert emulator.http.get(f"{url}/state").json() == before


@pytest.mark.clause("10.2")
def test_servers_named_twice_must_be_the_same(emulator: Emulator) -> None:
    refused = emulator.call("tags", "remove", id=12345, component_id=12346, tag="role")
    assert refused["reason"] == INVALID
    for id_list in ("", ",", "12345,", "12345,x", "0", "12345;12346", ",".join("1" * 1_001)):
        answer = emulator.call("tags", "add", id_list=id_list, tag="a", value="b")
        assert answer.get("reason") in (INVALID, "vm_not_found"), id_list
    assert emulator.call("tags", "remove", tag="role")["reason"] == INVALID
    assert world(emulator)["vms"][0]["tags"] == {
        "role": {"id": 1, "value": "web"},
        "hostname": {"id": 2, "value": "web-1", "internal": 1},
    }
