"""A secret that a client puts where it is not meant for stands neither in the journal nor in an event."""

import re
from itertools import takewhile
from urllib.parse import quote, unquote

import pytest

from invapi_emulator.process.secret_words import MASK
from tests.support.harness import Emulator
from tests.unit.control.test_events import listening


def log_in(emulator: Emulator, key: str = "demo-api-key") -> str:
    token: str = emulator.call("auth", "login", key=key)["result"]["token"]
    return token


def secrets_of(emulator: Emulator) -> dict[str, str]:
    added = emulator.call("api_keys", "add", **{"params[name]": "a"})
    return {"login token": log_in(emulator), "API key": added["data"]["api_key"], "password": "demo-password"}


@pytest.mark.parametrize("kind", ["login token", "API key", "password"])
@pytest.mark.parametrize("around", ["%s", "x_%s", "tok=%s;", "\u00e9%s\u00e9"])
def test_the_journal_masks_a_secret_in_any_field(emulator: Emulator, kind: str, around: str) -> None:
    secret = secrets_of(emulator)[kind]
    text = around % secret
    emulator.call("vm", "get_engine", colour=text, **{"a[b]": text, text: "1"})
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert secret not in str(call)
    assert call["fields"]["colour"] == around % MASK


@pytest.mark.parametrize("more", ["", "z" * 10_000])
def test_fields_whose_names_are_masked_to_the_same_are_all_kept(emulator: Emulator, more: str) -> None:
    one, two = log_in(emulator), log_in(emulator)
    sent = {one: "1", two: "2", f"m[{one}]": "3", f"m[{two}]": "4", "more": more}
    emulator.call("vm", "get_engine", **{MASK: "0"}, **sent)
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert {name: value for name, value in call["fields"].items() if MASK in name} == {
        MASK: "0",
        f"{MASK} 2": "1",
        f"{MASK} 3": "2",
    }
    assert call["fields"]["m"] == {MASK: "3", f"{MASK} 2": "4"}


def test_the_journal_masks_a_token_of_another_account(emulator: Emulator) -> None:
    made = emulator.http.post("/_emulator/accounts", json={"name": "other"}).json()
    try:
        emulator.call("vm", "get_engine", colour=made["token"], shape=made["api_key"])
    finally:
        emulator.http.delete("/_emulator/accounts/other")
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert (call["fields"]["colour"], call["fields"]["shape"]) == (MASK, MASK)


def test_a_word_that_only_looks_like_a_token_is_shown(emulator: Emulator) -> None:
    name = "0123456789abcdef" * 2
    with listening(emulator) as told:
        emulator.do("vm", "create_snapshot", name=name)
        made = next(event for event in told if event["kind"] == "snapshot_made")
    assert made["name"] == name
    (call,) = emulator.control("GET", "/requests?action=create_snapshot")["requests"]
    assert call["fields"]["name"] == name


def test_many_such_words_are_all_masked(emulator: Emulator) -> None:
    words = " ".join(f"{number:032x}" for number in range(101))
    emulator.call("vm", "get_engine", colour=words)
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert call["fields"]["colour"] == " ".join([MASK] * 101)


@pytest.mark.parametrize("kind", ["login token", "API key", "password"])
def test_events_mask_a_secret_in_a_name(emulator: Emulator, kind: str) -> None:
    secret = secrets_of(emulator)[kind]
    with listening(emulator) as stream:
        emulator.call("tags", "add", id=12345, tag=secret, value=secret)
        emulator.call("ssh_keys", "add", **{"params[name]": secret, "params[key]": "ssh-rsa AAAA"})
        emulator.do("vm", "create_snapshot", name=secret)
        emulator.do("eq", "off")  # its event is the last
        told = list(takewhile(lambda event: event["kind"] != "power", stream))
    assert {"tag_set", "ssh_key_added", "snapshot_made"} <= {event["kind"] for event in told}
    assert secret not in str(told)


def test_a_secret_deep_within_a_repeated_field_is_masked_and_the_check_answers(emulator: Emulator) -> None:
    deep = {f"m{number}[a][b][c][d][e][f][g][password]": "a-deep-secret" for number in range(300)}
    key = emulator.call("eq", "status", id=12345, password="a-flat-secret", **deep)["callback"]
    emulator.advance(until="idle")
    assert emulator.check(key)["result"] == "OK"
    (call,) = emulator.control("GET", "/requests?action=check")["requests"]
    assert "secret" not in call["answer"]
    assert f'"password":"{MASK}"' in call["answer"]


