"""`invapi-emulator report`, typed: for a person, a program and a CI page."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import httpx
import pytest

from invapi_emulator.cli.main import main
from invapi_emulator.storage import requests
from tests.support.harness import Emulator, running
from tests.support.sarif_logs import sarif_runs


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with running() as server, httpx.Client(base_url=server.url, timeout=60) as http:
        monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
        yield Emulator(server, http)


@pytest.fixture
def misbehaved(client: Emulator) -> Emulator:
    """Return a client with a warning and a notice."""
    client.start("eq", "off")
    client.eq("reboot", typo="x")
    return client


def typed(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["invapi-emulator", "report", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    assert (ended.value.code or 0) == status, err
    return out + err


@pytest.mark.usefixtures("misbehaved")
def test_a_person_reads_the_finding_its_calls_and_the_advice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = typed(capsys)
    assert (
        "warning: change-while-busy: changes a VM while a task is running on it\n  1 call: #2\n  instead: "
        in told
    )
    assert (
        "notice: unread-fields: sends fields that no handler reads\n  1 call: #2\n  fields: typo\n  instead: "
        in told
    )


@pytest.mark.usefixtures("misbehaved")
def test_a_table_at_the_end_has_a_line_for_each_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys).splitlines()[-4:] == [
        "severity  rule               calls  see",
        "warning   change-while-busy  1      docs/reference/lint-rules.md#change-while-busy",
        "notice    unread-fields      1      docs/reference/lint-rules.md#unread-fields",
        "demo: 1 warning, 1 notice in 2 calls",
    ]


@pytest.mark.usefixtures("misbehaved")
def test_code_scanning_shows_a_result_for_each_finding(capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = sarif_runs(typed(capsys, "--format", "sarif"))
    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [
        ("change-while-busy", "warning"),
        ("unread-fields", "note"),
    ]
    (place,) = run["results"][0]["locations"]
    assert place["logicalLocations"] == [{"fullyQualifiedName": "demo/requests/2"}]
    helps = [rule["help"]["text"] for rule in run["tool"]["driver"]["rules"]]
    assert helps[1].endswith(" See docs/reference/lint-rules.md#unread-fields.")


@pytest.mark.usefixtures("misbehaved")
@pytest.mark.parametrize(
    ("file", "uri"), [("src/backup.py", "src/backup.py"), ("./a b/ü:1.py", "a%20b/%C3%BC%3A1.py")]
)
def test_with_a_source_all_findings_are_at_the_client_s_file(
    capsys: pytest.CaptureFixture[str], file: str, uri: str
) -> None:
    (run,) = sarif_runs(typed(capsys, "--format", "sarif", "--source", file))
    (places,) = {json.dumps(each["locations"]) for each in run["results"]}
    assert json.loads(places) == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 1},
            },
            "logicalLocations": [{"fullyQualifiedName": "demo/requests/2"}],
        }
    ]


@pytest.mark.parametrize(
    "file", ["", ".", "/src/a.py", "../a.py", "src/", "https://x/a.py", "a\\b.py", "\udcff.py", "a\nb.py"]
)
def test_a_source_outside_of_the_repository_is_refused(capsys: pytest.CaptureFixture[str], file: str) -> None:
    told = typed(capsys, "--format", "sarif", "--source", file, status=2)
    assert "--source" in told
    assert "expected a file from the root of your repository" in told
    assert told.count("\n") == 1


def test_a_source_without_code_scanning_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys, "--source", "a.py", status=2) == "invapi-emulator: --source needs --format sarif\n"


@pytest.mark.usefixtures("client")
def test_code_scanning_shows_nothing_for_a_report_without_findings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (run,) = sarif_runs(typed(capsys, "--format", "sarif"))
    assert run["results"] == []


def test_a_limited_number_of_calls_is_named(client: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(12):
        client.call("eq", "list", typo="x")
    assert "12 calls: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 2 more" in typed(capsys)


def test_names_that_the_journal_left_out_are_counted(
    client: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    client.call("eq", "list", **{f"f{number}": "x" for number in range(500)})
    told = typed(capsys)
    assert ", f9 and 40 more, and up to 450 whose names are not kept\n" in told
    (finding,) = client.control("GET", "/report")["findings"]
    assert (len(finding["fields"]), finding["fields_left_out"]) == (50, 450)


def test_a_program_reads_the_answer_of_the_control_api(
    misbehaved: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert json.loads(typed(capsys, "--format", "json")) == misbehaved.control("GET", "/report")


@pytest.mark.usefixtures("misbehaved")
def test_ci_shows_a_failed_test_for_each_lint_finding(capsys: pytest.CaptureFixture[str]) -> None:
    suite = ET.fromstring(typed(capsys, "--format", "junit"))
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "2", "2")
    assert [case.get("name") for case in suite] == ["change-while-busy", "unread-fields"]
    told = [case.findtext("failure") or "" for case in suite]
    assert all("instead: " in text for text in told)
    assert told[1].startswith("1 call: #2; fields: typo; instead: ")


def test_names_of_fields_change_no_terminal_and_no_xml(
    client: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a\x1b]0;pwned\x07", "b\nforged: line", "c\x00", "d\uffff\u202e"):
        client.call("eq", "list", **{name: "x"})
    told = typed(capsys)
    assert told.isascii()
    assert "\\x1b]0;pwned\\x07" in told
    assert "\nforged" not in told
    suite = ET.fromstring(typed(capsys, "--format", "junit"))
    assert "pwned" in (suite.findtext("testcase/failure") or "")


def test_a_report_without_findings_says_so(client: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys, "--fail-on", "notice") == "demo: no calls yet\n"
    suite = ET.fromstring(typed(capsys, "--format", "junit"))
    assert suite.findtext("testcase/system-out") == "no calls yet"
    client.call("eq", "list")
    assert typed(capsys, "--fail-on", "notice") == "demo: 1 call checked, no findings\n"
    assert json.loads(typed(capsys, "--format", "json")) == {"findings": [], "calls": 1, "gone": 0}
    suite = ET.fromstring(typed(capsys, "--format", "junit"))
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


def test_calls_that_are_no_longer_kept_are_not_passed_over_in_silence(
    client: Emulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "KEPT", 10)
    for number in range(23):
        client.call("eq", "list", **({} if number else {"typo": "x"}))
    assert client.control("GET", "/report") == {"findings": [], "calls": 10, "gone": 13}
    said = "13 older calls are no longer kept, and not in this report"
    assert typed(capsys) == f"demo: 10 calls checked, no findings\n\ndemo: {said}\n"
    suite = ET.fromstring(typed(capsys, "--format", "junit"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("1", "0", "1")
    skipped = suite.find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message") == said
    (run,) = sarif_runs(typed(capsys, "--format", "sarif"))
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == f"demo: {said}"
    client.clear_requests()
    assert client.control("GET", "/report") == {"findings": [], "calls": 0, "gone": 0}


@pytest.mark.usefixtures("misbehaved")
@pytest.mark.parametrize(("level", "status"), [("notice", 1), ("warning", 1), ("error", 0)])
def test_it_fails_from_the_given_severity_on(
    capsys: pytest.CaptureFixture[str], level: str, status: int
) -> None:
    typed(capsys, "--fail-on", level, status=status)


@pytest.mark.usefixtures("client")
def test_a_missing_account_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert "invapi-emulator: " in typed(capsys, "--account", "nobody", status=2)
