"""Every kind of bad input gets a clear failure and changes nothing."""

import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.harness import MORE, TOKEN, Emulator, Json

BAD_IDS = [
    "", "0", "-1", "+1", "1.5", "1e3", "12_345", "１２３", "99999999999999999999", "9223372036854775808", "0x10",
    " 12345", "12345 ", "12345\n", "12345\x00", "١٢٣٤٥", "NaN", "null", "true", "1" * 10_000, "0" * 10_000, "²",
]  # fmt: skip
BAD_NAMES = ["", " ", "a b", "a/b", "../a", "a\x00b", "\x00", "a😀", "é", "a\n", "\n", "a\tb", "x" * 101, "x" * 70_000,
             "<script>", "%2e%20", "a'b", 'a"b', "a\\b", "名", "a+b", "a:b", "a,b", "\ud7ff", "\u202ea"]  # fmt: skip
CREATE = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": "a"}


@pytest.fixture
def unchanged(emulator: Emulator) -> Callable[[], None]:
    """Return a check that the world is unchanged, to the last field."""

    def world() -> Json:
        return emulator.control("GET", "/vms") | emulator.control("GET", "/tasks")

    before = world()

    def check() -> None:
        assert world() == before

    return check


@pytest.mark.parametrize("id_", BAD_IDS)
def test_a_bad_id_is_refused_by_every_action_that_takes_one(
    emulator: Emulator, unchanged: Callable[[], None], id_: str
) -> None:
    for module, action in (("vm", "create_snapshot"), ("vm", "load_stats"), ("eq", "off"), ("eq", "show")):
        answer = emulator.call(module, action, id=id_, name="a")
        assert answer["reason"] == "invalid_parameter"
        assert answer["message"].startswith("invalid parameter id: ")
        assert len(answer["message"]) < 200
    unchanged()


def test_leading_zeros_of_an_id_are_ignored(emulator: Emulator) -> None:
    assert emulator.call("eq", "show", id="000012345")["server_data"]["id"] == 12345
    assert emulator.call("eq", "show", id="9223372036854775807")["reason"] == "vm_not_found"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused(emulator: Emulator, unchanged: Callable[[], None], name: str) -> None:
    for action in ("create_snapshot", "remove_snapshot", "restore_snapshot"):
        answer = emulator.call_vm(action, name=name)
        assert answer["reason"] == "invalid_parameter"
        assert len(answer["message"]) < 300
    assert emulator.call_vm("create_snapshot", name="a", type=name)["reason"] == "invalid_parameter"
    unchanged()