def test_a_call_with_more_secrets_than_can_be_looked_for_shows_no_field(emulator: Emulator) -> None:
    sent = {f"password{number}": f"a secret {number}" for number in range(100)}
    more = {f"q{number}": "x" * 1_000 for number in range(300)}
    emulator.call("eq", "list", token="wrong-token", **sent, **more)
    call = emulator.http.get("/_emulator/requests").json()["requests"][-1]
    assert call["fields"] == {"...": "402 more fields"}
    assert "a secret" not in str(call)


@pytest.mark.parametrize("before", [0, 4_050, 70_000])
def test_a_secret_in_a_long_answer_is_masked_where_the_journal_shows_it(
    emulator: Emulator, before: int
) -> None:
    secret = secrets_of(emulator)["login token"]
    key = emulator.call("eq", "status", id=12345, note=f"{'-' * before}{secret}{'-' * 200_000}")["callback"]
    emulator.advance(until="idle")
    sent = emulator.http.post("/eq_callback.php", data={"action": "check", "key": key}).text
    (call,) = emulator.control("GET", "/requests?action=check")["requests"]
    shown, _, told = call["answer"].rpartition("... ")
    assert told == f"({len(sent)} characters)"
    assert secret[:8] not in shown
    assert sent.replace(secret, MASK).startswith(shown.partition(MASK)[0])


@pytest.mark.parametrize("kind", ["login token", "API key", "password"])
@pytest.mark.parametrize("before", [*range(30, 60, 4)])
def test_a_refusal_that_cuts_what_was_sent_shows_no_part_of_a_secret(
    emulator: Emulator, kind: str, before: int
) -> None:
    secret = secrets_of(emulator)[kind]
    padding = "x" * before
    for module, fields in (
        ("vm", {"action": "get_snapshot", "id": f"{padding} {secret}"}),
        ("vm", {"action": f"{padding}{secret}-{secret}"}),
        (f"{padding}{padding[:30]}{secret}", {"action": "list"}),
    ):
        emulator.http.post(f"/{module}.php", data=fields | {"token": "HOSTKEY_TOKEN"})
        call = emulator.control("GET", "/requests")["requests"][-1]
        assert secret[:8] not in call["answer"]
        assert padding[:30] in call["answer"]


AWKWARD = (
    'adm"quote-1',
    "back\\slash-2",
    "apo'strophe-3",
    "both'\"-4567",
    "naïve-word-5",
    "plus+and=equals/6",
    "line\u2028word-7",
)


@pytest.mark.parametrize("secret", AWKWARD)
def test_the_journal_masks_a_secret_in_every_form_that_an_answer_gives_it(
    emulator: Emulator, secret: str
) -> None:
    made = {"name": "awkward", "password": secret}
    account = emulator.http.post("/_emulator/accounts", json=made).raise_for_status().json()
    for path, fields in (
        ("/eq.php", {"action": "order_instance", "preset": secret, "location_name": "NL", "os_id": "187"}),
        ("/vm.php", {"action": secret}),
        ("/tags.php", {"action": "list", "id": "12345", "component": secret}),
        ("/eq_callback.php", {"action": "check", "key": secret}),
        (f"/{quote(secret, safe='')}.php", {"action": "list"}),
    ):
        emulator.http.post(path, data=fields | {"token": account["token"]})
    calls = emulator.http.get("/_emulator/accounts/awkward/requests").json()["requests"]
    unknown = emulator.http.get("/_emulator/requests").json()["requests"]
    assert len(calls) >= 4
    for answer in [call["answer"] for call in (*calls, *unknown)]:
        for shown in (answer, plain(answer), plain(plain(answer)), unquote(answer)):
            assert secret not in shown
    emulator.http.delete("/_emulator/accounts/awkward").raise_for_status()


def plain(text: str) -> str:
    """Return a text without one layer of escapes."""
    return re.sub(r'\\(["\'\\])', r"\1", re.sub(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})", unescaped, text))


def unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2], 16))
