import pytest


@pytest.fixture(autouse=True)
def _suites_print_as_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest cuts no line of its summary where one of these is set, so a message would stand twice in the output."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
