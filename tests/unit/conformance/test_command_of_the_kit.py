"""`invapi-conformance`, typed: for a person, a program and a CI page."""

import json
import re
from collections import Counter
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from invapi_conformance.cli import main
from invapi_conformance.walk import Allowed
from invapi_emulator.cli.main import main as emulator_main
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import NOTHING, ran
from tests.support.sarif_logs import sarif_runs
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given, mutated_server

LEAKY = "0123456789abcdef" * 2


def typed(capsys: pytest.CaptureFixture[str], *words: str, **variables: str) -> tuple[int, str, str]:
    return ended(capsys, main, "invapi-conformance", "--poll-seconds", "0", *words, **variables)


def ended(
    capsys: pytest.CaptureFixture[str], main: Callable[[], None], *words: str, **variables: str
) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", list(words))
        for name, value in variables.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as exited:
            main()
    out, err = capsys.readouterr()
    return int(exited.value.code or 0), out, err


def leaks(asked: Asked, given: Given) -> None:
    """Answer with the caller's secrets in places where they do not belong."""
    if isinstance(given.body, dict) and given.body.get("result") == -1:
        given.body["code"] = 1
        given.body["message"] += f" {asked.fields.get('token')} {asked.fields.get('key')} {LEAKY}"


def test_a_person_reads_a_table_and_a_summary(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    target = ("--target", account.url, "--vm", "12345")
    status, out, _ = typed(capsys, *target, INVAPI_TOKEN=account.token, INVAPI_API_KEY=account.api_key)
    assert status == 0
    assert out.startswith(
        f"VM 12345 at {account.url}: VPS on openstack, running, 2 of 4 snapshots, rotation off\n"
    )
    assert "plan: read only, nothing is changed\n" in out
    assert "holds           3.6   documented  the answer OK spends the key\n" in out
    assert "that need --allow-changes\n" in out
    assert "0 differ, " in out.splitlines()[-1]


def test_a_difference_shows_both_shapes_and_whether_it_was_assumed(account: Account) -> None:
    def headerless(_asked: Asked, given: Given) -> None:
        given.headers.pop("access-control-allow-origin", None)

    with mutated_server(account.url, headerless) as target:
        found = ran(account, NOTHING, target=target, form="text")
    assert found.status == 1
    assert "differs         1.5   assumed     web pages of any origin may read an answer\n" in found.out
    assert "browsers do not show it to pages of other origins (assumed: nobody knew)\n" in found.out
    assert 'expected  {"access-control-allow-origin": "*"}\n' in found.out
    assert 'seen      {"access-control-allow-origin": null}\n' in found.out


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif"])
def test_no_output_contains_a_secret(account: Account, form: str) -> None:
    with mutated_server(account.url, leaks) as target:
        found = ran(account, NOTHING, target=target, form=form)
    assert found.status == 1
    for secret in (account.token, account.api_key, LEAKY):
        assert secret not in found.out + found.err
    assert "***" in found.out


def test_ci_shows_a_failed_test_for_each_difference(account: Account) -> None:
    with mutated_server(account.url, leaks) as target:
        found = ran(account, NOTHING, target=target, form="junit")
        same = ran(account, NOTHING, target=target)
    suite = ET.fromstring(found.out)
    counts = (suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("errors"))
    expected = (len(same.report["checks"]), len(same.names("differs")), len(same.names("could not tell")), 0)
    assert counts == tuple(map(str, expected))
    assert len(suite.findall("testcase/failure")) == expected[1]
    assert "expected " in (suite.findtext("testcase/failure") or "")


def test_a_table_at_the_end_counts_the_verdicts_of_each_basis(account: Account) -> None:
    with mutated_server(account.url, leaks) as target:
        checks = ran(account, NOTHING, target=target).report["checks"]
        *_, head, documented, seen, assumed, _ = ran(
            account, NOTHING, target=target, form="text"
        ).out.splitlines()
    assert re.split("  +", head.strip()) == ["holds", "differs", "could not tell"]
    for line in (documented, seen, assumed):
        basis, *counts = line.split()
        found = Counter(check["verdict"] for check in checks if check["basis"] == basis)
        assert list(map(int, counts)) == [
            found[verdict] for verdict in ("holds", "differs", "could not tell")
        ]
        assert sum(found.values()) > 0


def test_code_scanning_shows_a_result_for_each_difference(account: Account) -> None:
    with mutated_server(account.url, leaks) as target:
        (run,) = sarif_runs(ran(account, NOTHING, target=target, form="sarif").out)
        differing = [
            each
            for each in ran(account, NOTHING, target=target).report["checks"]
            if each["verdict"] == "differs"
        ]
    assert [each["ruleId"] for each in run["results"]] == [check["name"] for check in differing]
    levels = ["warning" if check["basis"] == "assumed" else "error" for check in differing]
    assert [each["level"] for each in run["results"]] == levels
    assert all(": expected " in each["message"]["text"] for each in run["results"])
    helps = [rule["help"]["text"] for rule in run["tool"]["driver"]["rules"]]
    assert helps == [
        f"Clause {each['clause']} ({each['basis']}). See docs/reference/wire.md." for each in differing
    ]


def test_with_a_source_all_differences_are_at_that_file(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--vm", "12345", "--token", account.token, "--format", "sarif", "--source", "docs/api notes.md")
    with mutated_server(account.url, leaks) as target:
        status, out, _ = typed(capsys, "--target", target, *given)
    (run,) = sarif_runs(out)
    files = [place["physicalLocation"] for each in run["results"] for place in each["locations"]]
    assert status == 1
    assert len(files) == len(run["results"])
    assert {file["artifactLocation"]["uri"] for file in files} == {"docs/api%20notes.md"}


def test_code_scanning_shows_what_a_run_left_behind(account: Account) -> None:
    account.fault("reject", match={"action": "on"}, times=None)
    (run,) = sarif_runs(ran(account, Allowed(power=True), form="sarif", task_seconds=1).out)
    assert run["results"][-1]["ruleId"] == "the-run-itself"
    assert run["results"][-1]["message"]["text"].startswith("left behind: VM 12345 was found on")


def test_ci_shows_an_error_for_a_run_that_left_something_behind(account: Account) -> None:
    account.fault("reject", match={"action": "on"}, times=None)
    found = ran(account, Allowed(power=True), form="junit", task_seconds=1)
    assert found.status == 2
    (error,) = ET.fromstring(found.out).findall("testcase/error")
    assert str(error.get("message")).startswith("left behind: VM 12345 was found on: switch it")


@pytest.mark.parametrize(
    "words",
    [
        ("--target", "nowhere", "--vm", "1", "--token", "x"),
        ("--target", "http://u:p@h", "--vm", "1", "--token", "x"),
        ("--target", "http://127.0.0.1:1", "--vm", "1", "--token", "x", "--source", "a.py"),
        (
            "--target",
            "http://127.0.0.1:1",
            "--vm",
            "1",
            "--token",
            "x",
            "--format",
            "sarif",
            "--source",
            "/a.py",
        ),
        ("--target", "http://[::1", "--vm", "1", "--token", "x"),
        ("--target", "http://127.0.0.1:99999", "--vm", "1", "--token", "x"),
        ("--target", "https://127.0.0.1:1", "--vm", "1", "--token", "x", "--ca", "/no/such/file"),
        ("--target", "http://127.0.0.1:1", "--vm", "0", "--token", "x"),
        ("--target", "http://127.0.0.1:1", "--vm", "1"),
    ],
)
def test_wrong_arguments_give_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    status, out, err = typed(capsys, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_a_program_reads_name_clause_basis_verdict_and_shapes(account: Account) -> None:
    report = json.loads(ran(account).out)
    assert report.keys() == {"target", "vm", "found", "status", "trouble", "checks"}
    assert all(
        check.keys() == {"name", "clause", "basis", "title", "verdict", "why", "expected", "seen"}
        for check in report["checks"]
    )


def test_the_former_command_names_the_new_one_and_runs_it(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--poll-seconds", "0", "--target", account.url, "--vm", "12345", "--token", account.token)
    former = ended(capsys, emulator_main, "invapi-emulator", "conformance", *words)
    status, out, err = ended(capsys, main, "invapi-conformance", *words)
    assert former == (status, out, f"invapi-emulator: this command is now invapi-conformance\n{err}")
    assert status == 0
    _, out, _ = ended(capsys, emulator_main, "invapi-emulator", "conformance", "--help")
    assert out.startswith("Usage: invapi-conformance [OPTIONS]")
