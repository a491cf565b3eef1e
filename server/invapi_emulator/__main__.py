"""`invapi-emulator`, and `python -m invapi_emulator`: the command. It answers signals before it imports the rest."""

from invapi_emulator.loading import end_on_signals


def main() -> None:
    """Run the command."""
    end_on_signals("invapi-emulator")
    from invapi_emulator.cli.main import main as run  # noqa: PLC0415 - after the signals

    run()


if __name__ == "__main__":
    main()
