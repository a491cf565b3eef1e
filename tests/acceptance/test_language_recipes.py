"""The recipes in other languages run as they are on their pages: Go, Java, TypeScript."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.pages import ADDRESS
from tests.acceptance.recipe_runs import failed, nobody_listens, npm_folder, ran
from tests.support.processes import Served, served
from tests.support.recipe_pages import blocks, files_in, write_files

pytestmark = pytest.mark.acceptance

NO_EMULATOR = "no emulator answers at http://{0}; start one: invapi-emulator serve"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as server:
        yield server


@pytest.fixture
def no_account_is_left(server: Served) -> Iterator[None]:
    yield
    with server.emulator() as emulator:
        accounts = emulator.http.get("/_emulator/accounts").json()["accounts"]
        assert [account["name"] for account in accounts] == ["demo"]


@pytest.fixture(scope="module")
def go_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("go")
    write_files("go.md", folder)
    return folder


@pytest.mark.usefixtures("no_account_is_left")
def test_the_go_page_passes(server: Served, go_folder: Path) -> None:
    with ran("go", "test", "-v", "-count=1", ".", cwd=go_folder, INVAPI_EMULATOR_URL=server.url) as (
        _,
        output,
    ):
        passed = re.findall(r"^--- PASS: (\w+)", output, re.MULTILINE)
    tests = re.findall(r"^func (Test\w+)", files_in("go.md")["hostkey_test.go"], re.MULTILINE)
    assert sorted(passed) == sorted(tests)


def test_the_go_page_is_formatted_and_vetted(go_folder: Path) -> None:
    for command in (["gofmt", "-l", "."], ["go", "vet", "."]):
        ended = subprocess.run(command, cwd=go_folder, capture_output=True, text=True, check=True)
        assert ended.stdout == ""


def test_the_helper_of_the_go_page_is_short() -> None:
    assert len(files_in("go.md")["invapi_test.go"].splitlines()) <= 70


def test_the_go_page_tells_how_to_start_an_emulator(go_folder: Path) -> None:
    address = nobody_listens()
    output = failed("go", "test", "-count=1", ".", cwd=go_folder, INVAPI_EMULATOR_URL=f"http://{address}")
    assert NO_EMULATOR.format(address) in output


@pytest.mark.usefixtures("no_account_is_left")
def test_the_java_page_prints_what_it_shows(server: Served, tmp_path: Path) -> None:
    write_files("java.md", tmp_path)
    (shown,) = blocks("java.md", "text")
    with ran("java", "Recipe.java", cwd=tmp_path, INVAPI_EMULATOR_URL=server.url) as (_, output):
        assert output == shown


def test_the_java_page_tells_how_to_start_an_emulator(tmp_path: Path) -> None:
    write_files("java.md", tmp_path)
    address = nobody_listens()
    output = failed("java", "Recipe.java", cwd=tmp_path, INVAPI_EMULATOR_URL=f"http://{address}")
    assert output == NO_EMULATOR.format(address) + "\n"


@pytest.fixture(scope="module")
def typescript(server: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Install the packages that the page names. Return the folder, and the commands that follow on the page."""
    (commands,) = blocks("typescript.md", "sh")
    install, *others = commands.splitlines()
    folder = npm_folder(tmp_path_factory, *install.removeprefix("npm install ").split())
    write_files("typescript.md", folder)
    return folder, [command.replace(ADDRESS, server.url) for command in others]


@pytest.mark.usefixtures("no_account_is_left")
def test_the_commands_of_the_typescript_page_make_types_and_pass(
    server: Served, typescript: tuple[Path, list[str]]
) -> None:
    folder, commands = typescript
    script = "\n".join(commands)
    with ran("bash", "-e", "-c", script, cwd=folder, INVAPI_EMULATOR_URL=server.url) as (_, output):
        assert "Tests  3 passed (3)" in re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert "VmCreateSnapshotRequest" in (folder / "invapi.d.ts").read_text(encoding="utf-8")


def test_the_typescript_page_tells_how_to_start_an_emulator(typescript: tuple[Path, list[str]]) -> None:
    folder, commands = typescript
    address = nobody_listens()
    output = failed(*commands[-1].split(), cwd=folder, INVAPI_EMULATOR_URL=f"http://{address}")
    assert NO_EMULATOR.format(address) in output
