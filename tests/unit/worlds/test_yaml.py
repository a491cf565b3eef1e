"""Worlds in YAML 1.2: what each value is, what is refused, and that what we write reads the same elsewhere."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from invapi_emulator.worlds.document_files import MAX_BYTES, read_text
from invapi_emulator.worlds.documents import parse, written
from invapi_emulator.worlds.yaml_text import MAX_DEPTH, MAX_VALUES

NINE = ",".join(["*{}"] * 9)
LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{place}: &a{place} [{NINE.replace('{}', f'a{place - 1}')}]\n" for place in range(1, 10)
)
MERGED_LAUGHS = "a0: &a0 {k: 1}\n" + "".join(
    f"a{place}: &a{place} {{<<: [{NINE.replace('{}', f'a{place - 1}')}]}}\n" for place in range(1, 10)
)
CONFUSING = [
    "on", "no", "y", "N", "~", "", "null", "true", "0755", "0o17", "0x1F", "1_000", "1:30", "12:34:56:12:34:56",
    "123456789e123456", "1234567890123456", "1e3", ".5", "5.", "+1", "-.inf", ".nan", "2026-11-29", "2026-11-29 12:00:00",
    "=", "<<", "- a", "a: b", "#a", "a #b", "%a", "@a", "`a", "!a", "&a", "*a", "\ufeffa", "a\u2028b", "a\x85b", "\x07", "\U0001f600",
    " a ", "a\n", "\ta", "0b11", "0.", "1.e+5", "-", "?", "---", "...",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("no", "no"), ("Yes", "yes".title()), ("true", True), ("False", False), ("~", None), ("", None),
        ("0755", 755), ("0o755", 493), ("0x1F", 31), ("1_000", "1_000"), ("0b11", "0b11"), ("+5", 5),
        ("1:30", "1:30"), ("12:34:56:12:34:56", "12:34:56:12:34:56"), ("2026-11-29", "2026-11-29"),
        ("2026-11-29T12:00:00Z", "2026-11-29T12:00:00Z"), ("1e3", 1000.0), (".5", 0.5), ("'5'", "5"), ("!!str 5", "5"), ("=", "="),
    ],
)  # fmt: skip
def test_a_scalar_is_read_as_yaml_1_2(text: str, value: object) -> None:
    read = parse(f"a: {text}")["a"]
    assert (read, type(read)) == (value, type(value))


def test_a_key_is_the_text_that_is_written() -> None:
    assert parse("{on: 1, 1: 2, 0x1: 3, 2026-11-29: 4, ~: 5}") == {
        "on": 1, "1": 2, "0x1": 3, "2026-11-29": 4, "~": 5,
    }  # fmt: skip


def test_a_merge_key_gives_what_the_mapping_lacks() -> None:
    assert parse("a: &a {x: 1, y: 2}\nb: {x: 3, <<: *a}")["b"] == {"x": 3, "y": 2}
    assert parse("a: &a {x: 1}\nb: {<<: [*a, {x: 2, y: 3}]}")["b"] == {"x": 1, "y": 3}
    assert parse('{"<<": 1, a: b}') == {"<<": 1, "a": "b"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2", "line 2, column 1: duplicate key 'a'"),
        ('1: a\n"1": b', "line 2, column 1: duplicate key '1'"),
        ("a: &a {x: 1}\nb: {<<: *a, <<: *a}", "line 2, column 13: duplicate key '<<'"),
        ("a: {<<: 1}", "line 1, column 9: expected a mapping, or a list of mappings, to merge"),
        ("? [a]\n: 1", "line 1, column 3: expected text as a key"),
        ("a: !!binary aGk=", "line 1, column 4: tag 'tag:yaml.org,2002:binary' is not allowed in a world"),
        ("a: !!python/object/apply:os.system [ls]", "line 1, column 4: tag "),
        ("a: .inf", "line 1, column 4: .inf is not a finite number"),
        ("a: 1e999", "line 1, column 4: 1e999 is not a finite number"),
        ("a: &a [*a]", "line 1, column 8: no anchor 'a' ends before this alias"),
        ("a: *b", "line 1, column 4: no anchor 'b' ends before this alias"),
        ("a: 1\n---\nb: 2", "line 2, column 1: expected one document"),
        (LAUGHS, f"line 6, column 34: more than {MAX_VALUES} values"),
        (MERGED_LAUGHS, f"line 7, column 19: more than {MAX_VALUES} values"),
        ("- " * 10_000, f"line 1, column 203: more than {MAX_DEPTH} levels"),
        ("{a: " * 10_000, f"line 1, column 405: more than {MAX_DEPTH} levels"),
        ("a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60, "line 2, column 64: more than"),
    ],
    ids=range(17),
)  # fmt: skip
def test_a_text_that_is_no_world_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="not valid YAML: ") as refused:
        parse(text)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"not valid YAML: {says}")


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1e999}', "[" * 100_000, '{"a": 1'])
def test_json_is_refused_alike(text: str) -> None:
    with pytest.raises(ValueError, match=r"\Anot valid JSON: .*\Z"):
        parse(text)


@pytest.mark.no_cover
def test_too_many_values_are_refused() -> None:
    with pytest.raises(ValueError, match=f"more than {MAX_VALUES} values"):
        parse("- a\n" * (MAX_VALUES + 1))


def read_by_others(text: str) -> list[Any]:
    """Return what readers of YAML 1.1, 1.2, and the emulator's own make of a text."""
    return [yaml.safe_load(text), YAML(typ="safe", pure=True).load(io.StringIO(text)), parse(text)]


