"""Contract 1: paths, verbs, forms, statuses, CORS."""

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator

LIST = {"action": "list", "token": TOKEN}


@pytest.mark.clause("1.1")
@pytest.mark.parametrize("path", ["/eq.php", "/eq"])
@pytest.mark.follows("A-01", "A-14")
def test_a_module_answers_with_and_without_php(emulator: Emulator, path: str) -> None:
    assert emulator.http.post(path, data=LIST).json()["servers"] == [12345, 12346, 12347, 12348]


@pytest.mark.clause("1.1")
@pytest.mark.parametrize("path", ["//eq.php", "///eq.php"])
@pytest.mark.follows("A-14")
def test_repeated_slashes_are_one(emulator: Emulator, path: str) -> None:
    """A base URL that ends with a slash makes such paths."""
    assert emulator.http.post(f"{emulator.url}{path}", data=LIST).json()["servers"] == [
        12345,
        12346,
        12347,
        12348,
    ]


@pytest.mark.clause("1.1")
@pytest.mark.parametrize("path", ["/eq.php/", "/eq.php//", "/eq.php/list", "//eq.php/vm.php"])
@pytest.mark.follows("A-14", "A-47")
def test_a_slash_behind_php_changes_nothing(emulator: Emulator, path: str) -> None:
    assert emulator.http.post(f"{emulator.url}{path}", data=LIST).json()["servers"] == [
        12345,
        12346,
        12347,
        12348,
    ]
    assert emulator.control("GET", "/requests")["requests"][-1]["module"] == "eq"


@pytest.mark.clause("1.1")
@pytest.mark.parametrize(
    "path", ["/eq/", "/eq.php.php", "/eq.phpx/", "/x/eq.php", "/x//eq.php/", "/EQ.php", "/.php/eq.php"]
)
def test_other_paths_are_no_modules(emulator: Emulator, path: str) -> None:
    refused = emulator.http.post(f"{emulator.url}{path}", data=LIST)
    assert (refused.status_code, refused.headers["x-emulator-reason"]) == (404, "unknown_module")


@pytest.mark.clause("1.1")
@pytest.mark.parametrize(
    ("path", "action"),
    [("/vm.php", "get_engine"), ("/auth.php", "info"), ("/eq.php", "list"), ("/eq_callback.php", "check")],
)
@pytest.mark.follows("A-04")
def test_the_four_modules_exist(emulator: Emulator, path: str, action: str) -> None:
    response = emulator.http.post(path, data={"action": action, "token": TOKEN, "key": "none"})
    assert response.status_code == 200


@pytest.mark.clause("1.2")
@pytest.mark.follows("A-02")
def test_a_multipart_form_is_read(emulator: Emulator) -> None:
    form = {name: (None, value) for name, value in LIST.items()}
    assert emulator.http.post("/eq.php", files=form).json()["result"] == "OK"


@pytest.mark.clause("1.2")
def test_get_takes_its_fields_from_the_query(emulator: Emulator) -> None:
    assert emulator.http.get("/eq.php", params=LIST).json()["result"] == "OK"


@pytest.mark.clause("1.2")
def test_get_takes_its_fields_from_a_form_body(emulator: Emulator) -> None:
    assert emulator.http.request("GET", "/eq.php", data=LIST).json()["result"] == "OK"


@pytest.mark.clause("1.2")
def test_the_body_wins_over_the_query(emulator: Emulator) -> None:
    answer = emulator.http.post("/eq.php", params={"action": "show", "token": TOKEN}, data={"action": "list"})
    assert answer.json()["action"] == "list"


@pytest.mark.clause("1.2")
def test_the_last_of_a_repeated_field_wins(emulator: Emulator) -> None:
    answer = emulator.http.post("/eq.php", content=f"action=show&token={TOKEN}&action=list")
    assert answer.json()["action"] == "list"


@pytest.mark.clause("1.3")
@pytest.mark.parametrize(
    "names",
    [
        "exclude_rotation[]=a&exclude_rotation[]=b",
        "exclude_rotation[0]=a&exclude_rotation[1]=b",
        "exclude_rotation%5B%5D=a&exclude_rotation%5B%5D=b",
        "exclude_rotation=z&exclude_rotation[]=a&exclude_rotation[]=b",
        "exclude_rotation[1]=z&exclude_rotation[0]=c&exclude_rotation[1]=a&exclude_rotation[0]=b",
    ],
)
def test_arrays_are_read_as_in_php(emulator: Emulator, names: str) -> None:
    form = f"action=update_restore_settings&token={TOKEN}&id=12345&{names}"
    excluded = emulator.http.post("/vm.php", content=form).json()["settings"]["exclude_rotation"]
    assert sorted(excluded) == ["a", "b"]


