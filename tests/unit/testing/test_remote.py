"""Commands that control a running emulator."""

import io
import json
import shlex
from pathlib import Path

import pytest

from invapi_emulator.cli.variables import DEFAULT_URL
from invapi_emulator.settings import Settings
from invapi_emulator.testing import Emulator as Control
from tests.support.harness import Emulator, running
from tests.support.shell import Shell
from tests.support.worlds_in_use import bytes_of, live_through_everything


@pytest.fixture
def shell(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys, emulator.url)


def test_env_prints_lines_for_eval(shell: Shell, emulator: Emulator) -> None:
    lines = [shlex.split(line) for line in shell.run("env")]
    assert {word for word, _ in lines} == {"export"}
    assert dict(assignment.split("=", 1) for _, assignment in lines) == {
        "HOSTKEY_API_URL": emulator.url,
        "HOSTKEY_API_KEY": "demo-api-key",
        "HOSTKEY_TOKEN": "HOSTKEY_TOKEN",
        "HOSTKEY_USER": "demo@example.com",
        "HOSTKEY_PASSWORD": "demo-password",
    }


def test_advance_moves_the_clock_and_reports_what_happened(shell: Shell, emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    *stages, made, ended, now = shell.run("advance", "idle")
    assert [line.partition("stage=")[2] for line in stages] == ["copy disk", "upload image"]
    assert "snapshot_made vm=12345 type=snapshot name=a" in made
    assert f"task_ended task={key}" in ended
    assert now == f"demo: the clock shows {emulator.clock['now']}"
    assert shell.run("advance", "2030-01-01T01:00:00Z") == ["demo: the clock shows 2030-01-01T01:00:00Z"]
    assert shell.run("advance", "0.5") == ["demo: the clock shows 2030-01-01T01:00:00.500000Z"]


def test_reset_starts_the_world_again(shell: Shell, emulator: Emulator) -> None:
    emulator.do("eq", "off")
    assert shell.run("reset", "--scenario", "one-vm", "--seed", "5") == [
        "demo: scenario one-vm, seed 5, the clock shows 2030-01-01T00:00:00Z"
    ]
    assert emulator.call("eq", "list")["servers"] == [12345]


def test_a_world_is_exported_to_stdout_and_imported_from_stdin(
    shell: Shell, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    world = shell.run("export")
    assert shell.run("export", "-") == world
    assert json.loads("\n".join(world)) == emulator.control("GET", "/state")
    emulator.reset()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(world).encode())))
    assert shell.run("import", "-") == ["demo: 4 VMs, seed 7, the clock shows 2030-01-01T00:00:00Z"]
    assert emulator.check(key)["result"] == "Not ready"


@pytest.mark.parametrize(
    ("name", "flags", "begins"),
    [("w.json", (), "{"), ("w.yaml", (), "version: 1"), ("w.yml", (), "version: 1"), ("w", (), "{"),
     ("w.json", ("--format", "yaml"), "version: 1"), ("w.yaml", ("--format", "json"), "{")],
)  # fmt: skip
def test_a_world_is_exported_to_a_file_and_imported(
    shell: Shell, emulator: Emulator, tmp_path: Path, name: str, flags: tuple[str, ...], begins: str
) -> None:
    live_through_everything(emulator)
    before = bytes_of(emulator)
    assert shell.run("export", *flags, str(tmp_path / name)) == []
    assert (tmp_path / name).read_text().startswith(begins)
    emulator.reset(scenario="empty")
    shell.run("import", str(tmp_path / name))
    assert bytes_of(emulator) == before


