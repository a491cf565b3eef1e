"""`requests`, `accounts`, `faults` and `tasks` on a running emulator."""

import json
import shlex

import httpx
import pytest

from invapi_emulator.cli.main import commands
from invapi_emulator.ending import ended
from tests.support.commands import command_of
from tests.support.harness import TOKEN, Emulator, running
from tests.support.shell import Shell


@pytest.fixture
def shell(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys, emulator.url)


def test_requests_tells_why_a_call_was_refused(shell: Shell, emulator: Emulator) -> None:
    first = emulator.control("GET", "/requests")["last_id"] + 1
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.call_vm("create_snapshot", name="b", nmae="c")
    created, refused = shell.run("requests")
    assert created.startswith(f"#{first} 2030-01-01T00:00:00Z vm/create_snapshot 12345 ok ")
    assert created.endswith(f" ms task={key}")
    assert refused.startswith(
        f"#{first + 1} 2030-01-01T00:00:00Z vm/create_snapshot 12345 refused vm_locked "
    )
    message = json.loads(emulator.control("GET", "/requests")["requests"][-1]["answer"])["message"]
    assert refused.endswith(f' ms "{message}" unread=nmae')


def test_requests_can_be_filtered(shell: Shell, emulator: Emulator) -> None:
    emulator.call_vm("get_snapshot")
    emulator.call_vm("get_snapshot", 99999)
    emulator.eq("on", 12346)
    for flags, number in (
        ("", 3), ("--module eq", 1), ("--action get_snapshot", 2), ("--vm 12346", 1), ("--result refused", 1),
        ("--reason vm_not_found", 1), ("--last 2", 2), ("--last 0", 0),
    ):  # fmt: skip
        assert len(shell.run("requests", *flags.split())) == number, flags
    assert "vm_not_found" in shell.run("requests", "--result", "refused", "--last", "2")[0]
    (line,) = shell.run("requests", "--reason", "nonsense", status=2)
    assert line.startswith("invapi-emulator: 422 invalid: ")


def test_requests_in_json_are_an_object_a_line(shell: Shell, emulator: Emulator) -> None:
    emulator.call_vm("get_snapshot", name="é\x7f\u202e")
    emulator.call_vm("get_snapshot")
    lines = shell.run("requests", "--format", "json")
    assert [json.loads(line) for line in lines] == emulator.control("GET", "/requests")["requests"]
    assert all(line.isascii() and line.isprintable() for line in lines)


def test_requests_of_no_account_are_listed_apart(shell: Shell, emulator: Emulator) -> None:
    emulator.call("eq", "list", token="wrong")
    assert shell.run("requests") == []
    line = shell.run("requests", "--unauthenticated")[-1]
    assert " eq/list refused invalid_token " in line
    assert line.endswith(' ms "Invalid token"')


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "\u2028x", "a b=c"])
def test_a_call_is_one_line_whatever_was_sent(shell: Shell, emulator: Emulator, name: str) -> None:
    emulator.call("eq", f"list {name}", **{f"nmae{name}": "x"})
    (line,) = shell.run("requests")
    assert line.isprintable()


def test_a_refusal_that_a_fault_has_cut_shows_what_is_left(shell: Shell, emulator: Emulator) -> None:
    emulator.fault("malformed_json", match={"action": "get_snapshot"})
    form = {"action": "get_snapshot", "token": TOKEN, "id": "99999"}
    emulator.http.post("/vm.php", data=form)
    (line,) = shell.run("requests")
    assert line.endswith(" fault=malformed_json")


