"""The command line, as a person uses it on a running emulator."""

import pytest

from invapi_emulator.cli.main import main


class Shell:
    """Runs commands in this process, on the emulator at a URL."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        for name in ("HOST", "PORT"):
            monkeypatch.delenv(f"INVAPI_EMULATOR_{name}", raising=False)
        monkeypatch.setenv("INVAPI_EMULATOR_URL", url)

    def run(self, *words: str, status: int = 0) -> list[str]:
        """Run a command. Return the lines on stdout, or on stderr if it must fail."""
        self.monkeypatch.setattr("sys.argv", ["invapi-emulator", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        assert (ended.value.code or 0) == status, err
        return (err if status else out).splitlines()
