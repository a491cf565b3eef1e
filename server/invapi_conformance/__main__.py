"""`invapi-conformance`, and `python -m invapi_conformance`: the command. It answers signals before it imports the rest."""

from invapi_emulator.loading import end_on_signals


def main() -> None:
    """Run the command."""
    end_on_signals("invapi-conformance", terminated_too=True)
    from invapi_conformance.cli import main as run  # noqa: PLC0415 - after the signals

    run()


if __name__ == "__main__":
    main()
