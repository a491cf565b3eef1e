"""The page as HTML: who gets it, what it may run, and how it shows text from clients."""

import html
import re
from pathlib import Path

import httpx
import pytest

from invapi_emulator.dashboard.rendering import POLICY
from invapi_emulator.engine.faults.fault import Fault
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.storage import requests
from invapi_emulator.testing import Emulator as Served
from tests.support.harness import Emulator, Json, running
from tests.support.offenders import assert_none
from tests.unit.dashboard.seen import BROWSER, page, said, vm_page

PAGES = (
    "/", "/_emulator/ui", "/_emulator/ui/accounts", "/_emulator/ui/accounts/demo/vms/12345",
    "/_emulator/ui/accounts/demo/catalogue", "/_emulator/ui/accounts/demo/orders",
)  # fmt: skip
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_run_only_its_own_scripts_and_has_no_inline_ones(emulator: Emulator, path: str) -> None:
    answer = emulator.http.get(path, headers=BROWSER)
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert re.findall(r"<script[^>]*>", answer.text) == [
        '<script type="module" src="/_emulator/ui/static/page.js">'
    ]
    assert not re.search(r"<[^>]*\s(style|on\w+)=", answer.text)


def test_a_browser_gets_the_page_and_a_client_a_description(emulator: Emulator) -> None:
    assert "Virtual machines" in page(emulator)
    answer = emulator.http.get("/")
    assert answer.json()["emulator"] == "invapi-emulator"


def test_an_account_has_its_own_page(emulator: Emulator) -> None:
    with httpx.Client(base_url=emulator.url) as http:
        made = http.post("/_emulator/accounts", content='{"name":"other","scenario":"one-vm"}').json()
        try:
            text = page(emulator, "/_emulator/ui/accounts/other")
            assert made["token"] in text
            assert "12346" not in text
            assert "/_emulator/ui/accounts/other" in page(emulator, "/_emulator/ui/accounts")
        finally:
            http.delete("/_emulator/accounts/other")


@pytest.mark.parametrize(
    "path",
    [
        "accounts/nobody",
        "accounts/demo/vms/1",
        "accounts/demo/vms/x",
        "accounts/N!",
        "accounts/nobody/catalogue",
        "accounts/nobody/orders",
    ],
)
def test_a_missing_account_or_vm_has_an_error_page(emulator: Emulator, path: str) -> None:
    assert "Not found" in page(emulator, f"/_emulator/ui/{path}", status=404)