def test_an_import_lists_the_reissued_keys(shell: Shell, emulator: Emulator, tmp_path: Path) -> None:
    key = emulator.start("eq", "status")
    with Control(url=emulator.url) as control, control.account(scenario="empty", seed=1) as account:
        shell.run("export", str(tmp_path / "w.yaml"))
        said = shell.run("import", "--account", account.name, str(tmp_path / "w.yaml"))
        assert said[1:] == [f"{key} is now {account.tasks[0]['key']}"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("vms: [{id: 0}]", "422 invalid: vms.0.id: 0: "),
        ("vms: [{id: 1}", "FILE: 'FILE_NAME': not valid YAML: line 2, column 1: "),
        (
            '{"vms": [{"id": 1}',
            "FILE: 'FILE_NAME': not valid JSON: Expecting ',' delimiter: line 1 column 19",
        ),
        ('{"seed": 1, "seed": 2}', "FILE: 'FILE_NAME': not valid JSON: duplicate key 'seed'"),
        ("? {a: 1}\n: 2", "FILE: 'FILE_NAME': not valid YAML: line 1, column 3: expected text as a key"),
        ("2030-01-01: 2", "422 invalid: 2030-01-01: unknown field"),
        ("a: \x00", "FILE: 'FILE_NAME': not valid YAML: unacceptable character #x0000"),
        (
            "vms: !!binary aGk=",
            "FILE: 'FILE_NAME': not valid YAML: line 1, column 6: tag 'tag:yaml.org,2002:binary' is",
        ),
        ("\ud800", "FILE: 'FILE_NAME': "),
        ("", "422 invalid: the body: "),
    ],
)
def test_a_file_that_is_not_a_world_is_refused(
    shell: Shell, emulator: Emulator, tmp_path: Path, text: str, says: str
) -> None:
    file, before = tmp_path / "w", bytes_of(emulator)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    (line,) = shell.run("import", str(file), status=2)
    assert line.startswith(f"invapi-emulator: {says.replace('FILE_NAME', str(file))}")
    assert bytes_of(emulator) == before


def test_a_file_that_cannot_be_read_or_written_is_named(shell: Shell, tmp_path: Path) -> None:
    (line,) = shell.run("import", str(tmp_path / "none"), status=2)
    assert str(tmp_path / "none") in line
    (line,) = shell.run("export", str(tmp_path / "no" / "w"), status=2)
    assert line == f"invapi-emulator: FILE: '{tmp_path}/no/w': No such file or directory"
    (tmp_path / "w").symlink_to("w")
    (line,) = shell.run("export", str(tmp_path / "w"), status=2)
    assert line == f"invapi-emulator: FILE: '{tmp_path}/w': a symbolic link that leads back to itself"


def test_an_error_is_one_line_that_names_it(shell: Shell) -> None:
    (line,) = shell.run("advance", "soon", status=2)
    assert line.startswith("invapi-emulator: 422 invalid: expected")
    (line,) = shell.run("env", "--account", "nobody", status=2)
    assert line == "invapi-emulator: 404 account_not_found: there is no account 'nobody'"
    (line,) = shell.run("reset", "--url", "http://127.0.0.1:1", status=2)
    assert line.startswith("invapi-emulator: --url: no emulator answers at http://127.0.0.1:1: ")


def test_healthcheck_succeeds_in_silence(shell: Shell) -> None:
    assert shell.run("healthcheck") == []
    assert shell.run("healthcheck", "--wait", "60") == []


def test_healthcheck_fails_in_one_line_without_a_server(shell: Shell) -> None:
    for flags in ((), ("--wait", "0.1")):
        (line,) = shell.run("healthcheck", "--url", "http://127.0.0.1:1", *flags, status=1)
        assert line.startswith("invapi-emulator: --url: no emulator answers at http://127.0.0.1:1: ")


def test_healthcheck_reports_what_is_wrong_with_an_emulator(
    shell: Shell, tmp_path: Path, emulator: Emulator
) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file)) as server:
        file.unlink()
        (line,) = shell.run("healthcheck", "--url", server.url, status=1)
    why = f"the emulator cannot write to its database: the file '{file}' is gone"
    assert line == f"invapi-emulator: the emulator at {server.url} is not ready: {why}"
    elsewhere = f"{emulator.url}/elsewhere"
    (line,) = shell.run("healthcheck", "--url", elsewhere, status=1)
    assert line.startswith("invapi-emulator: 404 ")


@pytest.mark.parametrize(
    ("variables", "asks"),
    [
        ({"PORT": "1"}, "http://127.0.0.1:1"),
        ({"PORT": "1", "HOST": ""}, "http://127.0.0.1:1"),
        ({"PORT": "1", "HOST": "0.0.0.0"}, "http://127.0.0.1:1"),
        ({"PORT": "1", "HOST": "127.0.0.2"}, "http://127.0.0.2:1"),
        ({"PORT": "1", "HOST": "localhost"}, "http://localhost:1"),
        ({"PORT": "1", "HOST": "::"}, "http://[::1]:1"),
        ({"PORT": "1", "HOST": "::1"}, "http://[::1]:1"),
    ],
)
def test_healthcheck_uses_the_address_of_serves_variables(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], asks: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"INVAPI_EMULATOR_{name}", value)
    named = " and ".join(f"INVAPI_EMULATOR_{name}" for name, value in sorted(variables.items()) if value)
    (line,) = shell.run("healthcheck", status=1)
    assert line.startswith(f"invapi-emulator: {named}: no emulator answers at {asks}: ")


