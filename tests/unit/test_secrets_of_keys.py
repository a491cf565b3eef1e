"""The secret of an API key stands in the answer that issues it, in the control API, and nowhere else."""

import pytest

from tests.support.account_objects import SSH, add_api_key, add_ssh_key, log_in, params
from tests.support.harness import Emulator, Json
from tests.unit.dashboard.seen import page, said, vm_page

ACCOUNT = "/_emulator/ui/accounts/demo"


def journal(emulator: Emulator) -> list[Json]:
    calls: list[Json] = emulator.control("GET", "/requests")["requests"]
    return calls


def test_the_journal_masks_the_secret_in_fields_and_answers(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.clear_requests()
    made = add_api_key(emulator)
    secret = made["api_key"]
    log_in(emulator, secret)
    assert secret not in page(emulator, ACCOUNT)
    emulator.call("api_keys", "view", **params(id=secret))
    emulator.call("api_keys", "add", **params(name=secret, api_key=secret))
    emulator.call("tags", "add", id=12345, tag="note", value=secret)
    emulator.call("tags", "add", id=12345, tag=secret, value=f"a {secret} b", **{secret: secret})
    emulator.call("eq", "list", secret=secret, comment=f"with {secret}")
    calls = journal(emulator)[-7:]
    assert secret not in str(calls)
    assert secret not in str(emulator.http.get("/_emulator/requests").json())
    assert '"api_key":"***"' in calls[0]["answer"]
    assert calls[1]["fields"]["key"] == "***"
    assert calls[3]["fields"]["params"] == {"name": "***", "api_key": "***"}
    assert calls[-1]["fields"]["comment"] == "with ***"
    assert secret not in caplog.text
    assert emulator.control(
        "POST", "/requests/verify", {"action": "login", "fields": {"key": secret}, "count": 1}
    )


def test_a_public_key_is_shown(emulator: Emulator) -> None:
    add_ssh_key(emulator)
    call = journal(emulator)[-1]
    assert call["fields"]["params"]["key"] == SSH
    assert SSH in call["answer"]


def test_the_control_api_lists_the_keys(emulator: Emulator) -> None:
    ssh, api = add_ssh_key(emulator, default=1), add_api_key(emulator, server_id=12345, active=0)
    created = "2030-01-01T00:00:00Z"
    assert emulator.control("GET", "/ssh_keys") == {
        "ssh_keys": [{"id": ssh["id"], "name": "laptop", "key": SSH, "default": True, "created_at": created}]
    }
    assert emulator.control("GET", "/api_keys") == {
        "api_keys": [
            {
                "id": api["id"], "name": "key", "api_key": api["api_key"], "server_id": 12345, "ip": "",
                "active": False, "login_notify_method": "none", "login_notify_address": "",
                "created_at": created,
            }
        ]
    }  # fmt: skip


def test_the_page_lists_keys_and_shows_a_secret_when_it_is_asked_for(emulator: Emulator) -> None:
    assert "No SSH keys" in said(emulator, ACCOUNT)
    add_ssh_key(emulator, default=1)
    one, other = (add_api_key(emulator, name=name, server_id=12345) for name in ("one", "other"))
    words = said(emulator, ACCOUNT)
    assert "laptop default" in words
    assert f"one ● active API key {one['id']} for server 12345" in words
    assert one["api_key"] not in page(emulator, ACCOUNT)
    asked = page(emulator, f"{ACCOUNT}?key={one['id']}")
    assert one["api_key"] in asked
    assert other["api_key"] not in asked
    assert said(emulator, f"{ACCOUNT}?key=nonsense").count("*** Show") == 2


def test_a_vms_page_shows_its_hostname_and_tags_to_change_them(emulator: Emulator) -> None:
    emulator.call("tags", "add", id=12345, tag="a", value="<b>", extra="xyz", internal=1)
    text = page(emulator, vm_page())
    assert 'name="hostname" value="web-1"' in text
    assert "role web" in said(emulator, vm_page())
    assert "a &lt;b&gt;" in text.replace("</b>", "")
    assert "hostname storage-1 internal" in said(emulator, vm_page(12347))
