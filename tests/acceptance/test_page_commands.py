"""The commands of each page run here as written, or in the test that the table below names, or the table says why not."""

import re
import sys
from pathlib import Path

import pytest

from tests.acceptance.pages import ADDRESS, examples, page, type_in, without_what_varies
from tests.support.offenders import assert_none
from tests.support.processes import ROOT, served

pytestmark = pytest.mark.acceptance

SERVES = "it starts a server: test_serve.py, test_terminal.py"
ENGINE = "it needs a Docker engine; tests/image builds the image and runs its commands"

ELSEWHERE = {
    "README.md": "test_readme.py",
    "docs/start/tour.md": "test_readme.py",
    "docs/index.md": "test_clean_clone.py",
    "docs/start/install.md": "test_clean_clone.py, test_serve.py",
    "docs/how-to/faults.md": "test_how_to.py",
    "docs/how-to/parallel.md": "test_how_to.py",
    "docs/how-to/refusals.md": "test_how_to.py",
    "docs/how-to/time.md": "test_how_to.py",
    "docs/how-to/container.md": ENGINE,
    "docs/how-to/embedding.md": "tests/unit/test_embedding.py",
    "docs/how-to/https.md": "test_https_clients.py",
    "docs/how-to/operating.md": "operations/test_backups.py, test_serve.py",
    "docs/how-to/operations.md": "operations",
    "docs/how-to/several-servers.md": "servers",
    "docs/reference/cli.md": "test_command_line_page.py",
    "docs/reference/faults.md": "test_fault_examples.py",
    "docs/reference/settings.md": SERVES,
}
"""By page: the test that runs its commands, or the reason why none does."""

CALLS = [
    "docs/how-to/ordering.md",
    "docs/reference/account-objects.md",
    "docs/reference/control-api.md",
    "docs/reference/openapi.md",
]
COMMANDS = ["docs/how-to/page.md", "docs/how-to/report.md"]
PYTEST = ["docs/explanation/fidelity.md", "docs/how-to/pytest.md", "docs/how-to/report.md"]
KIT = "docs/how-to/conformance.md"
RECIPES = "docs/how-to/recipes"
"""Its pages have tests in test_recipes.py and test_language_recipes.py."""

NO_ANSWER = ("invapi-emulator serve", "invapi-emulator healthcheck", "curl -sN", "post()")
"""Lines that print no answer: the start, which the test makes, a stream without an end, a function."""

MARK = "--- end of the line ---"


def lines_of(name: str) -> list[str]:
    """Return the lines of a page's `sh` blocks, and its commands in `console` blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)
    return [*"".join(blocks).splitlines(), *(command for command, _ in examples(page(name)))]


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder, with our commands on the path and a browser that shows nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("BROWSER", "/bin/true")


def test_the_commands_of_every_page_have_a_test_or_a_reason() -> None:
    tested = {*ELSEWHERE, *CALLS, *COMMANDS, *PYTEST, KIT}
    files = [ROOT / "README.md", *(Path(ROOT) / "docs").rglob("*.md")]
    names = [str(file.relative_to(ROOT)) for file in files]
    with_commands = {name for name in names if lines_of(name) and not name.startswith(RECIPES)}
    assert with_commands == tested


def test_the_tests_that_are_named_exist() -> None:
    named = {file for told in ELSEWHERE.values() for file in re.findall(r"[\w/]+\.py", told)}
    assert_none(
        file
        for file in named
        if not ((Path(ROOT) / file).exists() or (Path(__file__).parent / file).exists())
    )


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize("name", CALLS)
def test_the_calls_of_a_page_are_answered_without_an_error(name: str) -> None:
    lines = [line for line in lines_of(name) if not line.startswith(("invapi-emulator ", "curl -sN"))]
    with served("--clock", "frozen", "--seed", "7") as server:
        typed = "".join(f"{line}\necho '\n{MARK}'\n" for line in lines)
        answers = type_in(typed, server.url).split(f"\n{MARK}\n")[:-1]
    assert len(answers) == len(lines) > 0
    assert_none(
        f"{line}: {answer[:300]}"
        for line, answer in zip(lines, answers, strict=True)
        if ("> before.json" not in line and not line.startswith(NO_ANSWER) and not answer.startswith("{"))
        or re.match(r'\{"(error|result":-1|code":-)', answer)
    )


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize("name", COMMANDS)
def test_the_commands_of_a_page_succeed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in lines_of(name) if line.startswith("invapi-emulator ")]
    with served() as server:
        monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
        type_in("invapi-emulator accounts create nightly", server.url)
        assert_none(
            f"{line}: {output}"
            for line in lines
            if (output := type_in(f"({line}\n) || echo failed", server.url)).endswith("failed\n")
        )


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize("name", PYTEST)
def test_the_options_of_pytest_on_a_page_are_accepted(name: str) -> None:
    commands = [line for line in lines_of(name) if line.startswith("pytest ")]
    assert commands
    for command in commands:
        fixture = "" if "no:invapi_emulator" in command else "invapi"
        Path("test_one.py").write_text(f"def test_one({fixture}): pass\n", encoding="utf-8")
        assert re.search(r"= \d+ passed in ", output := type_in(command, ADDRESS)), output


@pytest.mark.usefixtures("on_path")
def test_the_conformance_page_shows_what_the_kit_prints() -> None:
    there = "http://127.0.0.1:8777"
    found = [(command, output) for command, output in examples(page(KIT)) if there in command]
    assert len(found) > 3
    with served("--clock", "frozen", "--seed", "7") as server:
        for command, output in found:
            printed = type_in(command.replace(there, server.url), server.url).replace(server.url, there)
            assert without_names(printed) == without_names(output), command


def without_names(output: str) -> str:
    return re.sub(r"conformance-[0-9a-f]{12}", "<name>", without_what_varies(output))
