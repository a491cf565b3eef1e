import pytest


@pytest.fixture(autouse=True)
def _suites_print_as_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset what keeps pytest from cutting the lines of its summary: a message would stand there once more."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