BROKEN_FORMS = [
    ("broken percent-encoding", b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=%zz"),
    ("cut percent-encoding", b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a%4"),
    ("bare percent", b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a%"),
    (
        "percent-encoded bytes that are not UTF-8",
        b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=%ff%fe",
    ),
    ("bytes that are no UTF-8", b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=\xff\xfe"),
    ("an encoded surrogate", b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=%ed%a0%80"),
    ("a broken field name", b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a&%zz=1"),
]


@pytest.mark.parametrize("form", [form for _, form in BROKEN_FORMS], ids=[what for what, _ in BROKEN_FORMS])
def test_a_broken_encoding_is_400_in_body_and_query(
    emulator: Emulator, unchanged: Callable[[], None], form: bytes
) -> None:
    response = emulator.http.post("/vm.php", content=form)
    assert (response.status_code, emulator.answer(response)["reason"]) == (400, "malformed_body")
    if form.isascii():
        response = emulator.http.get(httpx.URL(emulator.url).copy_with(raw_path=b"/vm.php?" + form))
        assert (response.status_code, emulator.answer(response)["reason"]) == (400, "malformed_body")
    unchanged()


def part(name: str, value: str, more: str = "") -> bytes:
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'.encode()


WHOLE = b"".join(part(name, value) for name, value in CREATE.items())
BROKEN_MULTIPART = {
    "cut within a part": WHOLE[:-20],
    "without its closing boundary": WHOLE,
    "with another boundary": WHOLE.replace(b"--B", b"--C") + b"--C--\r\n",
    "without any boundary": b"action=create_snapshot",
    "with a file": WHOLE + part("notes", "text", '; filename="notes.txt"') + b"--B--\r\n",
    "with a line that goes on behind the boundary": WHOLE + part("x", "1\r\n--B, and so on") + b"--B--\r\n",
    "with headers of five thousand bytes": WHOLE + part("x", "1", "; y=" + "z" * 5_000) + b"--B--\r\n",
    "with a part that ends in its headers": WHOLE + b"--B\r\nX: 1\r\n--B--\r\n",
    "with a nameless part": WHOLE + b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n",
    "with a part without headers": WHOLE + b"--B\r\n\r\nx\r\n--B--\r\n",
    "with a value that is no UTF-8": WHOLE + b'--B\r\nContent-Disposition: form-data; name="x"\r\n\r\n\xff\r\n--B--\r\n',
}  # fmt: skip


@pytest.mark.parametrize("body", list(BROKEN_MULTIPART.values()), ids=list(BROKEN_MULTIPART))
def test_a_broken_multipart_body_is_400(
    emulator: Emulator, unchanged: Callable[[], None], body: bytes
) -> None:
    headers = {"content-type": "multipart/form-data; boundary=B"}
    response = emulator.http.post("/vm.php", content=body, headers=headers)
    assert (response.status_code, emulator.answer(response)["reason"]) == (400, "malformed_body")
    unchanged()


@pytest.mark.parametrize("path", ["/vm%00.php", "/%00", f"/{'x' * 5000}.php"])
def test_a_malformed_path_is_404(emulator: Emulator, path: str) -> None:
    response = emulator.http.post(path, data=CREATE)
    assert (response.status_code, emulator.answer(response)["reason"]) == (404, "unknown_module")


def test_a_multipart_body_without_a_boundary_in_its_type_is_400(emulator: Emulator) -> None:
    response = emulator.http.post("/vm.php", content=WHOLE, headers={"content-type": "multipart/form-data"})
    assert (response.status_code, emulator.answer(response)["reason"]) == (400, "malformed_body")


def test_a_complete_multipart_body_is_accepted(emulator: Emulator) -> None:
    headers = {"content-type": 'multipart/form-data; boundary="B"'}
    response = emulator.http.post("/vm.php", content=WHOLE + b"--B--\r\n", headers=headers)
    assert response.json()["result"] == "OK"


ENDED = WHOLE + b"--B--\r\n"
AS_PHP = {
    "a preamble": b"This is a message in MIME format.\r\n--Before\r\n" + ENDED,
    "an empty line before": b"\r\n" + ENDED,
    "an epilogue": ENDED + b"and more\r\n--B\r\n",
    "bare LF": ENDED.replace(b"\r\n", b"\n"),
    "bare LF and a preamble": b"hello\n\n" + ENDED.replace(b"\r\n", b"\n"),
    "LF in the headers alone": ENDED.replace(b"\r\n\r\n", b"\n\n"),
    "LF before the boundaries alone": ENDED.replace(b"\r\n--", b"\n--"),
    "a folded header": ENDED.replace(b"form-data; ", b"form-data;\r\n\t"),
    "names in single quotes": ENDED.replace(b'"', b"'"),
    "names without quotes": ENDED.replace(b'"', b""),
    "a name in an odd case, behind a semicolon in quotes": ENDED.replace(
        b"form-data; name", b'form-data; x=\'; name="no"\'; y="\\"; name=no"; NAME'
    ),
    "a quote within quotes of the other kind": ENDED.replace(b"form-data; ", b'form-data; x="it\'s"; '),
    "the last of two names": ENDED.replace(b"form-data; ", b"form-data; name=no; "),
    "a header line without a colon": ENDED.replace(b"\r\n\r\n", b"\r\nodd\r\n\r\n"),
}


@pytest.mark.parametrize("body", list(AS_PHP.values()), ids=list(AS_PHP))
def test_a_multipart_body_is_read_as_php_reads_it(emulator: Emulator, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=B"}
    response = emulator.http.post("/vm.php", content=body, headers=headers)
    assert response.json()["result"] == "OK", response.json()
    (task,) = emulator.tasks
    assert task["vm"] == 12345


def test_a_multipart_body_of_too_many_parts_is_413(emulator: Emulator, unchanged: Callable[[], None]) -> None:
    headers = {"content-type": "multipart/form-data; boundary=B"}
    response = emulator.http.post("/vm.php", content=part("x[]", "1") * 1_001 + ENDED, headers=headers)
    assert (response.status_code, emulator.answer(response)["reason"]) == (413, "body_too_large")
    unchanged()


@pytest.mark.parametrize("body", [b'{"action":"create_snapshot"}', b"[]", b"null"])
def test_a_json_body_is_415(emulator: Emulator, unchanged: Callable[[], None], body: bytes) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    response = emulator.http.post("/vm.php", content=body, headers=headers)
    assert (response.status_code, emulator.answer(response)["reason"]) == (415, "unsupported_media_type")
    unchanged()


def test_a_multipart_of_ten_mebibytes_is_413(emulator: Emulator, unchanged: Callable[[], None]) -> None:
    response = emulator.http.post("/vm.php", data=CREATE, files={"x": (None, "y" * 10 * 1024 * 1024)})
    assert (response.status_code, emulator.answer(response)["reason"]) == (413, "body_too_large")
    unchanged()


def test_a_body_cut_by_a_lost_connection_changes_nothing(
    emulator: Emulator, unchanged: Callable[[], None]
) -> None:
    address = urlsplit(emulator.url)
    form = b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a"
    head = f"POST /vm.php HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(form) + 10}\r\n\r\n"
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(head.encode() + form)
    unchanged()


def test_input_that_is_not_http_does_not_stop_the_server(emulator: Emulator) -> None:
    address = urlsplit(emulator.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(b"POST /vm.php HTTP/1.1\r\nContent-Length: -1\r\n\r\n")
        answer = connection.recv(10_000).decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert "x-emulator-reason: malformed_body" in answer
    assert json.loads(answer.partition("\r\n\r\n")[2])["result"] == -1
    assert emulator.call("eq", "list")["result"] == "OK"


def test_text_from_clients_comes_back_unchanged(emulator: Emulator) -> None:
    """Fields that no handler reads may contain anything in UTF-8. The task's context repeats it."""
    odd = 'a\x00b\u2028\U0001f600"\\</script>\u202e'
    answer = emulator.do("vm", "load_stats", 12345, comment=odd, **{"odd\x00name": "x", "list[a][b]": "1"})
    assert answer["context"]["comment"] == odd
    assert answer["context"]["odd\x00name"] == "x"
    assert answer["context"]["list"] == {"a": {"b": "1"}}


texts = st.text(max_size=40)
form_fields = st.dictionaries(
    st.sampled_from(["action", "token", "id", "name", "type", "openstack_id", "key", "ttl", "fix_ip", "enable_rotation",
                     "exclude_rotation[]", "exclude_rotation", "id[]", "name[0]", "user", "password", "x"]),
    st.one_of(texts, st.sampled_from([TOKEN, "12345", "12346", "a", "1", "0", "snapshot", "demo-api-key"])),
)  # fmt: skip


@pytest.mark.no_cover
@settings(max_examples=300 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    module=st.sampled_from(["vm", "eq", "auth", "eq_callback"]),
    action=st.one_of(
        texts, st.sampled_from(["create_snapshot", "update_restore_settings", "show", "login", "check"])
    ),
    fields=form_fields,
)
def test_no_form_causes_a_server_error(
    emulator: Emulator, module: str, action: str, fields: dict[str, Any]
) -> None:
    response = emulator.http.post(f"/{module}.php", data={"action": action, "token": TOKEN} | fields)
    assert response.status_code in {200, 501}
    assert isinstance(response.json(), dict)


@pytest.mark.no_cover
@settings(max_examples=300 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200),
    media_type=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=B",
            "multipart/form-data; boundary=\xe9",
        ]
    ),
    query=st.binary(max_size=50),
)
def test_no_bytes_cause_a_server_error(
    emulator: Emulator, body: bytes, media_type: str, query: bytes
) -> None:
    response = emulator.http.post(
        f"/vm.php?{quote_from_bytes(query, safe='&=%')}",
        content=body,
        headers=[(b"content-type", media_type.encode("latin-1"))],
    )
    assert response.status_code in {200, 400}
    assert json.loads(response.content)["result"] == -1