@pytest.mark.clause("1.3")
@pytest.mark.parametrize(
    "field",
    ["id[]=12345&name=a", "id=12345&name[]=a", "id=12345&name[x]=a", "id=12345&name=a&type[0]=snapshot"],
)
@pytest.mark.follows("A-06", "A-09")
def test_an_array_for_a_scalar_is_refused(emulator: Emulator, field: str) -> None:
    form = f"action=create_snapshot&token={TOKEN}&{field}"
    answer = emulator.answer(emulator.http.post("/vm.php", content=form))
    assert answer["reason"] == "invalid_parameter"
    assert "array" in answer["message"]


@pytest.mark.clause("1.3")
def test_a_scalar_for_an_array_is_refused(emulator: Emulator) -> None:
    answer = emulator.call_vm("update_restore_settings", exclude_rotation="golden")
    assert answer["reason"] == "invalid_parameter"


@pytest.mark.clause("1.3")
def test_an_array_for_action_or_token_counts_as_missing(emulator: Emulator) -> None:
    action = emulator.http.post("/eq.php", content=f"action[]=list&token={TOKEN}")
    assert emulator.answer(action)["reason"] == "unknown_action"
    token = emulator.http.post("/eq.php", content=f"action=list&token[]={TOKEN}")
    assert emulator.answer(token)["reason"] == "invalid_token"


@pytest.mark.clause("1.4")
@pytest.mark.follows("A-04")
def test_a_refusal_of_the_api_is_http_200(emulator: Emulator) -> None:
    response = emulator.http.post("/vm.php", data={"action": "create_snapshot", "token": "wrong"})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")


@pytest.mark.clause("1.4")
@pytest.mark.parametrize("path", ["/invoices.php", "/vm.php.php", "/VM.php", "/vm/", "/%FF", "/x/vm.php"])
def test_an_unknown_module_is_404_with_the_envelope(emulator: Emulator, path: str) -> None:
    response = emulator.http.post(path, data=LIST)
    assert (response.status_code, emulator.answer(response)["reason"]) == (404, "unknown_module")


@pytest.mark.follows("A-06")
def test_a_path_that_is_not_a_module_is_named_as_sent(emulator: Emulator) -> None:
    message = emulator.answer(emulator.http.post("/vm.php%3Fa=%C3%9F", data=LIST))["message"]
    assert message.startswith("there is no module at '/vm.php%3Fa=%C3%9F'; there are ")


@pytest.mark.clause("1.4")
@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "HEAD", "TRACE", "PROPFIND"])
def test_another_verb_is_405(emulator: Emulator, verb: str) -> None:
    response = emulator.http.request(verb, "/vm.php")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, OPTIONS")
    assert response.headers["x-emulator-reason"] == "method_not_allowed"


@pytest.mark.clause("1.4")
def test_a_verb_unknown_to_http_is_405_too(emulator: Emulator) -> None:
    response = emulator.http.request("FOO", "/vm.php")
    assert (response.status_code, emulator.answer(response)["reason"]) == (405, "method_not_allowed")
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.clause("1.3")
@pytest.mark.parametrize(
    "names",
    ["exclude_rotation[0][1]=a", "exclude_rotation[][]=a", "exclude_rotation[]=b&exclude_rotation[][x]=a"],
)
def test_an_array_in_an_array_of_names_is_refused(emulator: Emulator, names: str) -> None:
    form = f"action=update_restore_settings&token={TOKEN}&id=12345&{names}"
    assert emulator.answer(emulator.http.post("/vm.php", content=form))["reason"] == "invalid_parameter"


@pytest.mark.clause("1.4")
@pytest.mark.parametrize("size", [1024 * 1024 + 1, 10 * 1024 * 1024])
def test_a_body_over_a_mebibyte_is_413(emulator: Emulator, size: int) -> None:
    response = emulator.http.post("/eq.php", content=b"action=list&x=".ljust(size, b"x"))
    assert (response.status_code, emulator.answer(response)["reason"]) == (413, "body_too_large")


