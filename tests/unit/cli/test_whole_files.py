"""A file is replaced as a whole. An open descriptor, also behind a name such as `/dev/stdout`, is written where it is."""

import os
from pathlib import Path

import pytest

from invapi_emulator.cli.whole_files import write_whole

LINUX_ONLY = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


@pytest.fixture(params=["/dev/fd", pytest.param("/proc/self/fd", marks=LINUX_ONLY)])
def folder(request: pytest.FixtureRequest) -> Path:
    """Return the name of a folder with the open descriptors."""
    return Path(request.param)


def test_a_pipe_of_the_shell_is_written(folder: Path) -> None:
    reading, writing = os.pipe()
    write_whole(folder / str(writing), b"world")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"world"


def test_what_others_write_to_the_same_file_stays(folder: Path, tmp_path: Path) -> None:
    with (tmp_path / "z").open("wb", buffering=0) as opened:
        opened.write(b"first ")
        write_whole(folder / str(opened.fileno()), b"world")
        opened.write(b" last")
    assert (tmp_path / "z").read_bytes() == b"first world last"
    assert [file.name for file in tmp_path.iterdir()] == ["z"]


def test_a_link_to_a_descriptor_is_the_descriptor(folder: Path, tmp_path: Path) -> None:
    with (tmp_path / "z").open("wb", buffering=0) as opened:
        (tmp_path / "stdout").symlink_to(folder / str(opened.fileno()))
        (tmp_path / "out.json").symlink_to("stdout")
        opened.write(b"first ")
        write_whole(tmp_path / "out.json", b"world")
    assert (tmp_path / "z").read_bytes() == b"first world"
    assert (tmp_path / "out.json").is_symlink()


@pytest.mark.parametrize("name", ["9" * 30, "9999", "x"])
def test_a_descriptor_that_is_not_open_is_an_error(folder: Path, name: str) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_whole(folder / name, b"world")


def test_the_target_of_a_link_is_replaced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "7").write_bytes(b"before, and longer")
    (tmp_path / "link").symlink_to("7")
    write_whole(tmp_path / "link", b"world")
    assert (tmp_path / "7").read_bytes() == b"world"
    assert (tmp_path / "link").is_symlink()


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError, match="leads back to itself"):
        write_whole(tmp_path / "link", b"world")
