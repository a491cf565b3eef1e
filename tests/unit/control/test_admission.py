"""The admin token: in a header for programs, in a form and a cookie for browsers."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.harness import running

TOKEN = "a token with spaces, ünd more"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PAGES = ("/", "/_emulator/ui", "/_emulator/ui/accounts", "/_emulator/ui/accounts/demo/vms/12345?window=hour")


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """Return the URL of a server with an admin token."""
    with running(admin_token=TOKEN) as server:
        yield server.url


@pytest.fixture
def browser(guarded: str) -> Iterator[httpx.Client]:
    """Return a client that requests pages and keeps cookies."""
    with httpx.Client(base_url=guarded, headers=BROWSER, timeout=60) as browser:
        yield browser


def log_in(browser: httpx.Client, token: str, wanted: str = "/") -> httpx.Response:
    return browser.post("/_emulator/ui/login", data={"token": token, "next": wanted})


@pytest.mark.parametrize("page", PAGES)
def test_a_browser_is_led_to_the_form_and_back(browser: httpx.Client, page: str) -> None:
    asked = browser.get(page)
    assert asked.status_code == 303
    form = browser.get(asked.headers["location"])
    assert form.status_code == 200
    assert f'name="next" value="{page}"' in form.text
    entered = log_in(browser, TOKEN, page)
    assert (entered.status_code, entered.headers["location"]) == (303, page)
    assert browser.get(page).status_code == 200


def test_the_cookie_is_only_for_this_servers_pages_and_does_not_contain_the_token(
    browser: httpx.Client,
) -> None:
    cookie = log_in(browser, TOKEN).headers["set-cookie"]
    name, *options = cookie.split("; ")
    assert options == ["Path=/", "HttpOnly", "SameSite=Strict"]
    assert name.startswith(f"invapi_emulator_{browser.base_url.port}=")
    assert TOKEN not in cookie


def test_the_cookie_opens_the_control_api_for_the_pages_scripts(browser: httpx.Client) -> None:
    path = "/_emulator/accounts/demo/clock"
    json = {"Accept": "*/*"}
    assert browser.get(path, headers=json).status_code == 401
    log_in(browser, TOKEN)
    assert browser.get(path, headers=json).status_code == 200
    assert browser.put(path, content='{"mode":"frozen"}', headers=json).status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + " ", TOKEN[:-1], TOKEN.upper()])
def test_a_wrong_token_is_refused(browser: httpx.Client, token: str) -> None:
    refused = log_in(browser, token)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert "The admin token is wrong." in refused.text
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("value", ["", "x", TOKEN.encode("ascii", "ignore").decode(), "0" * 64])
def test_a_forged_cookie_is_refused(browser: httpx.Client, value: str) -> None:
    name = f"invapi_emulator_{browser.base_url.port}"
    assert browser.get("/", headers={"Cookie": f"{name}={value}"}).status_code == 303


def test_a_logout_removes_the_cookie(browser: httpx.Client) -> None:
    log_in(browser, TOKEN)
    assert "Log out" in browser.get("/").text
    left = browser.post("/_emulator/ui/logout")
    assert left.headers["location"] == "/_emulator/ui/login"
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "/\nx",
        "/\u2028",
        "///evil.example",
        "/\t/evil.example",
        "%2f%2fevil.example",
        "https:/evil.example",
        "evil.example",
        "/\x00",
    ],
)
def test_the_form_redirects_only_to_this_server(browser: httpx.Client, elsewhere: str) -> None:
    assert log_in(browser, TOKEN, elsewhere).headers["location"] == "/_emulator/ui"
    form = browser.get("/_emulator/ui/login", params={"next": elsewhere})
    assert 'name="next" value="/_emulator/ui"' in form.text


def test_a_page_of_another_origin_cannot_log_a_user_in_or_out(browser: httpx.Client) -> None:
    log_in(browser, TOKEN)
    for path in ("login", "logout"):
        answer = browser.post(f"/_emulator/ui/{path}", headers={"Origin": "https://evil.example"})
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_without_an_admin_token_no_page_has_a_logout() -> None:
    with running() as server:
        page = httpx.get(server.url, headers=BROWSER)
        assert page.status_code == 200
        assert "Log out" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/_emulator/ui/login",
        "/_emulator/accounts",
        "/docs",
        "/metrics",
        "/_emulator/nonsense",
        "/openapi.json",
    ],
)
def test_answers_of_the_control_api_cannot_be_framed_or_sniffed(browser: httpx.Client, path: str) -> None:
    for client_headers in (BROWSER, {"Accept": "*/*"}, {"Host": "evil.example"}):
        headers = browser.get(path, headers=client_headers).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "script-src 'unsafe" not in policy
        assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "body", [b"token=%00", b"token=%ff%fe", b"token=%ed%a0%80", b"\x00\xff", b"", b"token", b"&=&=&"]
)
def test_a_form_that_makes_no_sense_is_a_wrong_token(body: bytes) -> None:
    with running(admin_token=TOKEN) as server:
        assert httpx.post(f"{server.url}/_emulator/ui/login", content=body).status_code == 401


def test_only_what_shows_no_world_is_open(browser: httpx.Client) -> None:
    statuses = {
        path: browser.get(path, headers={"Accept": "*/*"}).status_code
        for path in (
            "/_emulator/live",
            "/_emulator/health",
            "/openapi.json",
            "/docs",
            "/_emulator/ui/login",
            "/_emulator/ui/static/page.js",
        )
    }
    assert set(statuses.values()) == {200}
    for path in (
        "/",
        "/metrics",
        "/_emulator",
        "/_emulator/ui",
        "/_emulator/accounts",
        "/_emulator/ui/static/../accounts",
    ):
        assert browser.get(path, headers={"Accept": "*/*"}).status_code == 401