def test_confusing_text_is_written_so_that_every_reader_takes_it_for_text() -> None:
    world = {"values": CONFUSING, "keys": {text: 1 for text in CONFUSING if text != "<<"}, "numbers": [1, 1.5, 1e16, 1e-7, True, None]}  # fmt: skip
    text = written(world, as_yaml=True)
    assert read_by_others(text) == [world] * 3


@given(
    st.recursive(st.text() | st.integers(-(2**53), 2**53) | st.booleans() | st.none(), st.lists, max_leaves=5)
)
def test_what_is_written_is_read_again(value: object) -> None:
    assert read_by_others(written({"a": value}, as_yaml=True)) == [{"a": value}] * 3
    assert parse(written({"a": value}, as_yaml=False)) == {"a": value}


@pytest.mark.parametrize("as_yaml", [False, True])
def test_what_does_not_print_is_escaped(*, as_yaml: bool) -> None:
    odd = [
        "\x1b[31m",
        "\x7f",
        "\x85\x9b31m",
        "\u202ekcab",
        "\u2066a\u2069",
        "\u200b\ufeff",
        "\u2028",
        "\U000e0001",
        "tab\t",
    ]
    world = {"texts": odd, "keys": dict.fromkeys(odd, "é 中 🙂")}
    text = written(world, as_yaml=as_yaml)
    assert [line for line in text.splitlines() if not line.isprintable()] == []
    assert "é 中" in text
    assert parse(text) == world
    if as_yaml:
        assert read_by_others(text) == [world] * 3


@pytest.mark.parametrize("number", ["0x" + "f" * 100_000, "0o" + "7" * 5000, "-" + "9" * 5000, "9" * 1001])
def test_a_long_number_is_refused_with_its_place(number: str) -> None:
    says = rf"line 2, column 7: {number[:40]}... has {len(number)} characters: expected a number of at most 1000$"
    with pytest.raises(ValueError, match=rf"not valid YAML: {says}"):
        parse(f"version: 1\nseed: {number}\n")
    if "x" not in number and "o" not in number:
        with pytest.raises(ValueError, match=rf"not valid JSON: {says}"):
            parse(f'{{\n"se": {number}}}')


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    for text in (json.dumps({"a": 1}), "a: 1"):
        (tmp_path / "w").write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert parse(read_text(str(tmp_path / "w"))) == {"a": 1}


def test_a_file_that_has_no_end_or_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(MAX_BYTES + 1)
    (tmp_path / "utf-16").write_bytes("a: 1".encode("utf-16"))
    for path, says in (
        (tmp_path, "Is a directory"), (tmp_path / "fifo", "is not a regular file"), ("/dev/zero", "is not a regular file"),
        (tmp_path / "large", f"larger than {MAX_BYTES} bytes"), (tmp_path / "utf-16", "'utf-8' codec can't decode"),
        (tmp_path / "none", "No such file"), ("a\0b", "embedded null"),
    ):  # fmt: skip
        with pytest.raises((OSError, ValueError), match=says):
            read_text(str(path))


def test_a_pipe_that_a_shell_has_opened_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"a: 1")
    os.close(writing)
    assert read_text(f"/dev/fd/{reading}") == "a: 1"
    os.close(reading)
