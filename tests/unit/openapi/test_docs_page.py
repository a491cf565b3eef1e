"""`/docs`: a page whose every part comes from the emulator."""

import re

import pytest

from tests.support.harness import Emulator


def test_all_that_the_page_wants_is_served_from_here(emulator: Emulator) -> None:
    page = emulator.http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(wanted) == 4
    for address in wanted:
        assert emulator.http.get(f"/{address}").status_code == 200, address
    assert "//" not in page.text.replace("<!doctype", "")


def test_its_script_shows_the_document_and_asks_no_other_server(emulator: Emulator) -> None:
    start = emulator.http.get("/docs/start.js")
    assert start.headers["content-type"].startswith("text/javascript")
    assert 'url: "openapi.json"' in start.text
    assert "validatorUrl: null" in start.text


def test_swagger_ui_is_one_that_reads_openapi_3_1(emulator: Emulator) -> None:
    script = emulator.http.get("/docs/swagger-ui-bundle.js").text
    version = re.search(r'PACKAGE_VERSION:"(\d+)\.', script)
    assert version is not None
    assert int(version[1]) >= 5


@pytest.mark.parametrize("path", ["", "/start.js", "/swagger-ui.css", "/swagger-ui-bundle.js"])
def test_scripts_run_only_if_they_are_from_here(emulator: Emulator, path: str) -> None:
    policy = emulator.http.get(f"/docs{path}").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"


@pytest.mark.parametrize("path", ["/docs/main.py", "/docs/..%2fmain.py", "/docs/__init__.py", "/docs/a/b"])
def test_nothing_else_of_the_package_is_served(emulator: Emulator, path: str) -> None:
    assert emulator.http.get(path).status_code == 404


def test_the_page_is_closed_under_foreign_host_names(emulator: Emulator) -> None:
    for path in ("/docs", "/docs/start.js", "/openapi.json"):
        assert emulator.http.get(path, headers={"host": "attacker.example"}).status_code == 403
        assert emulator.http.get(path, headers={"origin": "https://attacker.example"}).status_code == 403
