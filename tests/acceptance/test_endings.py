"""Every command against every bad end of its output: a status of docs/reference/settings.md, and at most one line."""

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.support.processes import COMMAND, DEADLINE, ROOT, Served, environment, served, wait_until

pytestmark = pytest.mark.acceptance

KIT = (sys.executable, "-m", "invapi_conformance")
PRINTING = [
    (*COMMAND, "--help"), (*COMMAND, "serve", "--help"), (*COMMAND, "--version"), (*COMMAND, "env"), (*COMMAND, "export"),
    (*COMMAND, "report"), (*COMMAND, "report", "--format", "junit"), (*COMMAND, "advance", "1"), (*COMMAND, "reset"),
    (*COMMAND, "migrate", "--db", "worlds.db"), (*COMMAND, "ca", "--ca-dir", "ca"), (*KIT, "--help"), (*KIT, "--version"),
]  # fmt: skip
LONG = [(*COMMAND, "serve", "--help"), (*COMMAND, "export"), (*KIT, "--help")]
PAGE = os.sysconf("SC_PAGESIZE")
NAMES = [" ".join(words[2:]) for words in PRINTING]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as server:
        yield server


def run(server: Served, folder: Path, redirected: str, *words: str) -> tuple[int, list[str]]:
    """Run a command in a shell with a redirection. Return its status and the lines of stderr."""
    variables = environment(INVAPI_EMULATOR_URL=server.url, PYTHONPATH=str(ROOT / "server"))
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirected}', "bash", *words],
        stderr=subprocess.PIPE, text=True, cwd=folder, timeout=DEADLINE, check=False, env=variables,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("words", PRINTING, ids=NAMES)
def test_a_full_or_closed_stdout_is_one_line_and_status_2(
    server: Served, tmp_path: Path, words: tuple[str, ...]
) -> None:
    for redirected, why in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
        status, lines = run(server, tmp_path, redirected, *words)
        assert (status, len(lines)) == (2, 1), lines
        assert lines[0].endswith(f": cannot write to stdout: {why}")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", LONG, ids=[" ".join(words[2:]) for words in LONG])
def test_a_disk_with_room_for_a_part_is_one_line_and_status_2(
    server: Served, tmp_path: Path, words: tuple[str, ...], unbuffered: str
) -> None:
    variables = (
        f"PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED={unbuffered}"  # the limit is for Python's files too
    )
    limited = ("bash", "-c", f'ulimit -f 1; exec env {variables} "$@"', "bash")
    status, lines = run(server, tmp_path, ">part", *limited, *words)
    assert (status, len(lines)) == (2, 1), lines
    assert lines[0].endswith(": cannot write to stdout: File too large")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", LONG[:2], ids=["serve --help", "export"])
def test_a_stdout_that_does_not_block_gets_everything(
    server: Served, tmp_path: Path, words: tuple[str, ...], unbuffered: str
) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1)  # a page
    os.set_blocking(writing, False)
    variables = environment(INVAPI_EMULATOR_URL=server.url, PYTHONUNBUFFERED=unbuffered)
    process = subprocess.Popen(words, stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, env=variables)
    wait_until(lambda: not select.select([], [writing], [], 0)[1])
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        printed = pipe.read()
    assert (process.communicate(timeout=DEADLINE)[1], process.returncode) == (b"", 0)
    assert len(printed) > PAGE
    assert printed.endswith(b"\n")


@pytest.mark.parametrize("words", PRINTING, ids=NAMES)
def test_a_closed_pipe_ends_without_a_word(server: Served, tmp_path: Path, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    variables = environment(INVAPI_EMULATOR_URL=server.url)
    done = subprocess.run(
        words,
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        timeout=DEADLINE,
        check=False,
        env=variables,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-"])
def test_a_silent_command_needs_no_stdout(server: Served, tmp_path: Path, redirected: str) -> None:
    assert run(server, tmp_path, redirected, *COMMAND, "healthcheck") == (0, [])


def test_characters_that_the_encoding_lacks_are_escaped(server: Served, tmp_path: Path) -> None:
    variables = environment(INVAPI_EMULATOR_URL=server.url, PYTHONIOENCODING="cp1252")

    def printed(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            words, capture_output=True, cwd=tmp_path, timeout=DEADLINE, check=False, env=variables
        )
        return done.returncode, done.stdout.decode("cp1252"), done.stderr.decode("cp1252")

    status, _, err = printed(*COMMAND, "export", "--account", "\u4e2d")
    assert (status, err.count("\n")) == (2, 1)
    assert "'\\u4e2d': an account's name is " in err
    status, out, err = printed(*COMMAND, "serve", "--help")
    assert (status, err) == (0, "")
    assert "--allowed-hosts" in out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "cp037"])
def test_an_encoding_that_does_not_extend_ascii_is_not_used(
    server: Served, tmp_path: Path, encoding: str
) -> None:
    for words in (["env"], ["report", "--format", "junit"], ["reset", "--help"], ["--version"], ["nothing"]):
        done = [
            subprocess.run(
                [*COMMAND, *words], capture_output=True, cwd=tmp_path, timeout=DEADLINE, check=False,
                env=environment(INVAPI_EMULATOR_URL=server.url, PYTHONIOENCODING=chosen),
            )
            for chosen in ("utf-8", encoding)
        ]  # fmt: skip
        assert done[0].stdout + done[0].stderr
        assert (done[1].stdout, done[1].stderr) == (done[0].stdout, done[0].stderr), words


def test_an_export_goes_where_the_shell_says(server: Served, tmp_path: Path) -> None:
    command = (*COMMAND, "export", "/dev/stdout")
    for words, redirected in (
        (command, "| cat > piped"),
        (("bash", "-c", 'echo first; "$@"; echo last', "bash", *command), "> between"),
        (("bash", "-c", '"$@" >(cat > given; echo > done)', "bash", *COMMAND, "export"), ""),
    ):
        assert run(server, tmp_path, redirected, *words) == (0, [])
    wait_until((tmp_path / "done").exists)
    for name in ("piped", "given"):
        assert json.loads((tmp_path / name).read_text())["vms"]
    first, *_, last = lines = (tmp_path / "between").read_text().splitlines()
    assert (first, last) == ("first", "last")
    assert json.loads("\n".join(lines[1:-1]))["vms"]


def unread_in(pipe: IO[str] | None) -> int:
    """Return the number of bytes in a pipe that nobody has read."""
    assert pipe is not None
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_ctrl_c_is_one_line_and_status_130(server: Served) -> None:
    process = subprocess.Popen(
        [*COMMAND, "import", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(INVAPI_EMULATOR_URL=server.url),
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write("{")
    process.stdin.flush()
    wait_until(lambda: unread_in(process.stdin) == 0)
    wait_until(lambda: "pipe" in Path(f"/proc/{process.pid}/wchan").read_text())
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, err) == (130, "invapi-emulator: interrupted\n")