def test_healthcheck_finds_the_server_of_the_same_variables(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("INVAPI_EMULATOR_HOST", "0.0.0.0")
    monkeypatch.setenv("INVAPI_EMULATOR_PORT", emulator.url.rpartition(":")[2])
    assert shell.run("healthcheck") == []
    shell.run("healthcheck", "--url", "http://127.0.0.1:1", status=1)


def test_healthcheck_without_variables_asks_the_default_port() -> None:
    assert f"http://127.0.0.1:{Settings.model_fields['port'].default}" == DEFAULT_URL


def test_healthcheck_names_an_invalid_variable(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_PORT", "none")
    (line,) = shell.run("healthcheck", status=1)
    assert line.startswith("invapi-emulator: INVAPI_EMULATOR_PORT: 'none': ")


def test_healthcheck_names_an_invalid_url_in_its_variable(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_URL", "http://127.0.0.1:99999")
    (line,) = shell.run("healthcheck", status=1)
    assert line.startswith("invapi-emulator: INVAPI_EMULATOR_URL: 'http://127.0.0.1:99999': ")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("localhost:8650", "'localhost:8650': the scheme is missing; did you mean http://localhost:8650?"),
        ("127.0.0.1:8650", "'127.0.0.1:8650': the scheme is missing; did you mean http://127.0.0.1:8650?"),
        ("localhost:none", "'localhost:none': expected a URL such as"),
        ("http://127.0.0.1:none", "'http://127.0.0.1:none': expected a URL such as"),
        ("ftp://localhost", "'ftp://localhost': expected a URL such as"),
        ("http://", "'http://': expected a URL such as"),
        (
            "http://me:s3cret@localhost:1",
            "'http://***@localhost:1': the URL must not have a user or password",
        ),
        ("http://me:s3/c@r@localhost", "'http://***@localhost': "),
        ("me:s3cret@localhost", "'***@localhost': the URL must not have a user"),
        ("http://me:s3cret@[::1", "'http://***@[::1': the URL must not have a user"),
        ("http://localhost/?a=s", "'http://localhost/?a=s': the URL must not have a query"),
        ("http://a..b", "'http://a..b': expected a URL"),
        ("http://local host", "'http://local host': a URL has only"),
    ],
)
def test_a_url_that_no_emulator_has_is_refused_without_its_password(
    shell: Shell, url: str, says: str
) -> None:
    for command in ("env", "reset", "healthcheck"):
        (line,) = shell.run(command, "--url", url, status=2)
        assert line.startswith(f"invapi-emulator: --url: {says}")
        assert "s3" not in line


@pytest.mark.parametrize(
    "account", ["a/../demo", "..", "", "demo?a", "demo#a", "%64emo", "Demo", "a b", "a" * 65]
)
@pytest.mark.parametrize("words", [("env",), ("reset",), ("advance", "1"), ("report",), ("export",)])
def test_an_account_whose_name_is_a_path_is_refused(
    shell: Shell, words: tuple[str, ...], account: str
) -> None:
    (line,) = shell.run(*words, "--account", account, status=2)
    assert line.endswith("an account's name is 1 to 64 characters: lowercase ASCII letters, digits and `-`")


def test_an_admin_token_beyond_ascii_works_and_one_that_cannot_be_sent_is_not_shown(shell: Shell) -> None:
    with running(admin_token="schlüssel") as server:
        url = ("--url", server.url)
        assert shell.run("env", *url, "--admin-token", "schlüssel")
        (line,) = shell.run("env", *url, "--admin-token", "schlussel", status=2)
        assert line.startswith("invapi-emulator: 401 unauthorized: ")
        for wrong in ("s3cret\n", "s3\0cret", "s3cret\udcff"):
            (line,) = shell.run("env", *url, "--admin-token", wrong, status=2)
            assert (
                line
                == "invapi-emulator: --admin-token: the token must be printable, and must not start or end with a space"
            )


def test_an_export_that_cannot_be_written_leaves_the_file_as_it_was(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w").write_text("before")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    assert shell.run("export", str(tmp_path / "w"), status=130) == ["invapi-emulator: interrupted"]
    assert [file.name for file in tmp_path.iterdir()] == ["w"]
    assert (tmp_path / "w").read_text() == "before"
    (line,) = shell.run("export", "/dev/full", status=2)
    assert line == "invapi-emulator: FILE: '/dev/full': No space left on device"
