"""What a call itself says to be a secret, in JSON or a private key, is masked, and a secret of the account in every encoding."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from invapi_emulator.process.masked_words import SecretWords
from invapi_emulator.process.secret_words import MASK, names_a_secret
from tests.support.harness import Emulator

NEVER = "Zq7-never-12345"
TOLD = json.dumps({"a": "seen", "root_pass": f'x"{NEVER}', "more": {"api_key": [NEVER], "pin": 9912345}})
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{NEVER}\n-----END OPENSSH PRIVATE KEY-----"


def shown_of(emulator: Emulator, path: str, form: dict[str, str], **more: Any) -> str:
    """Send a form. Return its line in the journal, as text."""
    emulator.http.post(path, data=form, **more)
    calls = emulator.control("GET", "/requests")["requests"]
    return json.dumps(calls[-1])


def encoded(text: str) -> list[str]:
    """Return a text in the ways that clients write one in another."""
    nested = json.dumps({"note": json.dumps({"note": text})})
    return [text, quote(text), quote(quote(text)), nested, text.replace('"', "'").replace("\\'", "")]


@pytest.mark.parametrize("text", encoded(TOLD))
def test_a_value_that_json_names_as_a_secret_is_masked_wherever_a_call_has_it(
    emulator: Emulator, text: str
) -> None:
    token = {"token": "HOSTKEY_TOKEN"}
    for path, form, headers in (
        ("/eq.php", {"action": "list", "note": text}, {}),
        ("/eq.php", {"action": "list", text: ""}, {}),
        ("/eq.php", {"action": "list", f"a[{text}]": ""}, {}),
        ("/eq.php", {"action": "list"}, {"User-Agent": text}),
        ("/eq.php", {"action": text}, {}),
        ("/vm.php", {"action": "create_snapshot", "id": "12345", "name": text}, {}),
        (f"/{quote(text, safe='')}.php", {"action": "list"}, {}),
    ):
        shown = shown_of(emulator, path, form | token, headers=headers)
        assert "Zq7" not in shown
        assert "99123" not in shown


def test_what_is_no_secret_in_json_is_shown(emulator: Emulator) -> None:
    shown = shown_of(
        emulator, "/eq.php", {"action": "list", "token": "HOSTKEY_TOKEN", "note": '{"spin":"it\'s shown"}'}
    )
    assert json.loads(shown)["fields"]["note"] == '{"spin":"it\'s shown"}'


@pytest.mark.parametrize(
    "body",
    [
        f'{{"root_pass":"{NEVER}"}}',
        f'{{"action":"login","password":"a={NEVER}"}}',
        f"root_pass%3D{NEVER}%26a%3Db",
        f"root_pass: {NEVER}",
        f"root_pass%00={NEVER}",
        f"root%20pass={NEVER}",
    ],
)
@pytest.mark.parametrize("token", ["token=HOSTKEY_TOKEN&action=list&", ""])
def test_a_secret_in_or_under_an_odd_name_is_masked(emulator: Emulator, body: str, token: str) -> None:
    emulator.http.post(
        "/eq.php", content=token + body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    shown = emulator.control("GET", "/requests")["requests"] if token else None
    calls = shown or emulator.http.get("/_emulator/requests").json()["requests"]
    assert NEVER not in str(calls[-1])
    assert MASK in str(calls[-1]["fields"])


@pytest.mark.parametrize("key", [KEY, KEY[:-20], quote(KEY), KEY.replace("\n", "\\n")])
def test_a_private_key_is_masked_in_call_and_refusal(emulator: Emulator, key: str) -> None:
    token = {"token": "HOSTKEY_TOKEN"}
    for path, form in (
        ("/ssh_keys.php", {"action": "add", "params[name]": "a", "params[key]": key}),
        ("/eq.php", {"action": "list", "ssh_key": f"x {key}", key: "1"}),
        ("/vm.php", {"action": key}),
    ):
        shown = shown_of(emulator, path, form | token)
        assert NEVER not in shown
        assert "BEGIN" not in shown


CHOSEN = {"token": "QmFz/ZTY0+tok99", "password": "my pass word 77", "api_key": "Key%2Fchosen-77"}
WRITTEN = (
    r'{"token":"QmFz\/ZTY0+tok99"}',
    "user=x&p=my+pass+word+77",
    "Key%2Fchosen-77",
    "Key%252Fchosen-77",
    quote(quote("QmFz/ZTY0+tok99", safe=""), safe=""),
)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_chosen_secret_is_masked_in_every_usual_encoding(emulator: Emulator, text: str) -> None:
    made = {"name": "chosen", **CHOSEN}
    emulator.http.post("/_emulator/accounts", json=made).raise_for_status()
    form = {"token": CHOSEN["token"], "action": "get_snapshot", "id": "12345"}
    emulator.http.post(
        "/vm.php", data=form | {"note": text, text: "", f"params[{text}]": "1"}, headers={"User-Agent": text}
    )
    emulator.http.post("/vm.php", data=form | {"id": text})
    emulator.http.post("/vm.php", data=form | {"action": text})
    calls = emulator.http.get("/_emulator/accounts/chosen/requests").json()["requests"]
    emulator.http.delete("/_emulator/accounts/chosen").raise_for_status()
    assert len(calls) == 3
    for end in ("tok99", "word+77", "chosen-77"):
        assert end not in json.dumps(calls)


def test_a_quoted_secret_in_json_is_masked_in_a_refusal(emulator: Emulator) -> None:
    secret = 'Horse"staple77x'
    emulator.http.post("/_emulator/accounts", json={"name": "quoted", "token": secret}).raise_for_status()
    form = {"token": secret, "action": "create_snapshot", "id": "12345", "name": json.dumps({"a": secret})}
    emulator.http.post("/vm.php", data=form)
    (call,) = emulator.http.get("/_emulator/accounts/quoted/requests").json()["requests"]
    emulator.http.delete("/_emulator/accounts/quoted").raise_for_status()
    assert "staple" not in str(call)


def test_a_long_name_that_nothing_reads_is_masked_before_it_is_cut(emulator: Emulator) -> None:
    made = emulator.http.post("/_emulator/accounts", json={"name": "other"}).json()
    emulator.http.delete("/_emulator/accounts/other")
    token = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
    assert made["token"] != token
    shown = shown_of(
        emulator,
        "/vm.php",
        {
            "token": token,
            "action": "get_snapshot",
            "id": "12345",
            f"https://user:{token}@h.example/p?x={token}#{token}": "1",
        },
    )
    assert token[:8] not in shown


def test_a_refusal_that_cuts_an_escaped_secret_shows_no_part_of_it() -> None:
    secret = 'Pä"ss word with more 77'
    written = quote(quote(secret, safe=""), safe="")
    for cut in range(40, len(written)):
        masked = SecretWords.of([secret]).parted_masked(f"unknown action '{written[:cut]}... (72 long)")
        assert "word" not in masked
        assert masked.endswith(f"{MASK}... (72 long)")


@pytest.mark.parametrize("around", ["{0}0", "{0}{0}", "0{0}", "x{0}{1}"])
@pytest.mark.parametrize("is_escaped", [False, True])
def test_a_token_of_another_session_is_found_among_digits_and_behind_escapes(
    emulator: Emulator, around: str, *, is_escaped: bool
) -> None:
    one, two = (emulator.call("auth", "login", key="demo-api-key")["result"]["token"] for _ in range(2))
    text = around.format(one, two)
    if is_escaped:
        text = "".join(f"%{ord(letter):02x}" if at % 3 == 1 else letter for at, letter in enumerate(text))
    emulator.call("vm", "get_engine", colour=text)
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert call["fields"]["colour"] == around.format(MASK, MASK)


@pytest.mark.parametrize("name", ["root_pass\0", "root pass", "params[root_pass]", "pin\0", "\u200bpassword"])
def test_a_name_with_odd_characters_still_names_a_secret(name: str) -> None:
    assert names_a_secret(name)


def test_a_call_of_a_megabyte_of_quoted_names_shows_no_value(emulator: Emulator) -> None:
    text = '{"pass":"Zq7-never-12345",' * 30_000
    body = (
        urlencode({"token": "HOSTKEY_TOKEN", "action": "list", "note": "x"})
        + f"&{text}&a[{text[:200_000]}]=1"
    )
    emulator.http.post("/eq.php", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert NEVER not in json.dumps(emulator.control("GET", "/requests")["requests"][-1])


def test_of_a_long_array_the_journal_tells_the_length_that_was_sent(emulator: Emulator) -> None:
    emulator.call("vm", "get_engine", **{"a[0]": "x" * 900_000})
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert call["fields"]["a"].endswith("... (900004 characters)")


def test_an_array_of_a_megabyte_shows_no_value_that_json_names_as_a_secret(emulator: Emulator) -> None:
    sent = {f"a[{number}]": f'{{"pass":"{NEVER}"}}' + "x" * 900 for number in range(900)}
    emulator.call("vm", "get_engine", **sent)
    (call,) = emulator.control("GET", "/requests?action=get_engine")["requests"]
    assert NEVER not in str(call)


@pytest.mark.parametrize("part", ["said ", 'said "no" ', "said/ü\x01 "])
def test_a_secret_that_is_longer_than_what_is_shown_is_masked_wherever_it_stands(
    emulator: Emulator, part: str
) -> None:
    secret = part * 5_000
    form = {
        "action": "list",
        "api_key": secret,
        "note": f"before {secret}",
        f"name {secret}": "",
        "token": "t",
    }
    emulator.http.post("/eq.php", data=form)
    shown = emulator.http.get("/_emulator/requests").json()["requests"][-1]
    assert shown["fields"]["note"].startswith("before ")
    assert "said" not in json.dumps(shown)


@pytest.mark.parametrize("nested", [0, 1, 2])
@pytest.mark.parametrize("whole", [True, False])
def test_a_secret_that_json_escapes_needlessly_is_masked(nested: int, *, whole: bool) -> None:
    """Go and .NET write `&`, `<`, `+` and quotes so, and PHP `/`, also JSON in JSON."""
    chosen = "Tok/en&a<b+c"
    text = "".join(f"\\u{ord(one):04x}" if whole or one in "&<+" else one for one in chosen).replace(
        "/", "\\/"
    )
    for _ in range(nested):
        text = json.dumps(text)[1:-1]
    words = SecretWords.of([chosen])
    assert words.masked(f'{{"note":"{text}"}}') == '{"note":"***"}'


@pytest.mark.parametrize(
    "name",
    [
        f"root_pass=Va,{NEVER}",
        f'root_pass="Val {NEVER}"',
        f"root_pass => {NEVER}",
        f"note: root_pass={NEVER}",
        f"user_data=password: {NEVER}",
        f"post_install_callback=http://u:{NEVER}@h/",
    ],
)
def test_a_secret_that_is_assigned_in_the_name_of_a_field_is_masked_whole(
    emulator: Emulator, name: str
) -> None:
    shown = shown_of(emulator, "/eq.php", {"action": "list", "token": "HOSTKEY_TOKEN", name: ""})
    assert "never" not in shown


def test_a_value_that_tells_nothing_is_shown(emulator: Emulator) -> None:
    note = '{"password":null,"page_token":true}'
    shown = shown_of(emulator, "/eq.php", {"action": "list", "token": "HOSTKEY_TOKEN", "note": note})
    assert json.loads(shown)["fields"]["note"] == note


def test_a_token_that_json_escapes_is_masked_in_the_user_agent(emulator: Emulator) -> None:
    headers = {"User-Agent": "retry HOSTKEY\\u005fTOKEN"}
    shown = shown_of(emulator, "/eq.php", {"action": "list", "token": "HOSTKEY_TOKEN"}, headers=headers)
    assert json.loads(shown)["user_agent"] == "retry ***"
