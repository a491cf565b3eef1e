"""The README's examples, run as written, print what is below them."""

import re

import pytest

from tests.acceptance.pages import examples, page, type_in, without_what_varies
from tests.support.processes import served

pytestmark = pytest.mark.acceptance
README = page("README.md")
KEY = re.compile(r'"callback":"([a-z0-9]{32})"')


def test_every_example_prints_what_the_readme_shows() -> None:
    keys: dict[str, str] = {}

    def with_todays_keys(text: str) -> str:
        for printed, real in keys.items():
            text = text.replace(printed, real)
        return text

    assert len(examples(README)) > 5
    with served() as server:
        for command, output in examples(README):
            printed = type_in(with_todays_keys(command), server.url)
            keys.update(zip(KEY.findall(output), KEY.findall(printed), strict=True))
            assert without_what_varies(printed) == without_what_varies(with_todays_keys(output))


def test_the_reset_works_as_printed() -> None:
    (command,) = re.findall(r"`(curl -s -X POST [^`]+/reset)`", README)
    with served() as server:
        assert '"name":"demo"' in type_in(command, server.url)