def test_accounts_are_created_listed_and_deleted(shell: Shell, emulator: Emulator) -> None:
    words = "one --scenario one-vm --clock auto --seed 5 --profile instant --assume A-12=no"
    described = dict(line.split() for line in shell.run("accounts", "create", *words.split()))
    made = httpx.get(f"{emulator.url}/_emulator/accounts/one").json()
    for field in ("name", "token", "api_key", "user", "password", "scenario", "profile"):
        assert described[field] == made[field]
    assert (described["clock"], described["seed"], described["vms"]) == ("auto", "5", "12345")
    assert made["assume"].keys() == {"A-12"}
    headings, demo, one = shell.run("accounts", "list")
    assert headings.split() == ["NAME", "SCENARIO", "VMS", "CLOCK", "NOW", "PROFILE", "TOKEN"]
    assert demo.split()[:4] == ["demo", "demo", "4", "frozen"]
    assert one.split() == ["one", "one-vm", "1", "auto", made["clock"]["now"], "instant", made["token"]]
    assert shell.run("accounts", "delete", "one") == ["one: removed"]
    (line,) = shell.run("accounts", "delete", "one", status=2)
    assert line == "invapi-emulator: 404 account_not_found: there is no account 'one'"
    (line,) = shell.run("accounts", "delete", "demo", status=2)
    assert line.startswith("invapi-emulator: 409 demo_stays: ")


def test_an_account_without_a_name_gets_one_and_json_has_it(shell: Shell) -> None:
    (line,) = shell.run("accounts", "create", "--format", "json")
    name = json.loads(line)["name"]
    found = [json.loads(each)["name"] for each in shell.run("accounts", "list", "--format", "json")]
    assert found == ["demo", name]
    assert shell.run("accounts", "purge") == [f"{name}: removed"]
    assert shell.run("accounts", "purge") == ["no account to remove"]


def test_a_wrong_account_is_one_line(shell: Shell) -> None:
    (line,) = shell.run("accounts", "create", "--assume", "A-12", status=2)
    assert line.endswith("'A-12': expected the option of an assumption, such as A-12=no")
    (line,) = shell.run("accounts", "create", "--assume", "A-12=no", "--assume", "A-12=yes", status=2)
    assert line.endswith("A-12: given twice, 'no' and 'yes'")
    (line,) = shell.run("accounts", "delete", "../demo", status=2)
    assert "an account's name is 1 to 64 characters" in line
    (line,) = shell.run("accounts", "create", "--scenario", "none", status=2)
    assert line.startswith("invapi-emulator: 422 ")


