"""The lines below the ready line on a terminal."""

from pathlib import Path

import pytest

from invapi_emulator.cli.banner import banner, headline
from invapi_emulator.clock import real_time
from invapi_emulator.server.sockets import taken_ports
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds


def shown(**flags: str) -> list[str]:
    """Return the rows of the banner of a server with these flags."""
    settings = read_settings({"port": "0", **flags})
    with taken_ports(settings) as ports:
        database = open_worlds(settings, real_time())
        try:
            lines = banner(settings, ports, database).replace(str(min(ports.numbers())), "PORT")
        finally:
            database.close()
    return [line.strip() for line in lines.splitlines()]


def test_it_has_a_row_for_each_thing_to_know() -> None:
    assert shown() == [
        "",
        "page      http://127.0.0.1:PORT/",
        "base URL  http://127.0.0.1:PORT",
        "token     HOSTKEY_TOKEN (account demo)",
        "clock     real: 10 times as fast as real time",
        "store     in memory, gone when the server stops",
        "docs      http://127.0.0.1:PORT/docs",
        "commands  export INVAPI_EMULATOR_URL=http://127.0.0.1:PORT",
        "",
        "Ctrl-C stops it.",
    ]


@pytest.mark.parametrize(
    ("flags", "row"),
    [
        ({"host": "0.0.0.0"}, "base URL  http://127.0.0.1:PORT"),
        ({"host": "127.0.0.2"}, "base URL  http://127.0.0.2:PORT"),
        ({"tls": "true"}, "page      https://127.0.0.1:PORT/"),
        ({"clock": "frozen"}, "clock     frozen: `invapi-emulator advance` moves it"),
        ({"clock": "auto", "rate": "2.5"}, "clock     auto: 2.5 times as fast as real time, and jumps when tasks are polled"),
    ],
)  # fmt: skip
def test_it_says_what_the_flags_have_chosen(flags: dict[str, str], row: str) -> None:
    assert row in shown(**flags)


def test_both_schemes_have_a_base_url() -> None:
    urls = [line for line in shown(tls_port="0") if line.startswith("base URL")]
    assert [url.split("//")[0] for url in urls] == ["base URL  http:", "base URL  https:"]


def test_with_https_it_names_the_file_of_the_test_ca(tmp_path: Path) -> None:
    (row,) = [line for line in shown(tls="true", ca_dir=str(tmp_path)) if line.startswith("test CA")]
    assert Path(row.split()[-1]).parent == tmp_path


def test_it_names_the_file_of_the_store(tmp_path: Path) -> None:
    file = tmp_path / "wor\x1blds.db"
    (row,) = [line for line in shown(db=str(file)) if line.startswith("store")]
    assert row == f"store     {tmp_path}/wor\\x1blds.db"


def test_the_ready_line_is_the_same_without_colours() -> None:
    assert headline("http://127.0.0.1:1") == "invapi-emulator ready on http://127.0.0.1:1"