def test_static_files_have_their_types_and_other_files_are_not_served(emulator: Emulator) -> None:
    for name, type_ in (
        ("page.js", "text/javascript"),
        ("page.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
    ):
        answer = emulator.http.get(f"/_emulator/ui/static/{name}")
        assert answer.headers["content-type"].startswith(type_)
        assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("..%2frouting.py", "%2e%2e/routes.py", "nothing.js"):
        assert emulator.http.get(f"/_emulator/ui/static/{name}").status_code == 404


def test_text_from_clients_is_only_text(emulator: Emulator) -> None:
    agent = {"User-Agent": SCRIPT}
    form = {"action": "create_snapshot", "token": "HOSTKEY_TOKEN", "id": "12345", "name": "good"}
    emulator.http.post("/vm.php", data=form | {"num_rotation": SCRIPT, SCRIPT: SCRIPT}, headers=agent)
    emulator.http.post("/vm.php", data=form | {"name": SCRIPT}, headers=agent)
    emulator.http.post(f"/{SCRIPT}", data=form, headers=agent)
    for path in ("/", vm_page(), "/?whose=unauthenticated", "/?whose=nobody"):
        text = page(emulator, path)
        assert "alert(1)" in text
        assert SCRIPT not in text


def test_a_call_can_be_copied_as_curl_whatever_it_contains(emulator: Emulator) -> None:
    emulator.call_vm("create_snapshot", name='it\'s "<here>" $(now)')
    copied = html.unescape(re.findall(r'data-copy="(curl -s -X POST [^"]*)"', page(emulator))[0])
    assert copied == (
        f"curl -s -X POST {emulator.url}/vm.php --data 'action=create_snapshot&token=HOSTKEY_TOKEN&id=12345"
        "&name=it%27s+%22%3Chere%3E%22+%24%28now%29'"
    )


@pytest.mark.parametrize(
    "sent", [{"note": "x" * 9_000}, {f"f{number}": "1" for number in range(900)}, {"a[]": ["x" * 50] * 200}]
)
def test_a_call_that_the_journal_cuts_cannot_be_copied_as_curl(emulator: Emulator, sent: Json) -> None:
    emulator.clear_requests()
    emulator.call("eq", "show", id=12345, **sent)
    shown = page(emulator)
    assert "curl -s -X POST" not in shown
    assert "It cannot be copied as curl" in shown


def test_the_page_says_where_older_requests_are_missing(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words(query: str = "/") -> str:
        return " ".join(page(emulator, query).partition('id="journal"')[2].split())

    emulator.clear_requests()
    assert "No such requests yet" in words()
    for _ in range(50):
        emulator.call("eq", "list")
    assert '<p class="muted count">50, newest first</p>' in words()
    emulator.call("eq", "list")
    assert '<p class="muted count">the newest 50, newest first</p>' in words()
    emulator.check(emulator.start("eq", "status"))
    assert "<dd>1</dd>" in page(emulator, "/")
    monkeypatch.setattr(requests, "KEPT", 10)
    for _ in range(100):
        emulator.call("eq", "list")
    assert "newest first; older ones are no longer kept</p>" in words()
    assert "No such requests among the newest ones" in words("/?action=restore_snapshot")
    assert re.search(r"<dd>\d or more</dd>", page(emulator, "/"))


def test_the_journal_shows_what_the_filter_selects(emulator: Emulator) -> None:
    emulator.call_vm("create_snapshot", name="one")
    emulator.call_vm("create_snapshot", name="two")
    emulator.call("eq", "list")
    journal = page(emulator, "/?action=create_snapshot&result=refused").partition('id="journal"')[2]
    rows = re.findall(r'badge (\w+)">. \w+</span> <b class="mono">(\w+)</b>', journal)
    assert set(rows) == {("refused", "create_snapshot")}
    assert re.findall(r'badge reason">(\w+)', journal)[0] == "vm_locked"


def test_a_machines_page_shows_its_own_calls_and_the_checks_of_its_tasks(emulator: Emulator) -> None:
    key = emulator.start("eq", "off", 12345)
    emulator.start("eq", "on", 12346)
    emulator.check(key)
    journal = page(emulator, vm_page()).partition('id="journal"')[2]
    newest = re.findall(r'<b class="mono">(\w+)</b>', journal)[:2]
    assert newest == ["check", "off"]


def test_every_kind_of_fault_has_a_form_with_its_fields(emulator: Emulator) -> None:
    text = page(emulator)
    forms = {
        kind: text.partition(f'<fieldset data-kind="{kind}"')[2].partition("</fieldset>")[0]
        for kind in FAULTS
    }
    fields = {kind: set(re.findall(r' name="(\w+)"', form)) for kind, form in forms.items()}
    own = {kind: fault.model_fields.keys() - Fault.model_fields.keys() for kind, fault in FAULTS.items()}
    wrong = {kind: (shown, own[kind]) for kind, shown in fields.items() if shown != own[kind]}
    assert fields
    assert_none(wrong)


def test_a_rule_shows_how_often_it_fired(emulator: Emulator) -> None:
    emulator.fault("reject", match={"action": "list"}, times=2)
    emulator.call("eq", "list")
    assert 'reject on {"action":"list"} fired 1 of 2 times; checked against 1 calls' in said(emulator)


def test_an_account_with_many_machines_is_shown_in_parts(emulator: Emulator) -> None:
    emulator.reset(scenario="large")
    first = page(emulator)
    assert first.count('class="card vm"') == 24
    later = re.findall(r'href="(\?from=\d+)#vms">Later', first)[0]
    assert 'data-key="vm-20025"' in page(emulator, f"/{later}")
    emulator.start("eq", "off", 20500)
    assert 'data-key="lane-20500"' in page(emulator)


def cards(emulator: Emulator, query: str) -> list[int]:
    return [int(id_) for id_ in re.findall(r'data-key="vm-(\d+)"', page(emulator, f"/?{query}"))]


def test_machines_are_found_by_hostname_id_address_and_tag(emulator: Emulator) -> None:
    emulator.reset(scenario="large")
    vm = emulator.vm(20500)
    emulator.call("tags", "add", id=20500, tag="team", value="Billing East")
    for words in (vm["hostname"], "20500", "TEAM east"):
        assert cards(emulator, f"q={words}") == [20500]
    assert cards(emulator, "q=nothing-has-this") == []
    assert "No VM matches" in said(emulator, "/?q=nothing-has-this")


def test_the_pages_of_a_search_and_of_all_machines_have_ends(emulator: Emulator) -> None:
    emulator.reset(scenario="large")
    everything = said(emulator)
    assert "VMs 1 to 24 of 1000" in everything
    last = re.findall(r'href="\?from=(\d+)#vms">Last', page(emulator))[0]
    assert "VMs 985 to 1000 of 1000" in said(emulator, f"/?from={last}")
    assert "First Earlier VMs" in said(emulator, f"/?from={last}")
    assert "Later VMs" not in said(emulator, f"/?from={last}")
    assert "that match" in said(emulator, "/?q=200")


def test_an_account_without_machines_has_a_page(emulator: Emulator) -> None:
    emulator.reset(scenario="empty")
    assert "This account has no VM" in said(emulator)


def test_with_an_admin_token_the_page_requires_it_too() -> None:
    with running(admin_token="secret") as server:
        assert httpx.get(server.url, headers=BROWSER).headers["location"].startswith("/_emulator/ui/login?")
        assert httpx.get(server.url, headers=BROWSER | {"Authorization": "Bearer secret"}).status_code == 200


def test_an_account_can_be_reset_to_a_scenario_of_the_servers_own_file(tmp_path: Path) -> None:
    file = tmp_path / "nightly.yaml"
    file.write_text("vms: [{id: 7}]")
    with Served(scenario=str(file)) as server:
        shown = httpx.get(server.url, headers=BROWSER).text
    assert "<option selected>nightly</option>" in shown
    assert "<option>demo</option>" in shown