def test_a_retired_assumption_is_told_of(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    url = shell.run("env")[0].partition("=")[2]
    assert ended(commands, ["accounts", "create", "--url", url, "--assume", "A-11=no", "two"]) == 0
    assert (
        capsys.readouterr().err
        == "A-11 is retired and ignored (docs/reference/assumptions.md lists the assumptions)\n"
    )


def test_the_third_snapshot_fails_by_a_rule_of_the_command_line(shell: Shell, emulator: Emulator) -> None:
    words = "faults add reject message=busy --action create_snapshot --skip 2"
    headings, line = shell.run(*words.split())
    assert headings.split()[:3] == ["ID", "KIND", "MODULE"]
    assert line.split()[:4] == ["1", "reject", "-", "create_snapshot"]
    for name in ("a", "b"):
        emulator.do("vm", "create_snapshot", name=name)
    assert emulator.call_vm("create_snapshot", name="c")["message"].endswith("busy")
    (_, line) = shell.run("faults", "list")
    assert (
        line
        == '1   reject  -       create_snapshot  -   2     1      3     1      on     {"message":"busy","code":-1}'
    )
    assert shell.run("faults", "clear") == ["demo: number of fault rules removed: 1"]
    assert shell.run("faults", "list") == ["demo: no fault rules"]


def test_a_rule_has_what_its_words_say(shell: Shell, emulator: Emulator) -> None:
    words = shlex.split(
        "faults add latency seconds=0.5 --module vm --action create_snapshot --vm 12346 --field name=a --field x=1 "
        "--times always --probability 0.5 --format json"
    )
    (line,) = shell.run(*words)
    (rule,) = emulator.control("GET", "/faults")["faults"]
    assert json.loads(line) == rule
    assert rule | {"seconds": 0.5, "skip": 0, "times": None, "probability": 0.5} == rule
    assert rule["match"] == {
        "module": "vm", "action": "create_snapshot", "id": 12346, "fields": {"name": "a", "x": "1"},
    }  # fmt: skip
    assert [json.loads(each) for each in shell.run("faults", "list", "--format", "json")] == [rule]
    (_, line) = shell.run("faults", "list")
    assert " always " in line
    assert line.endswith('{"seconds":0.5,"fields":{"name":"a","x":"1"},"probability":0.5}')


def test_the_table_of_rules_masks_what_they_match_of_a_secret_field(shell: Shell) -> None:
    (_, line) = shell.run("faults", "add", "reject", "--field", "root_pass=Horse-staple-77")
    assert '"fields":{"root_pass":"***"}' in line


def test_only_the_named_rules_are_removed(shell: Shell, emulator: Emulator) -> None:
    for kind in ("reject", "empty_reply", "expired_token"):
        shell.run("faults", "add", kind)
    assert shell.run("faults", "clear", "1", "3", "1") == ["demo: number of fault rules removed: 2"]
    assert [rule["kind"] for rule in emulator.control("GET", "/faults")["faults"]] == ["empty_reply"]


def test_a_wrong_rule_is_one_line(shell: Shell) -> None:
    for words, says in (
        ("reject message", "'message': expected NAME=VALUE"),
        ("reject =x", "'=x': expected NAME=VALUE"),
        ("nonsense", "422 "),
        ("reject --module nonsense", "there is no such module"),
        ("latency seconds=NaN", "422 "),
        ("reject message=a message=b", "message: given twice, 'a' and 'b'"),
        ("reject --field a=1 --field a=2", "a: given twice, '1' and '2'"),
        ("reject times=7 --times 2", "times: given twice, as times= and otherwise"),
        ('reject match={"action":"list"} --action on', "match: given twice, as match= and otherwise"),
        ("reject kind=latency", "kind: given twice, as kind= and otherwise"),
    ):
        (line,) = shell.run("faults", "add", *words.split(), status=2)
        assert says in line
    (line,) = shell.run("faults", "clear", "7", status=2)
    assert line.startswith("invapi-emulator: 404 fault_not_found: ")


def test_an_error_of_a_task_changes_no_terminal(shell: Shell, emulator: Emulator) -> None:
    emulator.control(
        "POST", "/faults", {"kind": "task_fails", "error": "\x1b]0;pwned\x07\nforged"}, status=201
    )
    emulator.start("eq", "off")
    told = shell.run("advance", "idle")
    assert all(line.isprintable() for line in told)
    assert [line for line in told if line.startswith("forged")] == []
    assert any("pwned" in line for line in told)


def test_tasks_are_listed_with_their_state(shell: Shell, emulator: Emulator) -> None:
    assert shell.run("tasks") == ["demo: no tasks"]
    emulator.do("vm", "create_snapshot", name="a")
    key = emulator.start("eq", "off", 12346)
    headings, done, running_ = shell.run("tasks")
    assert headings.split() == [
        "KEY",
        "ACTION",
        "VM",
        "STATE",
        "STAGE",
        "%",
        "DUE",
        "ENDED",
        "FAULT",
        "ERROR",
    ]
    assert done.split()[1:6] == ["create_snapshot", "12345", "done", "done", "100"]
    assert running_.split()[:4] == [key, "off", "12346", "running"]
    assert [line.split() for line in shell.run("tasks", "--state", "running")[1:]] == [running_.split()]
    assert shell.run("tasks", "--state", "failed") == ["demo: no tasks"]
    lines = shell.run("tasks", "--format", "json")
    assert [json.loads(line) for line in lines] == emulator.control("GET", "/tasks")["tasks"]


def test_a_missing_admin_token_is_told_with_its_flag(shell: Shell) -> None:
    with running(admin_token="secret") as server:
        for words in (("env",), ("accounts", "list"), ("requests",)):
            (line,) = shell.run(*words, "--url", server.url, status=2)
            assert line.startswith("invapi-emulator: 401 unauthorized: the admin token is missing; ")
            assert line.endswith("; here: --admin-token, or INVAPI_EMULATOR_ADMIN_TOKEN")
        (line,) = shell.run("env", "--url", server.url, "--admin-token", "wrong", status=2)
        assert line.startswith("invapi-emulator: 401 unauthorized: the admin token is wrong; ")
        assert "here:" not in line
        assert shell.run("env", "--url", server.url, "--admin-token", "secret")


def test_an_admin_token_that_cannot_be_sent_is_told_with_where_it_is_from(shell: Shell) -> None:
    said = "the token must be printable, and must not start or end with a space"
    assert shell.run("tasks", "--admin-token", "a\nb", status=2) == [
        f"invapi-emulator: --admin-token: {said}"
    ]
    shell.monkeypatch.setenv("INVAPI_EMULATOR_ADMIN_TOKEN", "a\nb")
    (line,) = shell.run("tasks", status=2)
    assert line == f"invapi-emulator: INVAPI_EMULATOR_ADMIN_TOKEN: {said}"


def test_a_url_without_an_emulator_is_told_with_where_it_is_from(shell: Shell) -> None:
    (line,) = shell.run("tasks", "--url", "http://127.0.0.1:1", status=2)
    assert line.startswith("invapi-emulator: --url: no emulator answers at http://127.0.0.1:1: ")
    shell.monkeypatch.setenv("INVAPI_EMULATOR_URL", "http://127.0.0.1:1")
    (line,) = shell.run("tasks", status=2)
    assert line.startswith(
        "invapi-emulator: INVAPI_EMULATOR_URL: no emulator answers at http://127.0.0.1:1: "
    )
    shell.monkeypatch.setenv("INVAPI_EMULATOR_URL", "127.0.0.1:8650")
    (line,) = shell.run("tasks", status=2)
    assert (
        line == "invapi-emulator: INVAPI_EMULATOR_URL: '127.0.0.1:8650': "
        "the scheme is missing; did you mean http://127.0.0.1:8650?"
    )


def test_the_default_url_without_an_emulator_is_told_with_how_to_start_one(shell: Shell) -> None:
    shell.monkeypatch.delenv("INVAPI_EMULATOR_URL")
    (url,) = [parameter for parameter in command_of("tasks").params if parameter.name == "url"]
    shell.monkeypatch.setattr(url, "default", "http://127.0.0.1:1")  # something may run at the real one
    (line,) = shell.run("tasks", status=2)
    assert line.startswith("invapi-emulator: no emulator answers at http://127.0.0.1:1: ")
    assert line.endswith(
        "; start one with `invapi-emulator serve`, or name another with --url or INVAPI_EMULATOR_URL"
    )


def test_open_opens_the_page_of_an_emulator_that_answers(shell: Shell, emulator: Emulator) -> None:
    opened: list[str] = []

    def open_page(page: str) -> bool:
        opened.append(page)
        return True

    shell.monkeypatch.setattr("webbrowser.open", open_page)
    for words, path in (((), "/"), (("--account", "demo"), "/_emulator/ui/accounts/demo")):
        assert shell.run("open", *words) == [f"{emulator.url}{path}"]
        assert opened.pop() == f"{emulator.url}{path}"
    (line,) = shell.run("open", "--account", "none", status=2)
    assert line.startswith("invapi-emulator: 404 account_not_found")
    shell.run("open", "--url", "http://127.0.0.1:1", status=2)
    assert not opened
    shell.monkeypatch.setattr("webbrowser.open", lambda _: False)
    (line,) = shell.run("open", status=2)
    assert line == f"invapi-emulator: there is no browser to open; open {emulator.url}/ yourself"