@pytest.mark.clause("1.4")
def test_a_body_of_a_mebibyte_is_read(emulator: Emulator) -> None:
    form = f"action=list&token={TOKEN}&x=".encode().ljust(1024 * 1024, b"x")
    assert emulator.http.post("/eq.php", content=form).json()["result"] == "OK"


@pytest.mark.clause("1.4")
def test_a_thousand_fields_are_accepted_and_one_more_is_413(emulator: Emulator) -> None:
    form = f"action=list&token={TOKEN}" + "&x=1" * 998
    assert emulator.http.post("/eq.php", content=form).json()["result"] == "OK"
    response = emulator.http.post("/eq.php", content=form + "&x=1")
    assert (response.status_code, emulator.answer(response)["reason"]) == (413, "body_too_large")


@pytest.mark.clause("1.4")
@pytest.mark.parametrize(
    "media_type", ["application/json", "text/plain", "application/octet-stream", "nonsense"]
)
def test_a_body_that_is_not_a_form_is_415(emulator: Emulator, media_type: str) -> None:
    response = emulator.http.post(
        "/eq.php", content='{"action":"list"}', headers={"content-type": media_type}
    )
    assert (response.status_code, emulator.answer(response)["reason"]) == (415, "unsupported_media_type")


@pytest.mark.clause("1.4")
def test_an_empty_body_of_any_type_is_no_body(emulator: Emulator) -> None:
    response = emulator.http.post("/eq.php", params=LIST, headers={"content-type": "application/json"})
    assert response.json()["result"] == "OK"


@pytest.mark.clause("1.4")
def test_a_body_without_a_content_type_is_read_as_urlencoded(emulator: Emulator) -> None:
    response = emulator.http.post("/eq.php", content=f"action=list&token={TOKEN}")
    assert "content-type" not in response.request.headers
    assert response.json()["result"] == "OK"


@pytest.mark.clause("1.5")
@pytest.mark.follows("A-03")
def test_a_page_of_any_origin_may_call_the_modules(emulator: Emulator) -> None:
    response = emulator.http.post("/vm.php", data=LIST, headers={"origin": "https://panel.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"]
    assert {"retry-after", "x-emulator-reason"} <= set(exposed.lower().split(", "))


@pytest.mark.clause("1.5")
@pytest.mark.follows("A-03")
def test_the_preflight_is_answered(emulator: Emulator) -> None:
    asked = {
        "origin": "https://panel.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    response = emulator.http.options("/vm.php", headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-headers"] == "content-type"
    assert "POST" in response.headers["access-control-allow-methods"]


@pytest.mark.clause("1.5")
def test_the_control_api_is_closed_to_pages_of_other_origins(emulator: Emulator) -> None:
    for origin in ("https://panel.example", "null", emulator.url.replace("http", "https")):
        response = emulator.http.get("/_emulator/accounts/demo/clock", headers={"origin": origin})
        assert response.status_code == 403
        assert response.json()["error"]["reason"] == "foreign_origin"
        assert "access-control-allow-origin" not in response.headers
    own = emulator.http.get("/_emulator/accounts/demo/clock", headers={"origin": emulator.url})
    assert own.status_code == 200


@pytest.mark.clause("1.5")
def test_the_control_api_is_closed_for_foreign_host_names(emulator: Emulator) -> None:
    port = httpx.URL(emulator.url).port
    for host in ("attacker.example", f"attacker.example:{port}", "127.0.0.1.attacker.example", "[::2]", ""):
        response = emulator.http.get("/_emulator/health", headers={"host": host})
        assert response.status_code == 403, host
        assert response.json()["error"]["reason"] == "foreign_host"
    for host in ("127.0.0.1", f"localhost:{port}", "LOCALHOST", f"[::1]:{port}"):
        assert emulator.http.get("/_emulator/health", headers={"host": host}).status_code == 200


@pytest.mark.clause("1.5")
def test_the_modules_answer_under_any_host_name(emulator: Emulator) -> None:
    response = emulator.http.post("/eq.php", data=LIST, headers={"host": "invapi.hostkey.com"})
    assert response.json()["result"] == "OK"
